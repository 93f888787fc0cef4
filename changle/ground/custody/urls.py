from django.urls import path

from changle.ground.custody import views


app_name = "custody"
urlpatterns = [
    path("desk/custody/", views.custodies, name="custodies"),
    path("desk/custody/<int:pk>/edit/", views.edit, name="edit"),
    path("desk/custody/<int:pk>/renew/", views.renewal, name="renew"),
    path("desk/custody/<int:pk>/end/", views.ending, name="end"),
    path("desk/organisations/<int:pk>/custody/", views.organisation, name="organisation"),
    path("desk/organisations/<int:pk>/custody/add/", views.add, name="add"),
]
