from django.urls import path

from changle.services.activities.views import listing, plans


urlpatterns = [
    path("desk/activities/", listing.activities, name="activities"),
    path("desk/activities/new/", plans.new, name="new"),
    path("desk/activities/<int:pk>/", plans.activity, name="activity"),
    path("desk/activities/<int:pk>/edit/", plans.edit, name="edit"),
    path("desk/activities/<int:pk>/invite/", plans.invitation, name="invite"),
    path("desk/activities/<int:pk>/sessions/add/", plans.more_sessions, name="add_sessions"),
    path(
        "desk/activities/<int:pk>/shares/<int:share>/<slug:name>/",
        plans.answer_share,
        name="answer_share",
    ),
    path("desk/activities/<int:pk>/move/<slug:name>/", plans.move, name="move_activity"),
]
