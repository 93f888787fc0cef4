from django.urls import path

from changle.ground.filing.views import desk, mine, rest


app_name = "filing"
urlpatterns = [
    path("verify/<str:code>/", rest.verify, name="verify"),
    path("my/filings/", mine.filings, name="mine"),
    path("my/filings/start/", mine.begin, name="mine_start"),
    path("my/filings/read/", mine.read, name="mine_read"),
    path("my/filings/<int:pk>/", mine.filing, name="mine_one"),
    path("my/filings/<int:pk>/step/<int:number>/", mine.step, name="mine_step"),
    path("my/filings/<int:pk>/members/<int:member>/strike/", mine.strike, name="mine_strike"),
    path("my/filings/<int:pk>/submit/", mine.hand_in, name="mine_submit"),
    path("my/filings/<int:pk>/withdraw/", mine.take_back, name="mine_withdraw"),
    path("my/filings/<int:pk>/paper/<uuid:public_id>/", mine.paper, name="mine_paper"),
    path("filings/<int:pk>/certificate.pdf", rest.certificate_file, name="certificate"),
    path("desk/filings/", desk.filings, name="filings"),
    path("desk/filings/review/", desk.review, name="review"),
    path("desk/filings/review/file/", desk.file_heap, name="review_file"),
    path("desk/filings/rules/", rest.rules, name="rules"),
    path("desk/filings/rules/add/", rest.rule_add, name="rule_add"),
    path("desk/filings/lapses/", rest.lapses, name="lapses"),
    path("desk/filings/lapses/<int:pk>/", rest.lapse, name="lapse"),
    path("desk/filings/lapses/<int:pk>/confirm/", rest.lapse_confirm, name="confirm_lapse"),
    path("desk/filings/lapses/<int:pk>/keep/", rest.lapse_keep, name="keep"),
    path("desk/filings/<int:pk>/", desk.filing, name="filing"),
    path("desk/filings/<int:pk>/agree/", desk.opinion, name="agree"),
    path("desk/filings/<int:pk>/disagree/", desk.opinion_back, name="disagree"),
    path("desk/filings/<int:pk>/approve/", desk.approval, name="approve"),
    path("desk/filings/<int:pk>/send-back/", desk.review_back, name="send_back"),
    path("desk/organisations/<int:pk>/filings/", rest.applications, name="organisation"),
    path(
        "desk/organisations/<int:pk>/filings/<str:kind>/start/",
        rest.change_start,
        name="change_start",
    ),
    path("desk/organisations/<int:pk>/convert/", rest.conversion, name="convert"),
    path("desk/organisations/<int:pk>/file/", rest.paper_filing, name="paper_filing"),
]
