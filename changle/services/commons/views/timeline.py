"""The rooms of a house over a day or a week, for who books and for everybody."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from changle.core.access import Request, page, public
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import calendar_of
from changle.services.commons.models import Space
from changle.services.commons.queries.finding import visible
from changle.services.commons.queries.layout import Layout, layout, layouts
from changle.services.commons.queries.timeline import timeline


WEEK = 7
STREET_DEPTH = 2  # of the tree of places: the district, then the streets
NOBODY = Actor(name="访客")


def house_or_404(pk: int, actor: Actor) -> Layout:
    found = layout(pk)
    if found is None or not visible(found, actor):
        raise Http404
    return found


def day_asked(request: Request) -> date:
    """The day in the address; anything else is today."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    today = timezone.localdate()
    near = asked is not None and abs((asked - today).days) < 366 * 20
    return asked if asked is not None and near else today


def days_of(view: str, day: date) -> list[date]:
    if view != "week":
        return [day]
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=step) for step in range(WEEK)]


def around(request: Request, house: Layout, *, actor: Actor) -> dict[str, Any]:
    """What both pages of a house print, for as much as `actor` may know."""
    view = "week" if request.GET.get("view") == "week" else "day"
    day = day_asked(request)
    days = days_of(view, day)
    step = timedelta(days=len(days))
    shown = timeline(
        house, days, calendar_of(house), actor=actor, now=timezone.now(), gaps=view == "day",
        asked=actor is not NOBODY,
    )  # fmt: skip
    return {
        "house": house,
        "shown": shown,
        "view": view,
        "day": day,
        "days": days,
        "today": timezone.localdate(),
        "before": (day - step).isoformat(),
        "after": (day + step).isoformat(),
    }


@page(Permission.BOOKING_VIEW)
def venues(request: Request) -> HttpResponse:
    """The houses, to choose one."""
    actor, today = request.actor, timezone.localdate()
    told = [
        (house, [room for room in house.rooms.values() if room.kind == Space.Kind.ROOM
                 and (room.retired_on is None or room.retired_on > today)])
        for house in layouts()
        if visible(house, actor)
    ]  # fmt: skip
    houses = [
        {
            "house": house,
            "rooms": len(rooms),
            "largest": max((room.capacity for room in rooms), default=0),
            "mine": actor.holds_at(Permission.BOOKING_DECIDE, house.path),
            "near": is_near(house, actor),
        }
        for house, rooms in told
    ]
    houses.sort(key=lambda one: not (one["mine"] or one["near"]))  # the others as they stood
    return render(request, "commons/venues.html", {"houses": houses})


def is_near(house: Layout, actor: Actor) -> bool:
    """Whether somebody's post lies in the street of the house."""
    street = house.path.rstrip(".").rpartition(".")[0] + "."
    of_district = street.count(".") < STREET_DEPTH
    return not of_district and any(
        path.startswith(street) for path in actor.reach.get(Permission.BOOKING_VIEW, ())
    )


@page(Permission.BOOKING_VIEW)
def venue(request: Request, pk: int) -> HttpResponse:
    house = house_or_404(pk, request.actor)
    context = {
        **around(request, house, actor=request.actor),
        "book": reverse("commons:book", args=[pk]),
        "edits": request.actor.holds_at(Permission.SPACE_EDIT, house.path),
        "opens": reverse("commons:bookings"),
        "here": reverse("commons:venue", args=[pk]),
    }
    return render(request, "commons/venue.html", context)


@public
def times(request: Request, pk: int) -> HttpResponse:
    """Free or busy, and nothing else: the same for everybody, whoever looks."""
    house = house_or_404(pk, NOBODY)
    context = {
        **around(request, house, actor=NOBODY),
        "book": "",
        "opens": "",
        "here": reverse("commons:times", args=[pk]),
        "sign_in": reverse("commons:venue", args=[pk]),
        "desk_url": reverse(settings.LOGIN_REDIRECT_URL),
    }
    return render(request, "commons/times.html", context)
