from django.urls import path

from changle.ground.matters.views import listing, reporting, ruling, showing


app_name = "matters"
urlpatterns = [
    path("desk/matters/", listing.matters, name="matters"),
    path("desk/matters/month/", listing.month, name="month"),
    path("desk/matters/acknowledge/", listing.acknowledge, name="acknowledge"),
    path("desk/matters/demand/", reporting.demand, name="demand"),
    path("desk/matters/rules/", ruling.rules, name="rules"),
    path("desk/matters/rules/review/", ruling.review, name="review_rule"),
    path("desk/matters/rules/add/", ruling.type_add, name="type_add"),
    path("desk/matters/rules/<int:pk>/", ruling.type_edit, name="type_edit"),
    path("desk/matters/rules/<int:pk>/retire/", ruling.type_retire, name="type_retire"),
    path("desk/matters/rules/licence/<int:pk>/", ruling.licence, name="licence_rule"),
    path("desk/matters/<int:pk>/", showing.matter, name="matter"),
    path("desk/matters/<int:pk>/edit/", reporting.edit, name="edit"),
    path("desk/matters/<int:pk>/submit/", showing.send, name="submit"),
    path("desk/matters/<int:pk>/licence/", reporting.licence, name="licence"),
    path("desk/matters/<int:pk>/result/", reporting.result, name="result"),
    path("desk/matters/<int:pk>/move/<str:name>/", showing.move_state, name="move_state"),
    path("desk/organisations/<int:pk>/matters/", listing.organisation, name="organisation"),
    path("desk/organisations/<int:pk>/matters/new/", reporting.new, name="new"),
]
