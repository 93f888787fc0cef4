"""What is taken, and what is free instead."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Claim
from changle.services.commons.queries.hours import Span, joined, open_spans
from changle.services.commons.queries.layout import Layout, Room


MOST_TOLD = 20


@dataclass(frozen=True)
class Conflict:
    """Who stands in the way, as far as the asker may know."""

    starts_at: datetime
    ends_at: datetime
    pool_id: int
    title: str  # of the booking, or why it is closed; "" where the asker may not know
    holder: str

    def sentence(self) -> str:
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m月%d日 %H:%M}"
        who = "·".join(part for part in (self.holder, self.title) if part)
        return f"{start:%m月%d日 %H:%M}–{until} 已被占用" + (f"（{who}）" if who else "")


def claims_within(pools: Collection[int], start: datetime, end: datetime) -> "QuerySet[Claim]":
    return Claim.objects.filter(pool_id__in=pools, starts_at__lt=end, ends_at__gt=start)


def conflicts(
    rooms: Iterable[Room],
    start: datetime,
    end: datetime,
    *,
    actor: Actor,
    but: int = 0,
    most: int | None = MOST_TOLD,
) -> list[Conflict]:
    """What already holds these rooms; one query. `but`: a booking that does not count."""
    pools = {pool for room in rooms for pool in room.pools}
    rows = (
        claims_within(pools, start, end).exclude(booking_id=but)
        if but
        else claims_within(pools, start, end)
    )
    found = []
    columns = (
        "starts_at", "ends_at", "pool_id", "booking__title", "booking__is_open",
        "booking__organisation__name", "booking__organisation__node__path",
        "booking__centre__node__path", "booking__on_behalf__name", "booking__person_id",
        "closure__reason",
    )  # fmt: skip
    for row in rows.order_by("starts_at", "pk").values_list(*columns)[:most]:
        starts, ends, pool, title, is_open, body, path, house, node, person, closed = row
        if closed is not None:
            found.append(Conflict(starts, ends, pool, closed, "停用"))
            continue
        known = is_open or any(
            actor.holds_at(Permission.BOOKING_VIEW, place) for place in (path, house) if place
        )
        known = known or bool(person and person == actor.user_id)
        holder = (body or node or "居民") if known else ""
        found.append(Conflict(starts, ends, pool, title if known else "", holder))
    return found


def busy_of(rooms: Iterable[Room], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """Pool -> its taken spans within a time; one query for any number of rooms."""
    pools = {pool for room in rooms for pool in room.pools}
    found: dict[int, list[Span]] = {pool: [] for pool in pools}
    rows = claims_within(pools, start, end).order_by("starts_at")
    for pool, starts, ends in rows.values_list("pool_id", "starts_at", "ends_at"):
        found[pool].append((starts, ends))
    return found


def free_spans(
    layout: Layout,
    room: Room,
    busy: dict[int, list[Span]],
    start: datetime,
    end: datetime,
    calendar: Calendar,
) -> list[Span]:
    """When a room can be used within a time: open, not taken, with room to set up and to clean."""
    before = timedelta(minutes=room.setup_minutes)
    after = timedelta(minutes=room.cleanup_minutes)
    taken = joined(
        [(begins - after, ends + before) for pool in room.pools for begins, ends in busy[pool]]
    )
    free = []
    for begins, ends in open_spans(layout, room, start, end, calendar):
        at = max(begins, start)
        for taken_from, taken_until in taken:
            if taken_from > at and min(taken_from, ends) > at:
                free.append((at, min(taken_from, ends, end)))
            at = max(at, taken_until)
        if at < min(ends, end):
            free.append((at, min(ends, end)))
    return [(begins, ends) for begins, ends in free if begins < ends]


def next_free(
    layout: Layout,
    rooms: list[Room],
    start: datetime,
    length: timedelta,
    calendar: Calendar,
    *,
    days: int = 14,
    most: int = 3,
) -> list[Span]:
    """The next spans of a length in which all the rooms are free."""
    end = start + timedelta(days=days)
    busy = busy_of(rooms, start - timedelta(days=1), end + timedelta(days=1))
    common: list[Span] | None = None
    for room in rooms:
        mine = free_spans(layout, room, busy, start, end, calendar)
        common = mine if common is None else meet(common, mine)
    found = [(begins, begins + length) for begins, ends in common or [] if ends - begins >= length]
    return found[:most]


def meet(one: list[Span], other: list[Span]) -> list[Span]:
    """The moments that two lists of spans share."""
    shared = [(max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d)]
    return sorted(shared)
