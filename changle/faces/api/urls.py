from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path, re_path

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
urlpatterns = [path("v1/", include(v1)), nowhere]
