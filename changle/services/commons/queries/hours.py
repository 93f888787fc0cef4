"""When a room is open: weekday hours, holidays and the days that differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.services.commons.queries.layout import Hours, Layout, Room


DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class OpenDay:
    hours: Hours
    why: str = ""  # why it is closed, or differs


def hours_on(layout: Layout, room: Room, day: date, calendar: Calendar) -> OpenDay:
    """The hours of one day; `closes` before `opens` reaches into the next."""
    if room.retired_on is not None and day >= room.retired_on:
        return OpenDay((), "场地已停用")
    if layout.closed_on is not None and day >= layout.closed_on:
        return OpenDay((), "中心已停用")
    if day in room.exceptions:
        hours, why = room.exceptions[day]
        return OpenDay(hours, why)
    if layout.holidays_closed and calendar.is_holiday(day):
        return OpenDay((), calendar.why(day) or "法定节假日")
    hours = room.week[day.weekday()]
    return OpenDay(hours, "" if hours else "每周此日不开放")


def open_spans(
    layout: Layout, room: Room, start: datetime, end: datetime, calendar: Calendar
) -> list[Span]:
    """The open spans that meet [start, end), joined where they touch, in order."""
    spans: list[Span] = []
    first, last = timezone.localdate(start) - DAY, timezone.localdate(end)
    for day in days(first, last):
        for opens, closes in hours_on(layout, room, day, calendar).hours:
            begins = moment(day, opens)
            ends = moment(day if closes > opens else day + DAY, closes)
            if ends > start and begins < end:
                spans.append((begins, ends))
    return joined(spans)


def joined(spans: list[Span]) -> list[Span]:
    told: list[Span] = []
    for begins, ends in sorted(spans):
        if told and begins <= told[-1][1]:
            told[-1] = (told[-1][0], max(told[-1][1], ends))
        else:
            told.append((begins, ends))
    return told


def is_open(layout: Layout, room: Room, start: datetime, end: datetime, calendar: Calendar) -> bool:
    spans = open_spans(layout, room, start, end, calendar)
    return any(begins <= start and end <= ends for begins, ends in spans)


def open_minutes(layout: Layout, room: Room, first: date, after: date, calendar: Calendar) -> int:
    """How long a room was to be had, from a day up to another."""
    start, end = moment(first, time.min), moment(after, time.min)
    total = timedelta()
    for begins, ends in open_spans(layout, room, start, end, calendar):
        total += min(ends, end) - max(begins, start)
    return int(total.total_seconds() // 60)


def moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
