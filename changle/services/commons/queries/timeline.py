"""The rooms of a house laid out over the hours of days."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.services.commons.queries.hours import DAY, OpenDay, hours_on, moment
from changle.services.commons.queries.layout import Hours as Plain
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.uses import Use, minute, uses


SLOT = 15  # minutes that a column of the timeline is wide
STEP = 30  # minutes to which the beginning of a free span is rounded up
HOUR = timedelta(hours=1)
PROPOSED = 120  # minutes of a free span, when it is tapped
USUAL = (8, 22)  # hours shown of a day on which nothing is open
LATEST = 30  # the last hour shown: six in the morning after
DAY_LONG = 24 * 60
CLOCK = [f"{number // 60:02d}:{number % 60:02d}" for number in range(DAY_LONG)]
OFFSETS: dict[int, int] = {}  # what is shown from -> the midnight before it: kept, few ever
MOST_OFFSETS = 5_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A use, a free span or a shut one, in columns of the day."""

    kind: str
    at: int
    wide: int
    text: str = ""
    when: str = ""
    booking_id: int = 0
    start: str = ""  # of a free span, as an address takes it
    end: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One room on one day."""

    day: date
    bars: list[Bar]
    why: str = ""  # why it is closed all day


@dataclass(frozen=True, slots=True)
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

    def shows(self, day: date) -> tuple[int, int]:
        """The minutes of a day that are shown."""
        midnight = minute(moment(day, time.min))
        return midnight + self.first_hour * 60, midnight + self.last_hour * 60


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
    hours = Hours(layout, calendar)
    first_hour, last_hour = hours.shown(rooms, days)
    start = moment(days[0], time.min) + first_hour * HOUR
    end = moment(days[-1], time.min) + last_hour * HOUR
    taken = uses(layout, rooms, start, end, actor=actor, now=now, asked=asked, brief=not gaps)
    shown = Timeline(layout, days, first_hour, last_hour)
    windows = [(day, *shown.shows(day)) for day in days]
    since = minute(now)
    for room in rooms:
        tracks = []
        for day, begins, ends in windows:
            today = hours.on(room, day)
            held = [use for use in taken[room.pk] if use.starts_at < ends and use.ends_at > begins]
            bars = [bar_of(use, begins, ends) for use in held]
            if today.hours:
                bars += shut_bars(hours, room, day, begins, ends)
            if gaps and today.hours:
                bars += free_bars(hours, room, day, held, begins, ends, since)
                bars.sort(key=lambda bar: (bar.at, -bar.wide))
                if begins < since < ends:
                    bars.insert(0, Bar("gone", *columns(begins, since, begins, ends)))
            tracks.append(Track(day, bars, "" if today.hours else today.why or "不开放"))
        shown.lines.append(Line(room, tracks))
    return shown


@dataclass
class Hours:
    """The hours of a house in minutes, asked once for rooms that keep the same ones."""

    layout: Layout
    calendar: Calendar
    known: dict[tuple[int, date], OpenDay] = field(default_factory=dict)
    # By the hours of the day before and of the day: many rooms keep the same.
    spans: dict[tuple[Plain, Plain, int], list[tuple[int, int]]] = field(default_factory=dict)

    def on(self, room: Room, day: date) -> OpenDay:
        if (found := self.known.get((room.pk, day))) is None:
            found = self.known[room.pk, day] = hours_on(self.layout, room, day, self.calendar)
        return found

    def shown(self, rooms: list[Room], days: list[date]) -> tuple[int, int]:
        """From the first hour in which a room opens up to the last."""
        spans = {span for room in rooms for day in days for span in self.on(room, day).hours}
        if not spans:
            return USUAL
        first = min(opens.hour for opens, _closes in spans)
        last = max(
            closes.hour + (closes.minute > 0) + (24 if closes <= opens else 0)
            for opens, closes in spans
        )
        return first, min(last, LATEST)

    def open(self, room: Room, day: date, begins: int, ends: int) -> list[tuple[int, int]]:
        """The open spans of a day as it is shown, those begun the day before included."""
        before, today = self.on(room, day - DAY).hours, self.on(room, day).hours
        if (found := self.spans.get((before, today, begins))) is None:
            midnight, found = minute(moment(day, time.min)), []
            for start_of, hours in ((midnight - DAY_LONG, before), (midnight, today)):
                for opens, closes in hours:
                    start = start_of + opens.hour * 60 + opens.minute
                    end = start_of + closes.hour * 60 + closes.minute
                    end += DAY_LONG * (closes <= opens)
                    if start < ends and end > begins:
                        found.append((max(start, begins), min(end, ends)))
            self.spans[before, today, begins] = found = sorted(found)
        return found


def columns(start: int, end: int, begins: int, ends: int) -> tuple[int, int]:
    """The first column and how many; what begins or ends between columns takes the whole one."""
    first = (max(start, begins) - begins) // SLOT
    return first, max(-((begins - min(end, ends)) // SLOT) - first, 1)


def bar_of(use: Use, begins: int, ends: int) -> Bar:
    at, wide = columns(use.starts_at, use.ends_at, begins, ends)
    start, end = use.used or (use.starts_at, use.ends_at)
    when = clock(start, end, begins)
    return Bar(use.kind, at, wide, use.words, when, use.booking_id)


def shut_bars(hours: Hours, room: Room, day: date, begins: int, ends: int) -> list[Bar]:
    """The parts of a day on which the room is not open, where it is open at all."""
    bars, at = [], begins
    for start, end in [*hours.open(room, day, begins, ends), (ends, ends)]:
        if start > at:
            bars.append(Bar("shut", *columns(at, start, begins, ends)))
        at = max(at, end)
    return bars


def free_bars(
    hours: Hours, room: Room, day: date, held: list[Use], begins: int, ends: int, since: int
) -> list[Bar]:
    """What is free from now on, with room to set up and to clean, and the use that a tap proposes."""
    before, after = room.setup_minutes, room.cleanup_minutes
    taken = sorted((u.starts_at - after, u.ends_at + before) for u in held if u.kind != "asked")
    now = begins - (begins - since) // STEP * STEP if since > begins else begins
    bars = []
    for start, end in hours.open(room, day, begins, ends):
        at = max(start, now)
        for taken_from, taken_until in [*taken, (end, end)]:
            until = min(taken_from, end)
            if until > at:
                bars.append(free_bar(day, at, until, begins, ends))
            at = max(at, taken_until)
    return bars


def free_bar(day: date, at: int, until: int, begins: int, ends: int) -> Bar:
    midnight = minute(moment(day, time.min))
    told = []
    for one in (at, min(until, at + PROPOSED)):
        days, minutes = divmod(one - midnight, 1440)
        told.append(f"{day + days * DAY}T{minutes // 60:02d}:{minutes % 60:02d}")
    return Bar("free", *columns(at, until, begins, ends), "", clock(at, until, begins), 0, *told)


def clock(start: int, end: int, begins: int) -> str:
    """The hours as on the wall, by the day that is shown; what began on another day says so."""
    if end - start >= DAY_LONG:
        return f"{date_and_time(start)}–{date_and_time(end)}"
    offset = OFFSETS.get(begins)
    if offset is None:
        if len(OFFSETS) > MOST_OFFSETS:
            OFFSETS.clear()
        local = timezone.localtime(datetime.fromtimestamp(begins * 60, tz=UTC))
        offset = OFFSETS[begins] = begins - local.hour * 60 - local.minute
    return f"{CLOCK[(start - offset) % DAY_LONG]}–{CLOCK[(end - offset) % DAY_LONG]}"


def date_and_time(at: int) -> str:
    return f"{timezone.localtime(datetime.fromtimestamp(at * 60, tz=UTC)):%m-%d %H:%M}"
