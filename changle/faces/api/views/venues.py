"""Rooms found and booked by programs; a refusal says by which rule, or who has it and what is free."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from changle.faces.api.actions import Kept
from changle.faces.api.forms.venues import (
    Between,
    BookingNew,
    BookingTold,
    FreeAsked,
    SeriesTold,
    SpacePage,
    ThingPage,
    ThingsAsked,
    Timeline,
)
from changle.faces.api.queries.venues import (
    booking_of,
    item,
    node_path,
    things_free,
    timeline,
)
from changle.faces.api.views.answers import answered, written
from changle.faces.api.views.bookings import booked, series_booked, wish_of
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.once import once_for
from changle.faces.api.views.problems import Problem, invalid
from changle.services.commons.actions.booking import calendar_of
from changle.services.commons.queries.finding import free_rooms, visible
from changle.services.commons.queries.layout import layout_of_spaces, layouts


router = Router(tags=["场地"])
LONGEST = timedelta(days=62)


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
        actor=caller_of(request).actor, kind=asked.kind,
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
    "/things/free", response=ThingPage, auth=anybody, operation_id="listFreeThings",
    url_name="free_things", summary="某段时间各中心可用的物资数量",
    description="数量是整段时间里任何时刻都可用的；随场地预约时在 POST /bookings 的 things 中写明。",
)  # fmt: skip
def free_stock(
    request: HttpRequest, asked: Query[ThingsAsked], between: Query[Between]
) -> HttpResponse:
    start, end = spanned(between)
    path = "" if asked.node is None else node_path(asked.node)
    if path is None:
        raise invalid("node", "没有这个节点。")
    actor = caller_of(request).actor
    houses = [house for house in layouts() if visible(house, actor)]
    return answered(written({"items": things_free(houses, path, start, end), "next": None}))


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
    "/bookings", response={201: BookingTold | SeriesTold}, auth=known,
    operation_id="addBooking", url_name="bookings", summary="预约场地、专家、车辆和物资，全部订到或都不订",
    description="订到或提交审批回答 201；被占用或物资不够回答 409，带冲突的时段、缺的物资和最近可用的时段。"
    "带 recurrence 时重复预约：有日期不能照办就回答 409，逐日列出情况和可改的时段；"
    "在 choices 中逐日决定跳过或改时间后再提交，一次也不会悄悄略去。请带 Idempotency-Key。",
)  # fmt: skip
def add(request: HttpRequest, payload: BookingNew) -> HttpResponse:
    actor = caller_of(request).actor

    def deed() -> Kept:
        house, wish = wish_of(actor, payload)
        if payload.recurrence is not None:
            return Kept(201, written(series_booked(house, wish, actor, payload)))
        row = booked(house, wish, actor, wait=payload.wait)
        return Kept(201, written(row), {"Location": str(row["url"])})

    return once_for(request, actor, deed)
