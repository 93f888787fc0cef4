"""The room of activities in a body's record."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.periods import Period
from changle.ground.territory.roles import Permission
from changle.services.activities.queries.bodies import PAGE, body_seen, by_role, shares_of_body
from changle.services.activities.queries.listing import TONES
from changle.services.activities.queries.plans import attributed, rule


@page(Permission.ACTIVITY_VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    row = body_seen(request.actor, pk)
    if row is None:
        raise Http404
    year = Period.year(timezone.localdate().year)
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004
    found = list(shares_of_body(row)[number * PAGE : (number + 1) * PAGE + 1])
    context = {
        "row": row,
        "year": year.start.year,
        "roles": by_role(row, year.start, year.end),
        "ledger": attributed(row.node, year.start, year.end),
        "weight": rule().lead_weight,
        "shares": [(one, TONES.get(one.activity.state, "")) for one in found[:PAGE]],
        "next": number + 1 if len(found) > PAGE else 0,
    }
    return render(request, "activities/organisation.html", context)
