"""Many times asked for at once: each date of a rule gets its verdict before anything is booked."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.services.commons.actions.wishing import (
    RuleBroken,
    Wish,
    calendar_of,
    check_standing,
    chosen,
    for_whom,
    plainly_broken,
    runs_house,
)
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.hours import DAY, Span
from changle.services.commons.queries.instead import all_free, fitting
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.repeating import repeats
from changle.services.commons.queries.rules import (
    Broken,
    For,
    bounds,
    of_the_house,
    of_the_past,
    of_the_quota,
    sentences,
    suspensions,
    used_within,
)
from changle.services.commons.queries.taken import Conflict, busy_of, conflicts
from changle.services.commons.queries.things import LONG, Part, parts_of, short_of


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
    bundle = chosen(layout, wish)
    check_standing(bundle.rooms, wish, by)
    if wish.ends_at <= wish.starts_at:
        raise RuleBroken([Broken("order", "结束时间应晚于开始时间。")])
    found = repeats(rule, wish.starts_at)
    judge = Judge.of(layout, bundle, wish, found.days, by=by, now=now)
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
    bundle: Bundle
    wish: Wish
    by: Actor
    now: datetime
    calendar: Calendar
    holidays: Calendar
    taken: list[Conflict]
    busy: dict[int, list[Span]]
    parts: dict[int, list[Part]]
    used: list[tuple[int, datetime, datetime]]  # (room, from, until) that count for the bounds
    past: list[Broken]

    @classmethod
    def of(
        cls,
        layout: Layout,
        bundle: Bundle,
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
            layout=layout, bundle=bundle, wish=wish, by=by, now=now, calendar=calendar_of(layout),
            holidays=Calendar.load(),
            taken=conflicts(bundle.rooms, start, end, actor=by, most=None),
            busy=busy_of(bundle.rooms, start, end),
            parts=parts_of(bundle.thing_pools, start, end + LONG),
            used=[] if free_of_rules else used_by(layout, bundle, who, start, end),
            past=[] if free_of_rules else of_the_past(suspended(layout, who, now)),
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
        broken = (
            plainly_broken(self.layout, self.bundle, wish, by=self.by, now=self.now) + self.past
        )
        shut = [
            one
            for room in self.bundle.rooms
            for one in of_the_house(self.layout, room, start, end, self.calendar)
        ]
        if broken or shut:
            return Occurrence(
                starts_at=start, ends_at=end, verdict="rule" if broken else "closed",
                why="".join(sentences([*broken, *shut])),
                options=[] if broken else self.options(start, end),
            )  # fmt: skip
        begins, ends = self.bundle.held(start, end)
        rivals = [one for one in self.taken if one.starts_at < ends and one.ends_at > begins]
        short = short_of(self.bundle.things, self.parts, begins, ends)
        if rivals or short:
            told = [*(one.sentence() for one in rivals), *(one.sentence() for one in short)]
            why = "；".join(dict.fromkeys(told))
            options = self.options(start, end)
            return Occurrence(
                starts_at=start, ends_at=end, verdict="taken", why=why, options=options
            )
        if bound := self.bound(start, end):
            why = "".join(sentences(bound))
            return Occurrence(starts_at=start, ends_at=end, verdict="rule", why=why)
        self.used += [(room.pk, start, end) for room in self.bundle.rooms]
        return Occurrence(starts_at=start, ends_at=end)

    def bound(self, start: datetime, end: datetime) -> list[Broken]:
        """The bounds of the month, earlier dates of this very plan counted in."""
        if runs_house(self.layout, self.by):
            return []
        rooms = self.bundle.rooms
        return of_the_quota(self.layout, rooms, start, end, self.used, self.calendar)

    def options(self, start: datetime, end: datetime) -> list[Span]:
        """Other times of the same length, the nearest first, none of them past."""
        within = max(start - NEAR, self.now), end + NEAR
        common = all_free(self.layout, self.bundle, self.busy, self.parts, within, self.calendar)
        return fitting(common, (start, end), self.bundle.step)


def used_by(
    layout: Layout, bundle: Bundle, who: For, start: datetime, end: datetime
) -> list[tuple[int, datetime, datetime]]:
    """What already counts for the bounds of the months that a plan touches."""
    bound = [room.pk for room in bundle.rooms if bounds(room.policy)]
    month = timedelta(days=31)
    rows = used_within(layout, bound, who, start - month, end + month)
    return list(rows.values_list("booked__space_id", "starts_at", "ends_at")) if bound else []


def suspended(layout: Layout, who: For, now: datetime) -> tuple[str, object] | None:
    """Why they may not book, and until which day."""
    return suspensions(layout, who, now).values_list("reason", "ends_on").first()
