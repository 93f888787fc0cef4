from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, re_path

from changle.faces.api.views.document import docs, openapi
from changle.faces.api.views.doors import opened, unknown
from changle.faces.api.views.surface import api


operations, _app_name, _namespace = api.urls
app_name = "api"
urlpatterns = [
    path("openapi.json", opened(openapi), name="openapi"),
    path("docs", opened(docs), name="docs"),
    *[
        URLPattern(one.pattern, opened(one.callback), one.default_args, one.name)
        for one in operations
        if isinstance(one, URLPattern) and one.name != "api-root"
    ],
    re_path(r"^.*\Z", opened(unknown), name="unknown"),
]
for route in urlpatterns:
    route.callback = login_not_required(route.callback)
