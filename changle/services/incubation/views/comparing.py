"""How far bodies come, how long it takes, and one cohort beside the other."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.ground.registry.queries import key_of
from changle.services.incubation.queries.comparing import KINDS, cohorts, counted, funnel, rows_of
from changle.services.incubation.queries.pipeline import VIEW, centres_of, streets_of


@page(VIEW)
@require_safe
def comparing(request: Request) -> HttpResponse:
    actor = request.actor
    centre, street = key_of(request.GET.get("centre", "")), key_of(request.GET.get("street", ""))
    rows = rows_of(actor, centre, street)
    now, asking = timezone.now(), request.GET
    stage = int(asking["stage"]) if asking.get("stage", "").isdecimal() else None
    context = {
        "layers": funnel(rows, now), "cohorts": cohorts(rows), "total": len(rows),
        "kinds": [label for label, _fits in KINDS.values()],
        "who": counted(rows, now, show=asking.get("show", ""), stage=stage,
                       half=asking.get("half", "")),
        "places": f"centre={centre or ''}&street={street or ''}",
        "centre": centre, "street": street, "centres": centres_of(actor),
        "streets": streets_of(actor),
    }  # fmt: skip
    return render(request, "incubation/funnel.html", context)
