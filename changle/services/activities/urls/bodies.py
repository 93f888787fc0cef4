from django.urls import path

from changle.services.activities.views import bodies


urlpatterns = [
    path("desk/organisations/<int:pk>/activities/", bodies.organisation, name="organisation"),
]
