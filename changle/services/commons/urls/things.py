from django.urls import URLPattern, path

from changle.services.commons.views import things


setup = "desk/venues/<int:centre>/setup/"
routes: list[URLPattern] = [
    path(f"{setup}things/", things.things, name="things"),
    path(f"{setup}things/add/", things.thing, name="thing_add"),
    path(f"{setup}things/<int:pk>/", things.thing, name="thing"),
    path(f"{setup}things/<int:pk>/retire/", things.thing_retire, name="thing_retire"),
    path(f"{setup}things/<int:pk>/bring-back/", things.thing_bring_back, name="thing_bring_back"),
    path(f"{setup}shared/<slug:kind>/add/", things.shared, name="shared_add"),
    path(f"{setup}shared/<slug:kind>/<int:pk>/", things.shared, name="shared"),
]
