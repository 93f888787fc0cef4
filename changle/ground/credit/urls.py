from django.urls import path

from changle.ground.credit.views import boards, entering, rules, showing


app_name = "credit"
ROOM = "desk/organisations/<int:pk>/credit/"
FACT = "desk/credit/facts/<int:pk>/"
urlpatterns = [
    path(ROOM, showing.room, name="room"),
    path(f"{ROOM}inspection/", entering.inspection, name="inspection"),
    path(f"{ROOM}grade/", entering.grade, name="grade"),
    path(f"{ROOM}list/", entering.listing, name="list_on"),
    path(f"{ROOM}list/<slug:list_>/off/", entering.leaving, name="list_off"),
    path(f"{ROOM}penalty/", entering.penalty, name="penalty"),
    path(f"{FACT}withdraw/", entering.withdraw, name="withdraw"),
    path(f"{FACT}rectified/", entering.rectified, name="rectified"),
    path(f"{FACT}end-grade/", entering.grade_end, name="end_grade"),
    path("desk/credit/", boards.board, name="boards"),
    path("desk/credit/rules/", rules.rules, name="rules"),
    path("desk/credit/rules/<slug:name>/", rules.number, name="number"),
    path("desk/credit/grounds/<slug:list_>/add/", rules.ground_add, name="ground_add"),
    path("desk/credit/grounds/<int:pk>/retire/", rules.ground_retire, name="ground_retire"),
    path("desk/credit/missing/pass/", boards.pass_ticked, name="pass_ticked"),
    path("desk/credit/<slug:board>/", boards.board, name="board"),
    path("desk/credit/<slug:board>/export/", boards.export, name="export"),
]
