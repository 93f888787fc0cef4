from django.urls import URLPattern, path

from changle.services.commons.views import booking, finding, mine, timeline


routes: list[URLPattern] = [
    path("desk/venues/", timeline.venues, name="venues"),
    path("desk/venues/find/", finding.find, name="find"),
    path("desk/venues/<int:pk>/", timeline.venue, name="venue"),
    path("desk/venues/<int:pk>/book/", booking.make, name="book"),
    path("desk/venues/<int:pk>/book/things/", booking.things, name="book_things"),
    path("desk/bookings/", mine.bookings, name="bookings"),
    path("desk/bookings/<int:pk>/", mine.booking, name="booking"),
    path("desk/bookings/<int:pk>/move/<slug:name>/", mine.move, name="move_booking"),
    path("desk/bookings/<int:pk>/cancel-later/", mine.give_up_later, name="cancel_later"),
    path("centres/<int:pk>/times/", timeline.times, name="times"),
]
