"""Which rooms can be had for a time, and why the others cannot."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.queries import public_places
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Feature, Space
from changle.services.commons.queries.hours import Span, hours_on, is_open, open_spans
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.taken import busy_of, free_spans


@dataclass(frozen=True)
class Found:
    layout: Layout
    room: Room
    why: str = ""  # why it cannot be had; "" where it can
    span: Span | None = None  # the time to be had, within a longer one that was asked

    @property
    def free(self) -> bool:
        return not self.why


def visible(house: Layout, actor: Actor) -> bool:
    """A house that is not open to the public is seen by who belongs to it."""
    return house.is_public or actor.holds_at(Permission.BOOKING_VIEW, house.path)


def free_rooms(  # noqa: PLR0913  a search has as many facts
    layouts: Iterable[Layout],
    start: datetime,
    end: datetime,
    *,
    capacity: int = 0,
    features: Collection[str] = (),
    path: str = "",
    actor: Actor,
    accessible: bool = False,
    length: timedelta | None = None,
    kind: str = Space.Kind.ROOM,
) -> list[Found]:
    """Every room (or expert, or vehicle) of the houses under a place: those to be had first, the smallest that does first.

    `length`: so long, at any time within the span; without it, the whole span.
    One query for the claims, one for the calendar, whatever the number of rooms and bookings.
    """
    houses = [house for house in layouts if house.path.startswith(path) and visible(house, actor)]
    rooms = [
        (house, room) for house in houses for room in house.rooms.values() if room.kind == kind
    ]
    longest = timedelta(
        minutes=max((max(r.setup_minutes, r.cleanup_minutes) for _h, r in rooms), default=0)
    )
    calendar = Calendar.load()
    busy = busy_of((room for _house, room in rooms), start - longest, end + longest)
    wanted = set(features)
    asked = Search(start, end, end - start if length is None else length, capacity, wanted)
    found = [
        asked.judged(house, room, busy, calendar)
        for house, room in rooms
        if not accessible or room.is_accessible
    ]
    return sorted(found, key=lambda one: (not one.free, one.room.capacity, one.room.pk))


@dataclass(frozen=True)
class Search:
    start: datetime
    end: datetime
    length: timedelta
    capacity: int
    features: set[str]

    def judged(
        self, house: Layout, room: Room, busy: dict[int, list[Span]], calendar: Calendar
    ) -> Found:
        """One room: to be had or not; the first time of the length where there is room to move."""
        start, end, needs = self.start, self.end, (self.capacity, self.features)
        if end - start == self.length or room.capacity < self.capacity:
            return Found(house, room, why_not(house, room, start, end, busy, calendar, *needs))
        for begins, ends in free_spans(house, room, busy, start, end, calendar):
            if ends - begins >= self.length:
                first = begins, begins + self.length
                return Found(
                    house, room, why_not(house, room, *first, busy, calendar, *needs), first
                )
        if not open_spans(house, room, start, end, calendar):
            return Found(house, room, why_not(house, room, start, end, {}, calendar, *needs))
        return Found(house, room, "这段时间里没有这么长的空闲")


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
        for taken_from, taken_until in busy.get(pool, ()):
            if taken_from < ends and taken_until > begins:
                return f"{timezone.localtime(taken_until):%m月%d日 %H:%M} 前已被占用"
    if not is_open(house, room, start, end, calendar):
        why = hours_on(house, room, timezone.localdate(start), calendar).why
        return f"不在开放时间内{'（' + why + '）' if why else ''}"
    return ""


def feature_choices() -> list[tuple[str, str]]:
    rows = Feature.objects.filter(retired_on__isnull=True).order_by("sort", "pk")
    return list(rows.values_list("code", "name"))


def place_choices(houses: Iterable[Layout]) -> list[tuple[str, str]]:
    """Streets and houses, by path: where one may look."""
    streets = public_places().filter(kind=Node.Kind.STREET).values_list("path", "name")
    return [*((str(path), name) for path, name in streets), *((h.path, h.name) for h in houses)]
