from django.urls import include, path

from changle.core.file_views import serve
from changle.faces.api.urls import desk as webhooks


urlpatterns = [
    path("", include("changle.faces.portal.urls")),
    path("account/", include("changle.ground.accounts.urls")),
    path("desk/", include("changle.faces.desk.urls")),
    path("desk/", include("changle.ground.territory.urls")),
    path("desk/organisations/", include("changle.ground.registry.urls")),
    path("", include("changle.ground.filing.urls")),
    path("", include("changle.ground.people.urls")),
    path("", include("changle.ground.credit.urls")),
    path("", include("changle.ground.annual.urls")),
    path("", include("changle.ground.matters.urls")),
    path("", include("changle.ground.custody.urls")),
    path("", include("changle.ground.merging.urls")),
    path("", include("changle.services.commons.urls")),
    path("", include("changle.services.leases.urls")),
    path("", include("changle.services.bases.urls")),
    path("", include("changle.services.exchange.urls")),
    path("", include("changle.services.activities.urls")),
    path("", include("changle.services.incubation.urls")),
    path("desk/figures/", include("changle.oversight.statistics.urls")),
    path("desk/webhooks/", include((webhooks, "webhooks"))),
    path("api/", include("changle.faces.api.urls")),
    path("files/<uuid:public_id>/", serve, name="file"),
    path("", include("changle.site.probes")),
]
