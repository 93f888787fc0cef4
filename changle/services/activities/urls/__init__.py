from django.urls import URLPattern

from changle.services.activities.urls import plans, sessions


app_name = "activities"
urlpatterns: list[URLPattern] = [
    *plans.urlpatterns,
    *sessions.urlpatterns,
]
