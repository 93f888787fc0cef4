from django.urls import path

from changle.services.exchange.views import board, gifts, offers, partners, public, requests, uses


app_name = "exchange"
urlpatterns = [
    path("exchange/", public.offers, name="public_offers"),
    path("exchange/photos/<uuid:public_id>/", public.photo, name="photo"),
    path("exchange/emergencies/<int:pk>/", public.emergency, name="public_emergency"),
    path("desk/organisations/<int:pk>/exchange/", board.organisation, name="organisation"),
    path("desk/exchange/", board.board, name="board"),
    path("desk/exchange/mine/", board.mine, name="mine"),
    path("desk/exchange/queue/", board.queue, name="queue"),
    path("desk/exchange/offers/add/", offers.add, name="offer_add"),
    path("desk/exchange/offers/<int:pk>/", offers.one, name="offer"),
    path("desk/exchange/offers/<int:pk>/edit/", offers.edit, name="offer_edit"),
    path("desk/exchange/offers/<int:pk>/take/", offers.take, name="take"),
    path("desk/exchange/offers/<int:pk>/<slug:name>/", offers.move, name="offer_move"),
    path("desk/exchange/requests/add/", requests.add, name="request_add"),
    path("desk/exchange/requests/<int:pk>/", requests.one, name="request"),
    path("desk/exchange/requests/<int:pk>/edit/", requests.edit, name="request_edit"),
    path("desk/exchange/requests/<int:pk>/<slug:name>/", requests.move, name="request_move"),
    path("desk/exchange/uses/<int:pk>/", uses.one, name="use"),
    path("desk/exchange/uses/<int:pk>/<slug:name>/", uses.move, name="use_move"),
    path("desk/exchange/partners/", partners.partners, name="partners"),
    path("desk/exchange/partners/add/", partners.add, name="partner_add"),
    path("desk/exchange/partners/<int:pk>/", partners.partner, name="partner"),
    path("desk/exchange/partners/<int:pk>/edit/", partners.edit, name="partner_edit"),
    path("desk/exchange/donations/", gifts.donations, name="donations"),
    path("desk/exchange/donations/add/", gifts.add, name="donation_add"),
    path("desk/exchange/donations/<int:pk>/", gifts.donation, name="donation"),
    path("desk/exchange/donations/<int:pk>/receipt/", gifts.receipt, name="receipt"),
    path("desk/exchange/donations/<int:pk>/void/", gifts.cancel, name="donation_void"),
    path("desk/exchange/donations/items/<int:pk>/give/", gifts.give, name="hand_out"),
    path("desk/exchange/emergencies/", gifts.responses, name="emergencies"),
    path("desk/exchange/emergencies/start/", gifts.start, name="emergency_start"),
    path("desk/exchange/emergencies/<int:pk>/<slug:name>/", gifts.respond, name="respond"),
]
