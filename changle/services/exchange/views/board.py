"""The board of what is offered and needed, one's own side of it, and what waits to be verified."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from changle.core.access import Request as Asking
from changle.core.access import page
from changle.ground.registry.queries import detail
from changle.ground.territory.roles import Permission
from changle.services.exchange.lifecycle import OFFER
from changle.services.exchange.queries.board import (
    TONES,
    Filters,
    found_offers,
    found_requests,
    page_of,
    streets,
    tallies,
    to_verify,
)
from changle.services.exchange.queries.free import left_now
from changle.services.exchange.queries.kinds import kinds
from changle.services.exchange.queries.mine import (
    my_offers,
    my_requests,
    of_body,
    uses_given,
    uses_taken,
)


def cards(rows: list[Any]) -> list[dict[str, Any]]:
    """Offers or uses as a list prints them."""
    return [{"row": row, "tone": TONES.get(row.state, "")} for row in rows]


@page(Permission.OFFER_VIEW)
def board(request: Asking) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    filters = Filters.of(request.GET)
    offers = filters.side == "offers"
    rows: Any = found_offers(filters, today) if offers else found_requests(filters, today)
    found, more = page_of(rows, filters.page)
    left = left_now(found, now) if offers else {}
    told = tallies(today) if offers else {}
    context = {
        "filters": filters,
        "rows": [
            {"row": row, "left": left.get(row.pk, 0), "times": times_of(row)} for row in found
        ],
        "kinds": [(one, told.get(one.pk, 0)) for one in kinds(today)],
        "streets": streets(),
        "makes": request.actor.holds(Permission.OFFER_MAKE),
        "verifies": request.actor.holds(Permission.OFFER_VERIFY),
        "next": filters.page + 1 if more else 0,
    }
    return render(request, "exchange/board.html", context)


def times_of(row: Any) -> str:
    """周六 08:00–18:00; several in one line."""
    return "、".join(str(one) for one in row.times.all()) if hasattr(row, "listed_on") else ""


@page(Permission.OFFER_VIEW)
def mine(request: Asking) -> HttpResponse:
    actor = request.actor
    context = {
        "offers": cards(list(my_offers(actor))),
        "requests": cards(list(my_requests(actor))),
        "taken": cards(list(uses_taken(actor))),
        "given": cards(list(uses_given(actor))),
        "makes": actor.holds(Permission.OFFER_MAKE),
    }
    return render(request, "exchange/mine.html", context)


@page(Permission.OFFER_VERIFY)
def queue(request: Asking) -> HttpResponse:
    today = timezone.localdate()
    rows = list(to_verify(request.actor))
    moves = {row.pk: offered for row, offered in OFFER.offers(rows, to=request.actor)}
    context = {
        "rows": [
            {
                "row": row, "tone": TONES.get(row.state, ""), "overdue": row.overdue_days(today),
                "times": times_of(row), "moves": moves[row.pk],
            }
            for row in rows
        ]
    }  # fmt: skip
    return render(request, "exchange/queue.html", context)


@page(Permission.OFFER_VIEW)
def organisation(request: Asking, pk: int) -> HttpResponse:
    row = detail(request.actor, pk)
    if row is None or not request.actor.reaches(row, Permission.OFFER_VIEW):
        raise Http404
    told = of_body(row)
    context = {
        "row": row,
        "offers": cards(list(told["offers"])),
        "requests": cards(list(told["requests"])),
        "uses": cards(list(told["uses"])),
    }
    return render(request, "exchange/organisation.html", context)
