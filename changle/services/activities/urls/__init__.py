from django.urls import URLPattern

from changle.services.activities.urls import plans, rules, sessions


app_name = "activities"
urlpatterns: list[URLPattern] = [
    *plans.urlpatterns,
    *rules.urlpatterns,
    *sessions.urlpatterns,
]
