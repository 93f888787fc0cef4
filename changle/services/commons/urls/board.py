from django.urls import URLPattern, path

from changle.services.commons.views import board, closing, damage


routes: list[URLPattern] = [
    path("desk/venues/today/", board.boards, name="boards"),
    path("desk/venues/<int:pk>/today/", board.today, name="board"),
    path("desk/venues/<int:pk>/closures/", closing.closures, name="closures"),
    path("desk/venues/<int:pk>/closures/add/", closing.close, name="close_rooms"),
    path("desk/venues/closures/<int:pk>/", closing.closure, name="closure"),
    path("desk/venues/closures/<int:pk>/lift/", closing.lift, name="lift_closure"),
    path("desk/venues/damages/", damage.damages, name="damages"),
    path("desk/venues/damages/<int:pk>/", damage.damage, name="damage"),
    path("desk/venues/damages/<int:pk>/photos/", damage.add_photos, name="damage_photos"),
    path("desk/venues/damages/<int:pk>/<slug:name>/", damage.settle, name="settle_damage"),
    path("desk/venues/suspensions/<int:pk>/lift/", damage.lift, name="lift_suspension"),
    path("desk/bookings/<int:pk>/attend/<slug:name>/", board.attend, name="attend"),
    path("desk/bookings/<int:pk>/damage/", damage.find, name="find_damage"),
    path("desk/bookings/<int:pk>/instead/", closing.instead, name="instead"),
    path("desk/bookings/no-shows/", damage.no_shows, name="no_shows"),
    path("desk/bookings/no-shows/<int:pk>/", damage.no_show, name="no_show"),
    path("desk/bookings/no-shows/<int:pk>/<slug:name>/", damage.answer, name="answer_no_show"),
    path("door/<slug:token>/", board.door_page, name="door"),
    path("door/<slug:token>/<int:pk>/<slug:name>/", board.pass_door, name="pass_door"),
]
