from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import public
from changle.faces.portal.forms import Wanted
from changle.faces.portal.queries.bodies import COLUMNS, json_ld, page_of_body
from changle.faces.portal.queries.cards import cards
from changle.faces.portal.queries.places import figure_rows, place_of
from changle.faces.portal.views.surroundings import absolute, printed
from changle.ground.merging.queries.queue import survivor_of
from changle.ground.registry.queries import Filters, page_of, public_directory


PAGE = 40


@public
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    wanted = Wanted(request.GET)
    found = public_directory(Filters(**wanted.filters()))
    if wanted.figure:
        place = place_of(wanted.place) if wanted.place else None
        path = place.path or "" if place else ""
        found = found.filter(pk__in=figure_rows(wanted.figure, path, timezone.localdate()))
    rows, after = page_of(found, wanted.after, PAGE)
    here = reverse("portal:directory")
    context: dict[str, Any] = {
        "here": here,
        "q": wanted.q,
        "rows": cards(rows),
        "next": f"{here}?{urlencode({**wanted.asked(), 'after': after})}" if after else "",
        "selects": wanted.selects(),
        "chips": wanted.chips(here),
        "notes": wanted.notes,
        "plain": not wanted.asked(),
    }
    return printed(request, "portal/directory.html", context, tab="directory")


def led_on(pk: int) -> HttpResponse:
    """A record put into another has moved there for good; any other is not shown."""
    survivor = survivor_of(pk)
    if survivor is None or not public_directory(Filters()).filter(pk=survivor).exists():
        raise Http404
    return redirect("portal:organisation", survivor, permanent=True)


@public
@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_directory(Filters()).filter(pk=pk).values(*COLUMNS).first()
    if row is None:
        return led_on(pk)
    crumbs = [
        {"href": reverse("portal:place", args=[row[f"{kind}_id"]]), "label": row[f"{kind}__name"]}
        for kind in ("street", "community")
        if row[f"{kind}_id"]
    ]
    address = absolute(request.path)
    context = {
        "body": page_of_body(row, timezone.localdate()),
        "crumbs": crumbs,
        "json_ld": json_ld(row, address),
    }
    return printed(request, "portal/organisation.html", context, tab="directory")
