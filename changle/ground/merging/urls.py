from django.urls import path

from changle.ground.merging.views import merging, queue


app_name = "merging"
urlpatterns = [
    path("desk/duplicates/", queue.pairs, name="pairs"),
    path("desk/duplicates/find/", queue.find_again, name="find"),
    path("desk/duplicates/<int:pk>/", queue.pair, name="pair"),
    path("desk/duplicates/<int:pk>/dismiss/", queue.put_aside, name="dismiss"),
    path("desk/duplicates/<int:pk>/again/", queue.take_up, name="look_again"),
    path("desk/organisations/<int:pk>/merging/", merging.room, name="room"),
    path("desk/organisations/<int:pk>/merging/<int:other>/", merging.together, name="together"),
    path("desk/merges/<int:pk>/", merging.done, name="merge"),
    path("desk/merges/<int:pk>/undo/", merging.undone, name="undo"),
]
