from django.urls import path

from changle.services.activities.views import roster, series


urlpatterns = [
    path("desk/series/", series.listed, name="series"),
    path("desk/series/new/", series.new, name="new_series"),
    path("desk/series/<int:pk>/", series.series, name="series_one"),
    path("desk/series/<int:pk>/edit/", series.edit, name="edit_series"),
    path("desk/series/<int:pk>/end/", series.ending, name="end_series"),
    path("desk/series/programmes/new/", series.new_programme, name="new_programme"),
    path("desk/series/programmes/<int:pk>/", series.edit_programme, name="edit_programme"),
    path("desk/activities/<int:pk>/questions/", series.questions, name="questions"),
    path("desk/activities/<int:pk>/given/<int:share>/", series.given, name="given"),
    path("desk/sessions/<int:pk>/roster.xlsx", roster.masked, name="roster_xlsx"),
    path("desk/sessions/<int:pk>/roster/", roster.clear, name="roster_clear"),
]
