"""Rooms found and booked by programs; a refusal says by which rule, or who has it and what is free."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from changle.core.reach import Actor
from changle.faces.api.actions import Kept
from changle.faces.api.forms.venues import (
    Between,
    BookingNew,
    BookingTold,
    FreeAsked,
    SpacePage,
    Timeline,
)
from changle.faces.api.queries.venues import (
    booking_of,
    item,
    node_path,
    organisation_of,
    place_of,
    span,
    timeline,
    told,
)
from changle.faces.api.views.answers import answered, written
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.services.commons.actions.booking import (
    BookingRefused,
    RuleBroken,
    Taken,
    Wish,
    book,
    calendar_of,
)
from changle.services.commons.queries.finding import free_rooms
from changle.services.commons.queries.layout import (
    Layout,
    layout_of_spaces,
    layouts,
    likely_layout,
)


router = Router(tags=["场地"])
LONGEST = timedelta(days=62)
FIELDS = {  # the rule that is broken -> the argument that breaks it
    "order": "ends_at", "past": "starts_at", "hours_ahead": "starts_at", "days_ahead": "starts_at",
    "shortest": "ends_at", "longest": "ends_at", "step": "starts_at", "hours": "starts_at",
    "capacity": "people", "people": "people", "commercial": "kind",
}  # fmt: skip


def spanned(between: Between) -> tuple[datetime, datetime]:
    start, end = between.from_, between.to
    if end <= start:
        raise invalid("to", "应晚于 from。")
    if end - start > LONGEST:
        raise invalid("to", f"一次至多查询 {LONGEST.days} 天。")
    return start, end


@router.get(
    "/spaces/free", response=SpacePage, auth=anybody, operation_id="listFreeSpaces",
    url_name="free_spaces", summary="某段时间可用的场地，够用的小间在前",
)  # fmt: skip
def free(request: HttpRequest, asked: Query[FreeAsked], between: Query[Between]) -> HttpResponse:
    start, end = spanned(between)
    path = "" if asked.node is None else node_path(asked.node)
    if path is None:
        raise invalid("node", "没有这个节点。")
    wanted = [code.strip() for code in asked.features.split(",") if code.strip()]
    houses = [house for house in layouts() if house.is_public]
    found = free_rooms(
        houses, start, end, capacity=asked.capacity, features=wanted, path=path,
        actor=caller_of(request).actor,
    )  # fmt: skip
    items = [item(one.layout, one.room) for one in found if one.free]
    return answered(written({"items": items, "next": None}))


@router.get(
    "/spaces/{int:pk}/timeline", response=Timeline, auth=anybody, operation_id="getTimeline",
    url_name="timeline", summary="一个场地的开放时间与占用",
    description="占用人和事由只对有权知道的人给出，其余只见时段。",
)  # fmt: skip
def space_timeline(request: HttpRequest, pk: int, between: Query[Between]) -> HttpResponse:
    start, end = spanned(between)
    house = layout_of_spaces([pk])
    actor = caller_of(request).actor
    if house is None or not (house.is_public or actor.holds_at("booking.view", house.path)):
        raise Problem("not-found")
    body = timeline(house, house.rooms[pk], start, end, actor, calendar_of(house))
    return answered(written(body))


@router.get(
    "/bookings/{int:pk}", response=BookingTold, auth=known, operation_id="getBooking",
    url_name="booking", summary="一个预约",
)  # fmt: skip
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    found = booking_of(caller_of(request).actor, pk)
    if found is None:
        raise Problem("not-found")
    return answered(written(found))


@router.post(
    "/bookings", response={201: BookingTold}, auth=known, operation_id="addBooking",
    url_name="bookings", summary="预约场地",
    description="订到或提交审批回答 201；被占用回答 409，带冲突的时段和接下来可用的时段。请带 Idempotency-Key。",
)  # fmt: skip
def add(request: HttpRequest, payload: BookingNew) -> HttpResponse:
    actor = caller_of(request).actor

    def deed() -> Kept:
        house, wish = wish_of(actor, payload)
        row = booked(house, wish, actor, wait=payload.wait)
        return Kept(201, written(row), {"Location": str(row["url"])})

    return once_for(request, actor, deed)


def wish_of(actor: Actor, payload: BookingNew) -> tuple[Layout, Wish]:
    keys = list(dict.fromkeys([*([payload.space] if payload.space else []), *payload.spaces]))
    house = likely_layout(keys) if keys else None
    if house is None or any(key not in house.rooms for key in keys):
        raise invalid("space", "没有这个场地；几间须在同一个中心。")
    body = place = None
    if payload.organisation is not None:
        body = organisation_of(actor, payload.organisation)
        if body is None:
            raise invalid("organisation", "您不能以这个组织的名义预约。")
    if payload.on_behalf is not None:
        place = place_of(actor, payload.on_behalf)
        if place is None:
            raise invalid("on_behalf", "您不能以这个单位的名义预约。")
    if body and place:
        raise invalid("on_behalf", "organisation 和 on_behalf 只填一个。")
    return house, Wish(
        rooms=tuple(keys), starts_at=payload.starts_at, ends_at=payload.ends_at,
        title=payload.purpose, people=payload.people, organisation=body, on_behalf=place,
        purpose=payload.kind, is_open=payload.is_open, contact_name=payload.contact_name,
        contact_phone=payload.contact_phone, needs=payload.needs,
    )  # fmt: skip


def booked(house: Layout, wish: Wish, actor: Actor, *, wait: bool) -> dict[str, Any]:
    try:
        row = book(layout=house, wish=wish, by=actor, now=timezone.now(), wait=wait)
    except RuleBroken as refusal:
        errors = [(FIELDS.get(one.rule, ""), one.sentence) for one in refusal.broken]
        raise Problem("invalid", str(refusal), errors=errors) from None
    except Taken as refusal:
        conflicts = [
            {**span(one.starts_at, one.ends_at), "holder": one.holder, "title": one.title}
            for one in refusal.conflicts
        ]
        free = [span(begins, ends) for begins, ends in refusal.free]
        extra = {"conflicts": conflicts, "next_free": free}
        raise Problem("conflict", str(refusal), extra=extra) from None
    except BookingRefused as refusal:
        raise Problem("invalid", str(refusal), errors=[("", str(refusal))]) from None
    row.organisation, row.on_behalf = wish.organisation, wish.on_behalf
    names = [(pk, house.rooms[pk].name) for pk in wish.rooms]
    return told(row, names, (house.pk, house.name))
