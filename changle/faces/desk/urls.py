from django.urls import path

from changle.faces.desk import views


app_name = "desk"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("overview/", views.overview, name="overview"),
    path("wall/", views.wall, name="wall"),
    path("todo/", views.todo_list, name="todo"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.notices_read, name="notices_read"),
]
