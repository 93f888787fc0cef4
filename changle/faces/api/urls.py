from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path, re_path

from changle.faces.api.views import webhooks
from changle.faces.api.views.document import docs, openapi
from changle.faces.api.views.doors import opened, unknown
from changle.faces.api.views.surface import api


operations, _app_name, _namespace = api.urls
app_name = "api"
v1 = [
    path("openapi.json", opened(openapi), name="openapi"),
    path("docs", opened(docs), name="docs"),
    *[
        URLPattern(one.pattern, opened(one.callback), one.default_args, one.name)
        for one in operations
        if isinstance(one, URLPattern) and one.name != "api-root"
    ],
]
nowhere = re_path(r"^.*\Z", opened(unknown), name="unknown")
routes = [*v1, nowhere]
for route in routes:
    route.callback = login_not_required(route.callback)
desk = [  # pages of people, under /desk/
    path("", webhooks.webhooks, name="webhooks"),
    path("add/", webhooks.add, name="add"),
    path("<int:pk>/", webhooks.webhook, name="webhook"),
    path("<int:pk>/rotate/", webhooks.rotate, name="rotate"),
    path("<int:pk>/switch/", webhooks.switch, name="switch"),
    path("<int:pk>/trial/", webhooks.trial, name="trial"),
    path("deliveries/<int:pk>/again/", webhooks.again, name="again"),
]
urlpatterns = [path("v1/", include(v1)), nowhere]
