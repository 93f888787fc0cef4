from django.urls import URLPattern, path

from changle.services.commons.views import feeds


routes: list[URLPattern] = [
    path("desk/feeds/", feeds.feeds, name="feeds"),
    path("desk/feeds/<int:pk>/end/", feeds.end, name="end_feed"),
    path("feeds/<slug:clear>.ics", feeds.feed, name="feed"),
]
