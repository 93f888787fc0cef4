from django.urls import path

from changle.services.incubation.views import admitting, calls, panel, stages


app_name = "incubation"
ONE = "desk/incubation/<int:pk>/"
CALL = "desk/incubation/calls/"
SHEET = "desk/incubation/sheets/"
urlpatterns = [
    path("desk/incubation/", stages.stages, name="board"),
    path(ONE, stages.incubatee, name="incubatee"),
    path(f"{ONE}move/<slug:name>/", stages.move, name="move"),
    path(f"{ONE}notice.pdf", stages.paper_letter, {"name": "notice"}, name="notice"),
    path(f"{ONE}agreement.pdf", stages.paper_letter, {"name": "agreement"}, name="agreement"),
    path(f"{ONE}papers/<slug:kind>/", calls.paper, name="paper"),
    path(f"{ONE}panel/add/", panel.appointing, name="appoint"),
    path(f"{ONE}panel/<int:reviewer>/drop/", panel.dropping, name="drop"),
    path(f"{ONE}admit/", admitting.admitting, name="admit"),
    path(f"{ONE}sign/", admitting.signing, name="sign"),
    path(f"{ONE}countersign/", admitting.countersigning, name="countersign"),
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
