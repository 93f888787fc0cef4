from django.urls import path

from changle.oversight.statistics import views


app_name = "statistics"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("figure/", views.figure, name="figure"),
    path("rows/", views.figure_rows, name="rows"),
    path("rows/file.<slug:form>", views.rows_file, name="rows_file"),
    path("commons/", views.commons, name="commons"),
    path("report/<slug:table>/", views.report, name="report"),
    path("report/<slug:table>/file.<slug:form>", views.report_file, name="report_file"),
]
