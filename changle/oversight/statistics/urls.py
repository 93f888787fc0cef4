from django.urls import path

from changle.oversight.statistics.views import figures, reports


app_name = "statistics"
urlpatterns = [
    path("", figures.catalogue, name="catalogue"),
    path("figure/", figures.figure, name="figure"),
    path("rows/", figures.figure_rows, name="rows"),
    path("rows/file.<slug:form>", figures.rows_file, name="rows_file"),
    path("commons/", reports.commons, name="commons"),
    path("report/<slug:table>/", reports.report, name="report"),
    path("report/<slug:table>/file.<slug:form>", reports.report_file, name="report_file"),
]
