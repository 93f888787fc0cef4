"""A room is booked: the form, its refusals with what is free instead, and the dates of a series."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import RuleBroken, Taken, book, runs_house
from changle.services.commons.actions.planning import Plan, plan
from changle.services.commons.actions.recurring import SKIP, book_series
from changle.services.commons.forms.booking import (
    BookForm,
    begun_with,
    field_of,
    things_in_use,
    typed_span,
)
from changle.services.commons.models import Booking, Space
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.mine import contact_of, names_of
from changle.services.commons.queries.things import free_things
from changle.services.commons.views.timeline import house_or_404


SAID = {
    "approved": "已预约成功。",
    "requested": "已提交，须经中心审批；结果会通知您。",
    "waitlisted": "已加入候补；有空出来时会通知您，请在时限内确认。",
}


@dataclass(frozen=True)
class Choice:
    """A span as a button: its value in the form, and in words."""

    value: str
    span: Span


def choices(spans: list[Span]) -> list[Choice]:
    return [Choice(start.isoformat(), (start, end)) for start, end in spans]


@page(Permission.BOOKING_MAKE)
def make(request: Request, pk: int) -> HttpResponse:
    """The form of one house; a POST books, waits, or shows the dates of a series."""
    house, actor = house_or_404(pk, request.actor), request.actor
    names = names_of(actor)
    if request.method != "POST":
        name, phone = contact_of(actor)
        told = {"contact_name": name, "contact_phone": phone, "repeat": "", "purpose": "activity"}
        initial = {**told, **begun_with(request.GET, house)}
        form = BookForm(house=house, names=names, actor=actor, initial=initial)
        return printed(request, house, form)
    form = BookForm(shifted(request), house=house, names=names, actor=actor)
    if "recount" in request.POST:  # the way without JavaScript: what is free at the time typed
        return printed(request, house, form, asking=True)
    if not form.is_valid():
        return printed(request, house, form, status=422)
    return tried(request, house, form)


def tried(request: Request, house: Layout, form: BookForm) -> HttpResponse:
    try:
        return answered(request, house, form)
    except RuleBroken as refusal:
        form.refuse(refusal.broken)
        return printed(request, house, form, status=409)
    except Taken as refusal:
        form.add_error(None, str(refusal))
        free = choices(refusal.free)
        return printed(request, house, form, status=409, taken=True, free=free)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return printed(request, house, form, status=409)


def shifted(request: Request) -> Any:
    """What was typed, moved to the free time whose button was pressed."""
    data = request.POST.copy()
    start, _slash, end = data.get("shift", "").partition("/")
    try:
        span = [parse_datetime(start), parse_datetime(end)]
    except ValueError:
        span = []
    if span and all(at is not None and timezone.is_aware(at) for at in span):
        begins, ends = (timezone.localtime(at) for at in span)
        data["on"], data["start"], data["end"] = (
            f"{begins:%Y-%m-%d}",
            f"{begins:%H:%M}",
            f"{ends:%H:%M}",
        )
        data["next_day"] = "on" if begins.date() != ends.date() else ""
    return data


def answered(request: Request, house: Layout, form: BookForm) -> HttpResponse:
    now, by = timezone.now(), request.actor
    if rule := form.rule():
        typed = form.cleaned_data
        made = plan(
            layout=house, wish=form.wish(), rule=rule, by=by, now=now, excepted=typed["excepted"],
            no_holidays=typed["no_holidays"],
        )  # fmt: skip
        if request.POST.get("step") == "series":
            return series_answered(request, house, form, made)
        return planned(request, house, form, made)
    wait = request.POST.get("wait") == "1"
    booking = book(layout=house, wish=form.wish(), by=by, now=now, wait=wait)
    messages.success(request, SAID[booking.state])
    return redirect("commons:booking", booking.pk)


def series_answered(request: Request, house: Layout, form: BookForm, made: Plan) -> HttpResponse:
    """Book what was chosen for each date, or show the dates again with what stands in the way."""
    chosen = {one.key: request.POST.get(f"date-{one.key}", "") for one in made.occurrences}
    try:
        _series, booked = book_series(
            plan=made, choices=chosen, by=request.actor, now=timezone.now()
        )
    except Refused as refusal:
        return planned(request, house, form, made, chosen=chosen, refusal=str(refusal), status=409)
    asked = any(one.state == Booking.State.REQUESTED for one in booked)
    tail = "，须经中心审批" if asked else ""
    messages.success(request, f"已预约 {len(booked)} 次{tail}。")
    return redirect("commons:booking", booked[0].pk)


def planned(
    request: Request,
    house: Layout,
    form: BookForm,
    made: Plan,
    *,
    chosen: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = [
        {
            "one": one,
            "options": choices(one.options),
            "chosen": (chosen or {}).get(one.key, ""),
        }
        for one in made.occurrences
    ]
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name) if value]
    context = {
        "house": house, "plan": made, "rows": rows, "kept": kept, "skip": SKIP,
        "refusal": refusal, "asking": len(made.asking), "form": form,
    }  # fmt: skip
    return render(request, "commons/series.html", context, status=status)


KINDS = [
    (Space.Kind.ROOM, "场地"), (Space.Kind.PERSON, "专家师资"), (Space.Kind.VEHICLE, "车辆"),
]  # fmt: skip


def printed(
    request: Request,
    house: Layout,
    form: BookForm,
    *,
    status: int = 200,
    asking: bool = False,
    **context: Any,
) -> HttpResponse:
    """The form, with what must be known before it is sent. `asking`: nothing is wrong with it yet."""
    ticked = {str(pk) for pk in form["rooms"].value() or ()}
    today = timezone.localdate()
    rooms = [one for one in house.rooms.values() if not one.retired_on or one.retired_on > today]
    groups = [
        {"label": label, "kind": kind, "rooms": found}
        for kind, label in KINDS
        if (found := [(one, str(one.pk) in ticked) for one in rooms if one.kind == kind])
    ]
    late = any(
        closes <= opens
        for room in house.rooms.values()
        for day in room.week
        for opens, closes in day
    )
    data = form.data if form.is_bound else {name: form[name].value() for name in TIMES}
    told = {
        "house": house, "form": form, "groups": groups, "runs": runs_house(house, request.actor),
        "late": late, "things": counted(house, data, ticked), "errors": not asking, **context,
    }  # fmt: skip
    return render(request, "commons/book.html", told, status=status)


TIMES = ("on", "start", "end", "next_day")


def counted(house: Layout, data: Any, ticked: Iterable[str]) -> dict[str, Any]:
    """The things of a house, with how many are free throughout the time that is typed."""
    span = typed_span(data)
    rooms = tuple(room for pk, room in house.rooms.items() if str(pk) in set(ticked))
    free = {}
    if span and house.things:
        free = free_things(house.pk, *Bundle(rooms).held(*span))
    rows = [
        {
            "stock": stock,
            "name": field_of(stock),
            "value": data.get(field_of(stock), ""),
            "free": free.get(stock.pk),
        }
        for stock in things_in_use(house, timezone.localdate())
    ]
    return {"rows": rows, "span": span}


@page(Permission.BOOKING_MAKE)
def things(request: Request, pk: int) -> HttpResponse:
    """The things of the form counted again for another time, what was typed of them kept."""
    house = house_or_404(pk, request.actor)
    told = counted(house, request.GET, request.GET.getlist("rooms"))
    return render(request, "commons/book_things.html", {"house": house, "things": told})
