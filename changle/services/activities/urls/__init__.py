from django.urls import URLPattern

from changle.services.activities.urls import (
    bodies,
    doors,
    mine,
    plans,
    portal,
    rules,
    series,
    sessions,
)


app_name = "activities"
urlpatterns: list[URLPattern] = [
    *bodies.urlpatterns,
    *doors.urlpatterns,
    *mine.urlpatterns,
    *plans.urlpatterns,
    *portal.urlpatterns,
    *rules.urlpatterns,
    *series.urlpatterns,
    *sessions.urlpatterns,
]
