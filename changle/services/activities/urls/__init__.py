from django.urls import URLPattern

from changle.services.activities.urls import bodies, plans, rules, sessions


app_name = "activities"
urlpatterns: list[URLPattern] = [
    *bodies.urlpatterns,
    *plans.urlpatterns,
    *rules.urlpatterns,
    *sessions.urlpatterns,
]
