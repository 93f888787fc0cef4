from django.urls import URLPattern, path

from changle.services.commons.views import centres, house_hours, house_photos, houses, printing


setup = "desk/venues/<int:centre>/setup/"
routes: list[URLPattern] = [
    path("desk/venues/setup/", houses.houses, name="houses"),
    path("desk/venues/add/", houses.add, name="house_add"),
    path(setup, houses.house, name="house"),
    path(f"{setup}edit/", houses.edit, name="house_edit"),
    path(f"{setup}zones/add/", houses.zone, name="zone_add"),
    path(f"{setup}zones/<int:pk>/", houses.zone, name="zone"),
    path(f"{setup}zones/<int:pk>/end/", houses.zone_end, name="zone_end"),
    path(f"{setup}rooms/add/", houses.room, name="room_add"),
    path(f"{setup}rooms/<int:pk>/", houses.room, name="room"),
    path(f"{setup}rooms/<int:pk>/retire/", houses.retire, name="room_retire"),
    path(f"{setup}rooms/<int:pk>/bring-back/", houses.bring_back, name="room_bring_back"),
    path(f"{setup}rooms/<int:pk>/photos/", house_photos.photos, name="room_photos"),
    path(
        f"{setup}rooms/<int:pk>/photos/<int:photo>/end/", house_photos.photo_end, name="photo_end"
    ),
    path(f"{setup}rooms/<int:pk>/hours/", house_hours.hours, name="room_hours"),
    path(f"{setup}rooms/<int:pk>/door.pdf", printing.door, name="door_sheet"),
    path(f"{setup}photos/", house_photos.photos, name="house_photos"),
    path(f"{setup}photos/<int:photo>/end/", house_photos.photo_end, name="house_photo_end"),
    path(f"{setup}hours/", house_hours.hours, name="house_hours"),
    path(f"{setup}exceptions/add/", house_hours.exception, name="exception_add"),
    path(f"{setup}exceptions/end/", house_hours.exception_end, name="exception_end"),
    path(f"{setup}policies/add/", houses.policy, name="policy_add"),
    path(f"{setup}policies/<int:pk>/", houses.policy, name="policy"),
    path(f"{setup}checks/add/", houses.check, name="check_add"),
    path("desk/venues/<int:centre>/programme.pdf", printing.programme, name="programme"),
    path("centres/", centres.centres, name="centres"),
    path("centres/<int:pk>/", centres.centre, name="centre"),
    path("centres/photos/<uuid:public_id>/", centres.photo, name="photo"),
]
