from django.urls import path

from changle.services.activities.views import checking, doors, papers


urlpatterns = [
    path("desk/sessions/worker.js", checking.worker, name="check_in_worker"),
    path("desk/sessions/<int:pk>/check-in/", checking.check_in_page, name="check_in"),
    path("desk/sessions/<int:pk>/check-in/list/", checking.people, name="check_in_list"),
    path("desk/sessions/<int:pk>/check-in/send/", checking.send, name="check_in_send"),
    path("desk/sessions/<int:pk>/door/", doors.door, name="door"),
    path("desk/sessions/<int:pk>/door/scan/", doors.scan, name="door_scan"),
    path("desk/sessions/<int:pk>/door/walk-in/", doors.walk, name="door_walk_in"),
    path("desk/sessions/<int:pk>/door/<int:there>/out/", doors.out, name="door_out"),
    path("desk/sessions/<int:pk>/screen/", papers.screen, name="screen"),
    path("desk/sessions/<int:pk>/screen/code/", papers.screen_code, name="screen_code"),
    path("desk/sessions/<int:pk>/paper/", papers.paper, name="paper"),
    path("desk/sessions/<int:pk>/roster.pdf", papers.roster_pdf, name="roster_pdf"),
]
