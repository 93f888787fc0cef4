from django.urls import path

from changle.ground.territory.views import calendar, explaining, log, nodes, people


app_name = "territory"
urlpatterns = [
    path("nodes/", nodes.nodes, name="nodes"),
    path("nodes/<int:pk>/", nodes.node, name="node"),
    path("nodes/<int:pk>/add/", nodes.add, name="node_add"),
    path("nodes/<int:pk>/tile/", nodes.tile, name="node_tile"),
    path("nodes/<int:pk>/rename/", nodes.rename, name="node_rename"),
    path("nodes/<int:pk>/move/", nodes.move, name="node_move"),
    path("nodes/<int:pk>/abolish/", nodes.abolish, name="node_abolish"),
    path("nodes/<int:pk>/codes/add/", nodes.code_add, name="code_add"),
    path("nodes/<int:pk>/codes/<int:code_pk>/end/", nodes.code_end, name="code_end"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/grant/", people.grant_new, name="grant_new"),
    path("people/<int:pk>/hand-over/", people.handing_over, name="hand_over"),
    path("people/<int:pk>/password/", people.password, name="person_password"),
    path("people/<int:pk>/second-factor/", people.second_factor, name="person_second_factor"),
    path("people/<int:pk>/close/", people.close, name="person_close"),
    path("people/<int:pk>/reopen/", people.reopening, name="person_reopen"),
    path("grants/<int:pk>/end/", people.grant_end, name="grant_end"),
    path("reach/<str:label>/<int:pk>/", explaining.reach, name="reach"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/", calendar.calendar, name="calendar_of"),
    path("calendar/<int:year>/file.ics", calendar.calendar_file, name="calendar_file"),
    path("calendar/<int:year>/day/", calendar.day_set, name="day_set"),
    path("calendar/<int:year>/day/remove/", calendar.day_remove, name="day_remove"),
    path("calendar/<int:year>/import/", calendar.year_import, name="year_import"),
    path("calendar/<int:year>/notice/", calendar.year_from_notice, name="year_from_notice"),
    path("log/", log.log, name="log"),
    path("log/chain/", log.log_chain, name="log_chain"),
    path("log/file.<str:kind>", log.log_file, name="log_file"),
]
