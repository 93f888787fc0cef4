from django.urls import path

from changle.ground.annual.views import filling, listing, paper, showing


app_name = "annual"
urlpatterns = [
    path("desk/organisations/<int:pk>/annual/", showing.of_organisation, name="of_organisation"),
    path("desk/organisations/<int:pk>/annual/prepare/", showing.prepare_report, name="prepare"),
    path("desk/annual/", listing.reports, name="reports"),
    path("desk/annual/file.<str:kind>", listing.export, name="export"),
    path("desk/annual/accept/", listing.accept_many, name="accept_many"),
    path("desk/annual/open/", listing.open_year, name="open_year"),
    path("desk/annual/deadlines/", filling.deadline_list, name="deadlines"),
    path("desk/annual/deadlines/<int:year>/<str:kind>/", filling.deadline, name="deadline"),
    path("desk/annual/ledgers/<str:table>/", listing.ledger, name="ledger"),
    path(
        "desk/annual/ledgers/<str:table>/file.<str:form>", listing.ledger_file, name="ledger_file"
    ),
    path("desk/annual/<int:pk>/", showing.report, name="report"),
    path("desk/annual/<int:pk>/section/<str:code>/", filling.section, name="section"),
    path("desk/annual/<int:pk>/explain/", showing.explain_warning, name="explain"),
    path("desk/annual/<int:pk>/submit/", filling.hand_in, name="submit"),
    path("desk/annual/<int:pk>/scan/", filling.scan, name="scan"),
    path("desk/annual/<int:pk>/print.<str:form>", paper.printed, name="print"),
    path("desk/annual/<int:pk>/move/<str:name>/", showing.move_state, name="move"),
    path("verify/annual/<str:code>/", paper.verify, name="verify"),
]
