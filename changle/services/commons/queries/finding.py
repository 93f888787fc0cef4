"""Which rooms can be had for a time, and why the others cannot."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.queries.hours import Span, hours_on, is_open
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.taken import busy_of


@dataclass(frozen=True)
class Found:
    layout: Layout
    room: Room
    why: str = ""  # why it cannot be had; "" where it can

    @property
    def free(self) -> bool:
        return not self.why


def free_rooms(
    layouts: Iterable[Layout],
    start: datetime,
    end: datetime,
    *,
    capacity: int = 0,
    features: Collection[str] = (),
    path: str = "",
    actor: Actor,
    accessible: bool = False,
) -> list[Found]:
    """Every room of the houses under a place: those to be had first, the smallest that does first.

    One query for the claims, one for the calendar, whatever the number of rooms and bookings.
    """
    houses = [
        house
        for house in layouts
        if house.path.startswith(path)
        and (house.is_public or actor.holds_at(Permission.BOOKING_VIEW, house.path))
    ]
    rooms = [(house, room) for house in houses for room in house.rooms.values()]
    longest = timedelta(
        minutes=max((max(r.setup_minutes, r.cleanup_minutes) for _h, r in rooms), default=0)
    )
    calendar = Calendar.load()
    busy = busy_of((room for _house, room in rooms), start - longest, end + longest)
    wanted = set(features)
    found = [
        Found(house, room, why_not(house, room, start, end, busy, calendar, capacity, wanted))
        for house, room in rooms
        if not accessible or room.is_accessible
    ]
    return sorted(found, key=lambda one: (not one.free, one.room.capacity, one.room.pk))


def why_not(
    house: Layout,
    room: Room,
    start: datetime,
    end: datetime,
    busy: dict[int, list[Span]],
    calendar: Calendar,
    capacity: int,
    wanted: set[str],
) -> str:
    """The first thing in the way, the cheapest asked first."""
    if room.capacity < capacity:
        return f"最多容纳 {room.capacity} 人"
    if wanted - room.features:
        return "没有所要的设施"
    begins = start - timedelta(minutes=room.setup_minutes)
    ends = end + timedelta(minutes=room.cleanup_minutes)
    for pool in room.pools:
        for taken_from, taken_until in busy[pool]:
            if taken_from < ends and taken_until > begins:
                return f"{timezone.localtime(taken_until):%m月%d日 %H:%M} 前已被占用"
    if not is_open(house, room, start, end, calendar):
        why = hours_on(house, room, timezone.localdate(start), calendar).why
        return f"不在开放时间内{'（' + why + '）' if why else ''}"
    return ""
