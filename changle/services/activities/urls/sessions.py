from django.urls import path

from changle.services.activities.views import records, sessions


urlpatterns = [
    path("desk/sessions/<int:pk>/", sessions.session, name="session"),
    path("desk/sessions/<int:pk>/count/", records.count, name="count"),
    path("desk/sessions/<int:pk>/evidence/", records.evidence, name="evidence"),
    path("desk/sessions/<int:pk>/summary/", records.summary, name="summary"),
    path("desk/sessions/<int:pk>/expenses/", records.expenses, name="expenses"),
    path("desk/sessions/<int:pk>/capacity/", records.capacity, name="capacity"),
    path("desk/sessions/<int:pk>/reschedule/", records.moving, name="reschedule"),
    path("desk/sessions/<int:pk>/correct/", records.correction, name="correct"),
    path("desk/sessions/<int:pk>/people/<int:up>/", sessions.contact, name="contact"),
    path("desk/sessions/<int:pk>/move/<slug:name>/", sessions.move, name="move_session"),
]
