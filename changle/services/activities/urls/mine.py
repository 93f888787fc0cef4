from django.urls import path

from changle.services.activities.views import mine, tickets


urlpatterns = [
    path("my/sign-ups/", mine.sign_ups, name="mine"),
    path("my/sign-ups/<int:pk>/accept/", mine.take, name="mine_accept"),
    path("my/sign-ups/<int:pk>/cancel/", mine.give_up, name="mine_cancel"),
    path("my/family/", mine.people, name="family"),
    path("my/family/<int:pk>/forget/", mine.forget, name="family_forget"),
    path("my/calendar/", mine.calendars, name="my_calendar"),
    path("my/calendar/<int:pk>/end/", mine.end_calendar, name="my_calendar_end"),
    path("feeds/activities/mine/<str:clear>.ics", mine.my_feed, name="my_feed"),
    path("tickets/<str:code>/", tickets.ticket, name="ticket"),
    path("tickets/<str:code>/accept/", tickets.take, name="ticket_accept"),
    path("tickets/<str:code>/cancel/", tickets.give_up, name="ticket_cancel"),
    path("come/<str:code>/", tickets.come, name="come"),
    path("feedback/<str:code>/", tickets.feedback, name="feedback"),
]
