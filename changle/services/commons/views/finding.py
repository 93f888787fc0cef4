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
from changle.services.commons.forms.finding import FindForm
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
KEPT = ("people", "length", "place", "features", "accessible")


@page(Permission.BOOKING_VIEW)
def find(request: Request) -> HttpResponse:
    houses = [house for house in layouts() if visible(house, request.actor)]
    today = timezone.localdate()
    initial = {"on": today + timedelta(days=1), "when": "", "length": 120, "start": "14:00"}
    form = FindForm(
        request.GET if "on" in request.GET else None, initial=initial,
        places=place_choices(houses), features=feature_choices(),
    )  # fmt: skip
    context: dict[str, Any] = {"form": form, "presets": presets(today, kept(request))}
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
    ways = {house.pk: reverse("commons:book", args=[house.pk]) for house in houses}
    context |= {
        "asked": True,
        "day": timezone.localdate(start).isoformat(),
        "houses": reverse("commons:venues"),
        "free": [
            line(one, one.span or whole, typed["people"], ways[one.layout.pk])
            for one in found
            if one.free
        ],
        "others": [
            {"name": one.room.name, "house": one.layout.name, "pk": one.layout.pk,
             "capacity": one.room.capacity, "why": one.why}
            for one in found
            if not one.free
        ],
    }  # fmt: skip
    return render(request, "commons/find.html", context)


def line(one: Found, span: Span, people: int | None, way: str) -> dict[str, Any]:
    """A free room, with the way to the form for that very time."""
    start, end = (timezone.localtime(at) for at in span)
    told = {"space": one.room.pk, "people": people or "", "start": f"{start:%Y-%m-%dT%H:%M}",
            "end": f"{end:%Y-%m-%dT%H:%M}"}  # fmt: skip
    features = "、".join(one.room.feature_names)
    return {
        "pk": one.room.pk,
        "name": one.room.name,
        "house": one.layout.name,
        "capacity": one.room.capacity,
        "features": f"{features} 无障碍" if one.room.is_accessible else features,
        "when": f"{start.month}月{start.day}日 {start:%H:%M}–{end:%H:%M}",
        "href": f"{way}?{urlencode(told)}",
    }


def kept(request: Request) -> list[tuple[str, str]]:
    """What a preset of time leaves as it was asked."""
    return [(name, one) for name in KEPT for one in request.GET.getlist(name) if one]


def presets(today: date, asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Times that people ask for in one word, as addresses."""
    tomorrow = today + timedelta(days=1)
    saturday = today + timedelta(days=(SATURDAY - today.weekday()) % WEEK or WEEK)
    told = [
        ("明天上午", tomorrow, "am"), ("明天下午", tomorrow, "pm"), ("周六上午", saturday, "am"),
        ("周六下午", saturday, "pm"), ("周日下午", saturday + timedelta(days=1), "pm"),
    ]  # fmt: skip
    usual = [] if any(name == "length" for name, _value in asked) else [("length", "120")]
    return [
        (label, urlencode([("on", day.isoformat()), ("when", when), *usual, *asked]))
        for label, day, when in told
    ]
