from django.urls import path

from changle.services.activities.views import doors


urlpatterns = [
    path("desk/sessions/<int:pk>/door/", doors.door, name="door"),
    path("desk/sessions/<int:pk>/door/scan/", doors.scan, name="door_scan"),
    path("desk/sessions/<int:pk>/door/walk-in/", doors.walk, name="door_walk_in"),
    path("desk/sessions/<int:pk>/door/<int:there>/out/", doors.out, name="door_out"),
]
