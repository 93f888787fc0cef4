from django.urls import path

from changle.services.activities.views import rules


urlpatterns = [
    path("desk/activities/rules/", rules.rules, name="rules"),
    path("desk/activities/rules/edit/", rules.edit, name="edit_rules"),
    path("desk/activities/rules/texts/<slug:kind>/", rules.text, name="text"),
    path("desk/activities/rules/terms/add/", rules.new_term, name="add_term"),
    path("desk/activities/rules/terms/<int:pk>/retire/", rules.retire, name="retire_term"),
]
