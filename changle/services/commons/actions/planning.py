"""Many times asked for at once: each date of a rule gets its verdict before anything is booked."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.periods import Period
from changle.core.reach import Actor
from changle.services.commons.actions.booking import (
    RuleBroken,
    Wish,
    calendar_of,
    check_standing,
    chosen,
    for_whom,
    held,
    plainly_broken,
    runs_house,
)
from changle.services.commons.models import Booking
from changle.services.commons.queries.hours import DAY, Span, open_minutes
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.repeating import repeats
from changle.services.commons.queries.rules import (
    COUNTED,
    Broken,
    For,
    bounds,
    of_the_house,
    of_the_past,
    over,
    sentences,
)
from changle.services.commons.queries.taken import (
    Conflict,
    busy_of,
    conflicts,
    free_spans,
    meet,
)


MOST_OPTIONS = 3
NEAR = timedelta(days=3)  # within which another time is proposed for a date that is taken


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One date of a rule: verdict free, taken, closed, rule, holiday or excepted."""

    starts_at: datetime
    ends_at: datetime
    verdict: str = "free"
    why: str = ""
    options: list[Span] = field(default_factory=list)

    @property
    def on(self) -> date:
        return timezone.localdate(self.starts_at)

    @property
    def key(self) -> str:
        return self.on.isoformat()

    @property
    def is_free(self) -> bool:
        return self.verdict == "free"

    @property
    def asks(self) -> bool:
        """Whether the person must say what becomes of this date; what they left out is settled."""
        return self.verdict in {"taken", "closed", "rule"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    layout: Layout
    wish: Wish  # of the first date
    rule: str
    occurrences: list[Occurrence]
    gaps: list[tuple[str, str]]  # months in which the rule finds no day

    @property
    def free(self) -> list[Occurrence]:
        return [one for one in self.occurrences if one.is_free]

    @property
    def asking(self) -> list[Occurrence]:
        return [one for one in self.occurrences if one.asks]


def plan(
    *,
    layout: Layout,
    wish: Wish,
    rule: str,
    by: Actor,
    now: datetime,
    excepted: Collection[date] = (),
    no_holidays: bool = False,
) -> Plan:
    """Each date of a rule with its verdict. Six queries at most, whatever the number of dates."""
    rooms = chosen(layout, wish)
    check_standing(rooms, wish, by)
    if wish.ends_at <= wish.starts_at:
        raise RuleBroken([Broken("order", "结束时间应晚于开始时间。")])
    found = repeats(rule, wish.starts_at)
    judge = Judge.of(layout, rooms, wish, found.days, by=by, now=now)
    occurrences = []
    for day in found.days:
        start, end = judge.span(day)
        if day in excepted:
            told = Occurrence(starts_at=start, ends_at=end, verdict="excepted", why="您要求除去")
        elif no_holidays and judge.holidays.is_holiday(day):
            why = judge.holidays.why(day)
            told = Occurrence(starts_at=start, ends_at=end, verdict="holiday", why=why)
        else:
            told = judge.verdict(start, end)
        occurrences.append(told)
    return Plan(layout=layout, wish=wish, rule=rule, occurrences=occurrences, gaps=found.gaps)


@dataclass(kw_only=True)
class Judge:
    """All that is asked of each date, loaded once."""

    layout: Layout
    rooms: list[Room]
    wish: Wish
    by: Actor
    now: datetime
    calendar: Calendar
    holidays: Calendar
    taken: list[Conflict]
    busy: dict[int, list[Span]]
    used: list[tuple[int, datetime, datetime]]  # (room, from, until) that count for the bounds
    past: list[Broken]

    @classmethod
    def of(
        cls,
        layout: Layout,
        rooms: list[Room],
        wish: Wish,
        days: list[date],
        *,
        by: Actor,
        now: datetime,
    ) -> "Judge":
        who, length = for_whom(wish, by), wish.ends_at - wish.starts_at
        start = wish.starts_at - NEAR
        end = wish.starts_at + (days[-1] - timezone.localdate(wish.starts_at)) + length + NEAR + DAY
        free_of_rules = runs_house(layout, by)
        return cls(
            layout=layout, rooms=rooms, wish=wish, by=by, now=now, calendar=calendar_of(layout),
            holidays=Calendar.load(), taken=conflicts(rooms, start, end, actor=by, most=None),
            busy=busy_of(rooms, start, end),
            used=[] if free_of_rules else used_by(layout, rooms, who, start, end),
            past=[] if free_of_rules else of_the_past(layout, who, now),
        )  # fmt: skip

    def span(self, day: date) -> Span:
        """The same hours of the wall clock on another day."""
        first, length = (
            timezone.localtime(self.wish.starts_at),
            self.wish.ends_at - self.wish.starts_at,
        )
        start = timezone.make_aware(datetime.combine(day, first.time()))
        return start, start + length

    def verdict(self, start: datetime, end: datetime) -> Occurrence:
        wish = replace(self.wish, starts_at=start, ends_at=end)
        broken = plainly_broken(self.layout, self.rooms, wish, by=self.by, now=self.now) + self.past
        shut = [
            one
            for room in self.rooms
            for one in of_the_house(self.layout, room, start, end, self.calendar)
        ]
        if broken or shut:
            return Occurrence(
                starts_at=start, ends_at=end, verdict="rule" if broken else "closed",
                why="".join(sentences([*broken, *shut])),
                options=[] if broken else self.options(start, end),
            )  # fmt: skip
        begins, ends = held(self.rooms, start, end)
        rivals = [one for one in self.taken if one.starts_at < ends and one.ends_at > begins]
        if rivals:
            why = "；".join(dict.fromkeys(one.sentence() for one in rivals))
            options = self.options(start, end)
            return Occurrence(
                starts_at=start, ends_at=end, verdict="taken", why=why, options=options
            )
        if bound := self.bound(start, end):
            why = "".join(sentences(bound))
            return Occurrence(starts_at=start, ends_at=end, verdict="rule", why=why)
        self.used += [(room.pk, start, end) for room in self.rooms]
        return Occurrence(starts_at=start, ends_at=end)

    def bound(self, start: datetime, end: datetime) -> list[Broken]:
        """The bounds of the month, earlier dates of this very plan counted in."""
        if runs_house(self.layout, self.by):
            return []
        day, found = timezone.localdate(start), []
        month = Period.of_months(day.year, day.month, 1)
        for room in self.rooms:
            if not bounds(room.policy):
                continue
            mine = [
                (until - since).total_seconds() / 3600
                for pk, since, until in self.used
                if pk == room.pk and month.starts_at <= since < month.ends_at
            ]
            there = open_minutes(self.layout, room, month.start, month.end, self.calendar) / 60
            hours = sum(mine) + (end - start).total_seconds() / 3600
            found += over(room, len(mine), hours, there)
        return found

    def options(self, start: datetime, end: datetime) -> list[Span]:
        """Other times of the same length, the nearest first, none of them past."""
        length, common = end - start, None
        for room in self.rooms:
            mine = free_spans(
                self.layout, room, self.busy, max(start - NEAR, self.now), end + NEAR, self.calendar
            )
            common = mine if common is None else meet(common, mine)
        found = []
        step = timedelta(minutes=max(room.policy.step for room in self.rooms))
        for begins, ends in common or []:
            # As near to the wished hour as the span lets, on a step of the clock.
            at = min(max(start, begins), ends - length)
            at = at - (at - timezone.localtime(at).replace(hour=0, minute=0)) % step
            if begins <= at and at + length <= ends:
                found.append((at, at + length))
        return sorted(found, key=lambda span: (abs(span[0] - start), span))[:MOST_OPTIONS]


def used_by(
    layout: Layout, rooms: list[Room], who: For, start: datetime, end: datetime
) -> list[tuple[int, datetime, datetime]]:
    """What already counts for the bounds of the months that a plan touches."""
    if not any(bounds(room.policy) for room in rooms):
        return []
    month = timedelta(days=31)
    rows = Booking.objects.filter(
        state__in=COUNTED, starts_at__gte=start - month, starts_at__lt=end + month,
        centre=layout.pk, booked__space__in=[room.pk for room in rooms], **who.mine(),
    )  # fmt: skip
    return list(rows.values_list("booked__space_id", "starts_at", "ends_at"))
