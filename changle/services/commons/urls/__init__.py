"""Addresses of the commons, a file a part of the house."""

from django.urls import URLPattern

from changle.services.commons.urls import board, booking, feeds, houses, loans, things


app_name = "commons"
urlpatterns: list[URLPattern] = [
    *booking.routes,
    *board.routes,
    *houses.routes,
    *things.routes,
    *loans.routes,
    *feeds.routes,
]
