from django.urls import path

from changle.oversight.statistics.views import bulletins, exploring, figures, monthly, reports


app_name = "statistics"
urlpatterns = [
    path("", figures.catalogue, name="catalogue"),
    path("explore/", exploring.explorer, name="explore"),
    path("explore/file.<slug:form>", exploring.explore_file, name="explore_file"),
    path("explore/keep/", exploring.keep, name="keep_cut"),
    path("explore/<int:pk>/forget/", exploring.forget, name="forget_cut"),
    path("figure/", figures.figure, name="figure"),
    path("rows/", figures.figure_rows, name="rows"),
    path("rows/file.<slug:form>", figures.rows_file, name="rows_file"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/new/", bulletins.new, name="new_bulletin"),
    path("bulletins/<int:pk>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:pk>/edit/", bulletins.edit, name="edit_bulletin"),
    path("bulletins/<int:pk>/issue/", bulletins.issuing, name="issue_bulletin"),
    path("commons/", reports.commons, name="commons"),
    path("monthly/", monthly.monthly, name="monthly"),
    path("monthly/<int:pk>/", monthly.one, name="monthly_one"),
    path("monthly/<int:pk>/close/", monthly.closing, name="close_month"),
    path("monthly/<int:pk>/send-back/", monthly.sending_back, name="send_back_month"),
    path("monthly/<int:pk>/publish/", monthly.publishing, name="publish_month"),
    path("monthly/<int:pk>/type/", monthly.typing, name="type_cell"),
    path("monthly/<int:pk>/file.<slug:form>", monthly.file, name="monthly_file"),
    path("report/<slug:table>/", reports.report, name="report"),
    path("report/<slug:table>/file.<slug:form>", reports.report_file, name="report_file"),
]
