from django.urls import path, register_converter
from django.urls.converters import StringConverter

from changle.services.activities.views import signing, whats_on


class CalendarKind(StringConverter):
    """What a public calendar is of."""

    regex = "streets|series|organisations"


register_converter(CalendarKind, "calendar")
FEEDS = "feeds/activities"
urlpatterns = [
    path("activities/", whats_on.whats_on, name="whats_on"),
    path("activities/<int:pk>/", whats_on.session, name="public"),
    path("activities/<int:pk>/share.png", whats_on.picture, name="share_picture"),
    path("activities/<int:pk>/sign-up/", signing.signing, name="signing"),
    path("activities/<int:pk>/signed-up/", signing.signed_up, name="signed_up"),
    path("activities/photos/<uuid:public_id>/", whats_on.photo, name="public_photo"),
    path(f"{FEEDS}/sessions/<int:pk>.ics", whats_on.one_calendar, name="session_calendar"),
    path(f"{FEEDS}/<calendar:kind>/<int:pk>.ics", whats_on.calendar, name="calendar"),
]
