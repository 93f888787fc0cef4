"""The bookings of a person and of their side; and one of them, with what can be done with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.closing import rebooked
from changle.services.commons.actions.deciding import accept, approve, cancel, of_theirs, reject
from changle.services.commons.actions.recurring import cancel_later
from changle.services.commons.actions.using import check_in, check_out, inspect
from changle.services.commons.forms.booking import TellForm
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import Booking
from changle.services.commons.queries.mine import (
    MOST_ON_A_PAGE,
    SIDES,
    TONES,
    Asked,
    booking_of,
    bookings_of,
    deeds_of,
    others_of_series,
    spaces_of,
    things_booked,
)


LAST_PAGE = 999
OWN = {"approve", "inspect"}  # never by who booked
HOUSE = {"approve", "reject", "inspect"}  # by who runs the house, wherever else they reach it from
MAY_BE_BROKEN = {Booking.State.DAMAGED, Booking.State.CLOSED}
SHOWS_DOOR = {Booking.State.APPROVED, Booking.State.CHECKED_IN}
Deed = Callable[..., Any]
DEEDS: dict[str, tuple[Deed, dict[str, str]]] = {  # move -> deed, its words from those of the form
    "approve": (approve, {}),
    "reject": (reject, {"reason": "note"}),
    "accept": (accept, {}),
    "cancel": (cancel, {"reason": "note"}),
    "check_in": (check_in, {"people": "people"}),
    "check_out": (check_out, {"people": "people", "note": "note"}),
    "inspect": (inspect, {"note": "note"}),
}


def found(request: Request, pk: int) -> Booking:
    row = booking_of(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.BOOKING_VIEW)
def bookings(request: Request) -> HttpResponse:
    actor, get = request.actor, request.GET
    sides = SIDES if Permission.BOOKING_VIEW in actor.reach else SIDES[:1]
    if not actor.holds(Permission.BOOKING_DECIDE):
        sides = [one for one in sides if one[0] != "house"]
    number = get.get("page", "")[:9]
    asked = Asked(
        side=get["side"] if get.get("side") in dict(sides) else "mine",
        when="past" if get.get("when") == "past" else "coming",
        state=get["state"] if get.get("state") in Booking.State.values else "",
        page=min(int(number), LAST_PAGE) if number.isascii() and number.isdigit() else 0,
    )
    rows = list(bookings_of(actor, asked, timezone.now()))
    context = {
        "rows": [
            {"row": row, "tone": TONES.get(row.state, ""), "spaces": list(row.spaces.all())}
            for row in rows[:MOST_ON_A_PAGE]
        ],
        "asked": asked,
        "sides": sides,
        "states": Booking.State.choices,
        "next": asked.page + 1 if len(rows) > MOST_ON_A_PAGE else 0,
    }
    return render(request, "commons/bookings.html", context)


@page(Permission.BOOKING_VIEW)
def booking(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Request, row: Booking, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is what was typed with a refused move."""
    actor, now = request.actor, timezone.now()
    house = row.centre.node.path or ""
    offered = [
        one for one in BOOKING.buttons(row, to=actor)
        if one.move.name in DEEDS
        and (one.move.name not in HOUSE or actor.holds_at(one.move.needs, house))
    ]  # fmt: skip
    booked = row.booked_by_id == actor.user_id
    moves = [
        one.move for one in offered if not one.refusal and not (booked and one.move.name in OWN)
    ]
    theirs = of_theirs(row, actor)
    runs = actor.holds_at(Permission.BOOKING_OPERATE, house)
    siblings = list(others_of_series(actor, row)) if row.series_id else []
    today = timezone.localdate(now)
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "moves": [one for one in moves
                  if one.name != "check_in" or timezone.localdate(row.starts_at) <= today],
        "self_decided": booked and row.state == Booking.State.REQUESTED and len(offered) > len(moves),
        "theirs": theirs,
        "spaces": spaces_of(row),
        "things": things_booked(row),
        "doors": row.state in SHOWS_DOOR and (theirs or runs),
        "siblings": siblings,
        "later": [one for one in siblings if one.starts_at >= row.starts_at and one.starts_at > now
                  and one.state in BOOKING.moves["cancel"].sources],
        "cancels": any(one.name == "cancel" for one in moves),
        "breaks": runs and row.state == Booking.State.CHECKED_OUT,
        "instead": theirs and row.state == Booking.State.DISPLACED and not rebooked(row),
        "damages": list(row.damages.order_by("pk")) if row.state in MAY_BE_BROKEN else [],
        "missed": getattr(row, "no_show", None),
        "again": theirs and row.ends_at <= now,
        "history": in_words(deeds_of(row)),
        "refusal": refusal,
        "told": told,
    }  # fmt: skip
    return render(request, "commons/booking.html", context, status=status)


@page(Permission.BOOKING_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row, form = found(request, pk), TellForm(request.POST)
    if name not in DEEDS or not request.actor.reaches(row, BOOKING.moves[name].needs):
        raise Http404
    note = request.POST.get("note", "")
    if not form.is_valid():
        sentence = "".join(str(error) for errors in form.errors.values() for error in errors)
        return shown(request, row, refusal=sentence, told=note, status=422)
    deed, words = DEEDS[name]
    typed = {word: form.cleaned_data[field] for word, field in words.items()}
    try:
        deed(pk=pk, by=request.actor, now=timezone.now(), **typed)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{BOOKING.moves[name].label}”。")
    return redirect("commons:booking", pk)


@page(Permission.BOOKING_MAKE)
@require_POST
def give_up_later(request: Request, pk: int) -> HttpResponse:
    """Give up one date of a series and all that follow."""
    row, note = found(request, pk), request.POST.get("note", "")[:200]
    if not request.actor.reaches(row, Permission.BOOKING_MAKE):
        raise Http404
    try:
        gone = cancel_later(pk=pk, by=request.actor, now=timezone.now(), reason=note)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已取消 {len(gone)} 次预约。")
    return redirect("commons:booking", pk)
