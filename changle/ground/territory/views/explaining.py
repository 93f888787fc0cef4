"""Who can see this, and why."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.queries import explainable, reachers, row_to_explain
from changle.ground.territory.roles import LABELS, Permission


@page(Permission.REACH_EXPLAIN)
def reach(request: Request, label: str, pk: int) -> HttpResponse:
    row = row_to_explain(request.actor, label, pk)
    if row is None or not request.actor.reaches(row, Permission.REACH_EXPLAIN):
        raise Http404
    needs = Permission(explainable[row._meta.label])
    context = {
        "row": row,
        "kind": row._meta.verbose_name,
        "needs": LABELS[needs],
        "found": reachers(row, on=timezone.localdate()),
    }
    return render(request, "territory/reach.html", context)
