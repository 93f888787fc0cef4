from django.urls import path

from changle.services.incubation.queries.letters import LETTERS
from changle.services.incubation.views import (
    admitting,
    calls,
    comparing,
    growing,
    learning,
    leaving,
    panel,
    stages,
)


app_name = "incubation"
ITEM = "desk/incubation/items/<int:pk>/"
GIVEN = "desk/incubation/deliveries/<int:pk>/"
COURSE = "desk/incubation/courses/"
ONE = "desk/incubation/<int:pk>/"
CALL = "desk/incubation/calls/"
SHEET = "desk/incubation/sheets/"
urlpatterns = [
    path("desk/incubation/", stages.stages, name="board"),
    path(ONE, stages.incubatee, name="incubatee"),
    path(f"{ONE}move/<slug:name>/", stages.move, name="move"),
    *(
        path(f"{ONE}{name}.pdf", stages.paper_letter, {"name": name}, name=f"{name}_letter")
        for name in LETTERS
    ),
    path(f"{ONE}papers/<slug:kind>/", calls.paper, name="paper"),
    path(f"{ONE}panel/add/", panel.appointing, name="appoint"),
    path(f"{ONE}panel/<int:reviewer>/drop/", panel.dropping, name="drop"),
    path(f"{ONE}admit/", admitting.admitting, name="admit"),
    path(f"{ONE}sign/", admitting.signing, name="sign"),
    path(f"{ONE}countersign/", admitting.countersigning, name="countersign"),
    path(f"{ONE}plan/", growing.plan, name="plan"),
    path(f"{ONE}plan.pdf", growing.plan_file, name="plan_file"),
    path(f"{ONE}services.pdf", growing.deliveries_file, name="deliveries_file"),
    path(f"{ONE}diagnosis/<slug:side>/", growing.diagnosing, name="diagnose"),
    path(f"{ONE}plan/propose/", growing.proposing, name="propose"),
    path(f"{ONE}plan/add/", growing.adding, name="item_add"),
    path(f"{ONE}mentors/add/", growing.accompanying, name="accompany"),
    path(f"{ONE}report/<slug:stage>/", leaving.reporting, name="report"),
    path(f"{ONE}score/", leaving.scoring, name="score"),
    path(f"{ONE}graduate/", leaving.graduating, name="graduate"),
    path(f"{ONE}extend/", leaving.extending, name="extend"),
    path(f"{ONE}exit/propose/", leaving.proposing_exit, name="propose_exit"),
    path(f"{ONE}exit/", leaving.forcing, name="force_out"),
    path(f"{ONE}exit/hand-over/", leaving.handing_over, name="hand_over"),
    path(f"{ONE}conversion/", leaving.conversion, name="conversion"),
    path(f"{ONE}conversion.pdf", leaving.conversion_file, name="conversion_file"),
    path(f"{ONE}conversion/<slug:step>/", leaving.ticking, name="tick"),
    path("desk/incubation/visits/<int:pk>/", leaving.visiting, name="visit"),
    path(ITEM, growing.item, name="item"),
    path(f"{ITEM}change/", growing.changing, name="item_change"),
    path(f"{ITEM}deliver/", growing.delivering, name="deliver"),
    path(f"{ITEM}move/<slug:name>/", growing.item_move, name="item_move"),
    path(f"{GIVEN}confirm/", growing.confirming, name="confirm"),
    path(f"{GIVEN}dispute/", growing.disputing, name="dispute"),
    path("desk/incubation/mentors/", growing.mentors, name="mentors"),
    path("desk/incubation/mentors/add/", growing.mentor_add, name="mentor_add"),
    path("desk/incubation/mentorings/<int:pk>/end/", growing.parting, name="part"),
    path("desk/incubation/funnel/", comparing.comparing, name="funnel"),
    path(COURSE, learning.courses, name="courses"),
    path(f"{COURSE}add/", learning.course_add, name="course_add"),
    path(f"{COURSE}<int:pk>/", learning.course, name="course"),
    path(f"{COURSE}<int:pk>/lessons/add/", learning.lesson_add, name="lesson_add"),
    path(f"{COURSE}<int:pk>/close/", learning.closing, name="course_close"),
    path(
        "desk/incubation/certificates/<int:pk>/file.pdf",
        learning.certificate_file,
        name="certificate",
    ),
    path("desk/incubation/certificates/<int:pk>/revoke/", learning.revoking, name="revoke"),
    path("incubation/certificates/<slug:code>/", learning.verify, name="verify"),
    path("desk/incubation/objections/<int:pk>/", admitting.answering, name="answer"),
    path(CALL, calls.calls, name="calls"),
    path(f"{CALL}add/", calls.call_add, name="call_add"),
    path(f"{CALL}<int:pk>/", calls.call, name="call"),
    path(f"{CALL}<int:pk>/apply/<int:body>/", calls.applying, name="apply"),
    path(SHEET, panel.mine, name="mine"),
    path(f"{SHEET}<int:pk>/", panel.sheet, name="sheet"),
    path(f"{SHEET}<int:pk>/papers/<slug:kind>/", panel.sheet_paper, name="sheet_paper"),
    path(f"{SHEET}<int:pk>/recuse/", panel.recusing, name="recuse"),
    path("desk/organisations/<int:pk>/incubation/", stages.organisation, name="organisation"),
    path("incubation/publicity/", admitting.publicity, name="publicity"),
    path("incubation/publicity/<int:pk>/object/", admitting.objecting, name="object"),
]
