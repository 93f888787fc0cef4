from django.urls import path

from changle.ground.registry.views import (
    changing,
    dictionary,
    history,
    importing,
    listing,
    listkinds,
    showing,
    succession,
)


app_name = "registry"
urlpatterns = [
    path("", listing.organisations, name="organisations"),
    path("file.<str:kind>", listing.export, name="export"),
    path("add/", changing.add, name="add"),
    path("classes/", dictionary.classes, name="classes"),
    path("classes/<str:list_>/", dictionary.classes, name="classes_of"),
    path("classes/<str:list_>/add/", dictionary.entry_add, name="class_add"),
    path("classes/entry/<int:pk>/retire/", dictionary.entry_retire, name="class_retire"),
    path("classes/entry/<int:pk>/<str:target_list>/", dictionary.entry_lead, name="class_lead"),
    path("<int:pk>/", showing.organisation, name="organisation"),
    path("<int:pk>/edit/", changing.edit, name="edit"),
    path("<int:pk>/rename/", changing.rename, name="rename"),
    path("<int:pk>/relocate/", changing.relocate, name="relocate"),
    path("<int:pk>/split/", succession.divide, name="split"),
    path("<int:pk>/join/", succession.join, name="join"),
    path("<int:pk>/history/", history.field_history, name="field_history"),
    path("<int:pk>/extract.pdf", showing.extract, name="extract"),
    path("<int:pk>/move/<str:name>/", showing.move_state, name="move_state"),
    # Imports of spreadsheets begin here.
    path("imports/", importing.imports, name="imports"),
    path("imports/new/", importing.import_new, name="import_new"),
    path("imports/template/<str:brings>.xlsx", listkinds.import_template, name="import_template"),
    path("imports/facts/<str:brings>.xlsx", listkinds.export_facts, name="export_facts"),
    path("imports/<int:pk>/", importing.import_batch, name="import_batch"),
    path("imports/<int:pk>/columns/", importing.import_columns, name="import_columns"),
    path("imports/<int:pk>/choices/", importing.import_choices, name="import_choices"),
    path("imports/<int:pk>/write/", importing.import_write, name="import_write"),
    path("imports/<int:pk>/undo/", importing.import_undo, name="import_undo"),
    path("imports/<int:pk>/discard/", importing.import_discard, name="import_discard"),
    path("imports/<int:pk>/progress/", importing.import_progress, name="import_progress"),
    path("imports/<int:pk>/refused.xlsx", importing.import_refused, name="import_refused"),
    # Imports of spreadsheets end here.
]
