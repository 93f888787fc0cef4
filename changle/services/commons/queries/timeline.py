"""Who uses which room when, as far as the viewer may know, laid out over the hours of days."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking, Claim, Pool
from changle.services.commons.queries.hours import DAY, Span, hours_on, moment
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.taken import free_spans


SLOT = 15  # minutes that a column of the timeline is wide
STEP = 30  # minutes to which the beginning of a free span is rounded up
HOUR = timedelta(hours=1)
PROPOSED = 2 * HOUR  # of a free span, when it is tapped
USUAL = (8, 22)  # hours shown of a day on which nothing is open
LATEST = 30  # the last hour shown: six in the morning after
# No rule lets a request be longer: `longest` has two bytes for its minutes.
LONGEST = timedelta(minutes=32_767)
ABOUT = (
    "id", "title", "is_open", "purpose", "state", "starts_at", "ends_at",
    "organisation__name", "organisation__node__path", "on_behalf__name", "on_behalf__path",
    "person_id",
)  # fmt: skip
CLAIMED = ("claims__starts_at", "claims__ends_at", "claims__closure_id", "claims__closure__reason",
           *(f"claims__booking__{name}" for name in ABOUT))  # fmt: skip
ASKED = ("holds_from", "holds_until", *ABOUT)


@dataclass(frozen=True)
class Use:
    """A room taken (or asked for) from `starts_at`, set-up included, up to `ends_at`."""

    starts_at: datetime
    ends_at: datetime
    kind: str  # booked, activity, asked, off; busy where the viewer may know no more
    booking_id: int = 0  # where the viewer may open it
    title: str = ""
    holder: str = ""
    used: Span | None = None  # without the time to set up and to clean

    def text(self) -> str:
        if self.kind == "busy":
            return "已占用"
        if not self.title and self.kind == "asked":
            return "有申请待审批"
        return " · ".join(part for part in (self.title, self.holder) if part)


@dataclass(frozen=True)
class Reading:
    """What one viewer may know of the bookings of one house."""

    house: str
    actor: Actor

    def use(self, start: datetime, end: datetime, about: Sequence[Any]) -> Use:
        pk, title, is_open, purpose, state, starts, ends, body, path, place, way, person = about
        places = [self.house, *(one for one in (path, way) if one)]
        mine = any(self.actor.holds_at(Permission.BOOKING_VIEW, one) for one in places)
        mine = mine or bool(person and person == self.actor.user_id)
        asked = state == Booking.State.REQUESTED
        if not mine and not is_open:
            return Use(start, end, "asked" if asked else "busy")
        kind = "activity" if purpose == Booking.Purpose.ACTIVITY else "booked"
        kind = "asked" if asked else kind
        holder = body or place or ("居民" if mine else "")
        return Use(start, end, kind, pk if mine else 0, title, holder, (starts, ends))


def claims_of(pools: Collection[int], start: datetime, end: datetime) -> "QuerySet[Pool]":
    """Each pool of rooms with its claims that meet [start, end).

    A room is had by one at a time, so only the last claim begun by `start` can reach over it: the
    index is entered there, and years of past claims are never read.
    """
    begun = Claim.objects.filter(pool=OuterRef("pk"), starts_at__lte=start).order_by("-starts_at")
    since = Coalesce(Subquery(begun.values("starts_at")[:1]), start)
    return (
        Pool.objects.filter(pk__in=pools)
        .annotate(since=since)
        .filter(claims__starts_at__gte=since, claims__starts_at__lt=end, claims__ends_at__gt=start)
        .order_by("claims__starts_at", "pk")
    )


def uses(
    layout: Layout,
    rooms: Iterable[Room],
    start: datetime,
    end: datetime,
    *,
    actor: Actor,
    now: datetime,
    asked: bool = True,
) -> dict[int, list[Use]]:
    """Room -> its uses in order; two queries for any number of rooms. `asked`: requests too."""
    rooms = list(rooms)
    reading = Reading(layout.path, actor)
    by_pool: dict[int, list[Use]] = {pool: [] for room in rooms for pool in room.pools}
    seen: dict[tuple[int, int], Use] = {}
    for row in claims_of(by_pool, start, end).values_list("pk", *CLAIMED):
        pool, starts, ends, closure, why, *about = row
        key = (about[0] or 0, closure or 0)
        if key not in seen:
            off = Use(starts, ends, "off", title=why or "")
            seen[key] = off if closure else reading.use(starts, ends, about)
        by_pool[pool].append(seen[key])
    found = {
        room.pk: list(dict.fromkeys(use for pool in room.pools for use in by_pool[pool]))
        for room in rooms
    }
    if asked:
        add_unclaimed(found, layout, rooms, start, end, reading=reading, now=now)
    return {pk: sorted(told, key=lambda use: use.starts_at) for pk, told in found.items()}


def add_unclaimed(
    found: dict[int, list[Use]],
    layout: Layout,
    rooms: list[Room],
    start: datetime,
    end: datetime,
    *,
    reading: Reading,
    now: datetime,
) -> None:
    """Requests, which hold nothing yet, and past uses, which hold nothing any more."""
    states = [Booking.State.REQUESTED, *(Booking.USED[1:] if start < now else ())]
    rows = Booking.objects.filter(
        centre=layout.pk, state__in=states, starts_at__lt=end, starts_at__gt=start - LONGEST,
        ends_at__gt=start,
    )  # fmt: skip
    holds = {
        pool: [room.pk for room in rooms if pool in room.pools]
        for room in rooms
        for pool in room.pools
    }
    for space, starts, ends, *about in rows.order_by("starts_at", "pk").values_list(
        "booked__space_id", *ASKED
    ):
        room = layout.rooms.get(space or 0)
        use = reading.use(starts, ends, about)
        for pk in {pk for pool in (room.pools if room else ()) for pk in holds.get(pool, ())}:
            found[pk].append(use)


@dataclass(frozen=True)
class Bar:
    """A use, or a free span, in columns of the day."""

    kind: str
    at: int
    wide: int
    text: str = ""
    when: str = ""
    booking_id: int = 0
    start: str = ""  # of a free span, as an address takes it
    end: str = ""


@dataclass(frozen=True)
class Track:
    """One room on one day."""

    day: date
    bars: list[Bar]
    why: str = ""  # why it is closed all day


@dataclass(frozen=True)
class Line:
    room: Room
    tracks: list[Track]


@dataclass(frozen=True)
class Timeline:
    layout: Layout
    days: list[date]
    first_hour: int
    last_hour: int
    lines: list[Line] = field(default_factory=list)

    @property
    def hours(self) -> list[str]:
        return [f"{hour % 24}:00" for hour in range(self.first_hour, self.last_hour)]

    @property
    def width(self) -> int:
        return self.last_hour - self.first_hour


def timeline(
    layout: Layout,
    days: list[date],
    calendar: Calendar,
    *,
    actor: Actor,
    now: datetime,
    gaps: bool = True,
    asked: bool = True,
) -> Timeline:
    """The rooms of a house over some days. `gaps`: with the free spans that one may click."""
    rooms = [
        room
        for room in layout.rooms.values()
        if room.retired_on is None or room.retired_on > days[0]
    ]
    first_hour, last_hour = hours_shown(layout, rooms, days, calendar)
    start = moment(days[0], time.min) + first_hour * HOUR
    end = moment(days[-1], time.min) + last_hour * HOUR
    taken = uses(layout, rooms, start, end, actor=actor, now=now, asked=asked)
    shown = Timeline(layout, days, first_hour, last_hour)
    for room in rooms:
        tracks = [
            track(shown, room, day, taken[room.pk], calendar, now=now if gaps else None)
            for day in days
        ]
        shown.lines.append(Line(room, tracks))
    return shown


def hours_shown(
    layout: Layout, rooms: list[Room], days: list[date], calendar: Calendar
) -> tuple[int, int]:
    """From the first hour in which a room opens up to the last."""
    spans = {
        span
        for room in rooms
        for day in days
        for span in hours_on(layout, room, day, calendar).hours
    }
    if not spans:
        return USUAL
    first = min(opens.hour for opens, _closes in spans)
    last = max(
        closes.hour + (closes.minute > 0) + (24 if closes <= opens else 0)
        for opens, closes in spans
    )
    return first, min(last, LATEST)


def track(
    shown: Timeline,
    room: Room,
    day: date,
    taken: list[Use],
    calendar: Calendar,
    *,
    now: datetime | None,
) -> Track:
    start = moment(day, time.min) + shown.first_hour * HOUR
    end = moment(day, time.min) + shown.last_hour * HOUR
    bars = [bar_of(use, start, end) for use in taken if use.starts_at < end and use.ends_at > start]
    open_day = hours_on(shown.layout, room, day, calendar)
    if not open_day.hours:
        return Track(day, bars, open_day.why or "不开放")
    held = [(use.starts_at, use.ends_at) for use in taken if use.kind != "asked"]
    busy = dict.fromkeys(room.pools, held)
    for begins, ends in free_spans(shown.layout, room, busy, start, end, calendar):
        if free := gap(begins, ends, start, now):
            bars.append(free)
    return Track(day, sorted(bars, key=lambda bar: (bar.at, -bar.wide)))


def columns(begins: datetime, ends: datetime, start: datetime, end: datetime) -> tuple[int, int]:
    """The first column and how many; what begins or ends between columns takes the whole one."""
    first = int((max(begins, start) - start).total_seconds() // 60) // SLOT
    last = -(-int((min(ends, end) - start).total_seconds() // 60) // SLOT)
    return first, max(last - first, 1)


def bar_of(use: Use, start: datetime, end: datetime) -> Bar:
    at, wide = columns(use.starts_at, use.ends_at, start, end)
    return Bar(use.kind, at, wide, use.text(), clock(*(use.used or (use.starts_at, use.ends_at))),
               use.booking_id)  # fmt: skip


def gap(begins: datetime, ends: datetime, start: datetime, now: datetime | None) -> Bar | None:
    """What is left of a free span from now on, with the use that a tap on it proposes."""
    if now is not None and begins < now:
        minutes = int((now - start).total_seconds() // 60)
        begins = start + timedelta(minutes=-(-minutes // STEP) * STEP)
    if begins >= ends:
        return None
    at, wide = columns(begins, ends, start, ends)
    if now is None:
        return Bar("free", at, wide)
    told = [
        f"{timezone.localtime(one):%Y-%m-%dT%H:%M}"
        for one in (begins, min(ends, begins + PROPOSED))
    ]
    return Bar("free", at, wide, when=clock(begins, ends), start=told[0], end=told[1])


def clock(begins: datetime, ends: datetime) -> str:
    start, end = timezone.localtime(begins), timezone.localtime(ends)
    same = start.date() == end.date() or end - start < DAY
    return f"{start:%H:%M}–{end:%H:%M}" if same else f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
