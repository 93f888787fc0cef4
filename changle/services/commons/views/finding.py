"""Which rooms are free: asked across houses."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.services.commons.forms.booking import FindForm
from changle.services.commons.queries.finding import (
    Found,
    feature_choices,
    free_rooms,
    place_choices,
    visible,
)
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import layouts


SATURDAY = 5
WEEK = 7


@page(Permission.BOOKING_VIEW)
def find(request: Request) -> HttpResponse:
    houses = [house for house in layouts() if visible(house, request.actor)]
    today = timezone.localdate()
    initial = {"on": today + timedelta(days=1), "when": "", "length": 120, "start": "14:00"}
    form = FindForm(
        request.GET if "on" in request.GET else None, initial=initial,
        places=place_choices(houses), features=feature_choices(),
    )  # fmt: skip
    context: dict[str, Any] = {"form": form, "presets": presets(today)}
    if not form.is_bound:
        return render(request, "commons/find.html", context)
    if not form.is_valid():
        return render(request, "commons/find.html", context, status=422)
    typed = form.cleaned_data
    start, end, length = form.window()
    found = free_rooms(
        houses, start, end, capacity=typed["people"] or 0, features=typed["features"],
        path=typed["place"], actor=request.actor, accessible=typed["accessible"], length=length,
    )  # fmt: skip
    whole = (start, start + length)
    context |= {
        "asked": (start, end),
        "free": [line(one, one.span or whole, typed["people"]) for one in found if one.free],
        "others": [one for one in found if not one.free],
    }
    return render(request, "commons/find.html", context)


def line(one: Found, span: Span, people: int | None) -> dict[str, Any]:
    """A free room, with the way to the form for that very time."""
    told = {"space": one.room.pk, "people": people or ""}
    told |= {
        name: f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
        for name, at in zip(("start", "end"), span, strict=True)
    }
    href = f"{reverse('commons:book', args=[one.layout.pk])}?{urlencode(told)}"
    return {"found": one, "span": span, "href": href}


def presets(today: date) -> list[tuple[str, str]]:
    """Times that people ask for in one word, as addresses."""
    tomorrow = today + timedelta(days=1)
    saturday = today + timedelta(days=(SATURDAY - today.weekday()) % WEEK or WEEK)
    told = [
        ("明天上午", tomorrow, "am"), ("明天下午", tomorrow, "pm"), ("周六上午", saturday, "am"),
        ("周六下午", saturday, "pm"), ("周日下午", saturday + timedelta(days=1), "pm"),
    ]  # fmt: skip
    return [
        (label, urlencode({"on": day.isoformat(), "when": when, "length": 120}))
        for label, day, when in told
    ]
