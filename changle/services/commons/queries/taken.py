"""What is taken of rooms, and who may know by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.queries.hours import Span, joined, open_spans
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.uses import claims_of


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


# Of a claim: what `claims_of`, which starts at the pools, tells of it.
TOLD = tuple(
    f"claims__{name}"
    for name in (
        "starts_at", "ends_at", "pool_id", "booking__title", "booking__is_open",
        "booking__organisation__name", "booking__organisation__node__path",
        "booking__centre__node__path", "booking__on_behalf__name", "booking__on_behalf__path",
        "booking__person_id", "closure__reason",
    )
)  # fmt: skip


def conflicts(
    rooms: Iterable[Room],
    start: datetime,
    end: datetime,
    *,
    actor: Actor,
    most: int | None = MOST_TOLD,
) -> list[Conflict]:
    """What already holds these rooms; one query."""
    pools = {pool for room in rooms for pool in room.pools}
    found = []
    for row in claims_of(pools, start, end).values_list(*TOLD)[:most]:
        starts, ends, pool, title, is_open, body, path, house, node, place, person, closed = row
        if closed is not None:
            found.append(Conflict(starts, ends, pool, closed, "停用"))
            continue
        known = is_open or any(
            actor.holds_at(Permission.BOOKING_VIEW, at) for at in (path, place, house) if at
        )
        known = known or bool(person and person == actor.user_id)
        holder = (body or node or "居民") if known else ""
        found.append(Conflict(starts, ends, pool, title if known else "", holder))
    return found


def busy_of(rooms: Iterable[Room], start: datetime, end: datetime) -> dict[int, list[Span]]:
    """Pool -> its taken spans; as quick after years of bookings as on the first day."""
    found: dict[int, list[Span]] = {pool: [] for room in rooms for pool in room.pools}
    columns = ("pk", "claims__starts_at", "claims__ends_at")
    for pool, starts, ends in claims_of(found, start, end).values_list(*columns):
        found[pool].append((starts, ends))
    return found


def free_spans(
    layout: Layout,
    room: Room,
    busy: dict[int, list[Span]],
    start: datetime,
    end: datetime,
    calendar: Calendar,
    *,
    margins: tuple[timedelta, timedelta] | None = None,
) -> list[Span]:
    """When a room can be used within a time: open, not taken, with room to set up and to clean.

    `margins`: the time for either where other rooms of the same booking need more.
    """
    before, after = margins or (
        timedelta(minutes=room.setup_minutes),
        timedelta(minutes=room.cleanup_minutes),
    )
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
