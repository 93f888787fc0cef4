"""The history of every field of one body."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from changle.core.access import Request, page
from changle.ground.registry.queries import detail
from changle.ground.registry.queries.field_history import changes_page, fields_changed
from changle.ground.territory.roles import Permission


LONGEST = 120


@page(Permission.ORGANISATION_VIEW)
def field_history(request: Request, pk: int) -> HttpResponse:
    row = detail(request.actor, pk)
    if row is None:
        raise Http404
    asked = request.GET.get("field", "").replace("\x00", "")[:LONGEST]
    fields = fields_changed(row)
    field = asked if asked in dict(fields) else ""
    changes, following = changes_page(
        row, request.actor, field=field, before=request.GET.get("before", "")
    )
    here = reverse("registry:field_history", args=[pk])
    kept = {"field": field} if field else {}
    context = {
        "row": row,
        "changes": changes,
        "fields": fields,
        "field": field,
        "here": here,
        "first": f"{here}?{urlencode(kept)}" if request.GET.get("before") else "",
        "next": f"{here}?{urlencode({**kept, 'before': following})}" if following else "",
    }
    return render(request, "registry/field_history.html", context)
