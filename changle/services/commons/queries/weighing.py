"""All that a wish is weighed by, asked of the database in one go."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from changle.core.calendar import Calendar, CalendarDay, DayRow
from changle.core.periods import Period
from changle.services.commons.models import Centre, Claim
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.rules import For, bounds, suspensions, used_within
from changle.services.commons.queries.things import LONG, Part
from changle.services.commons.queries.uses import claims_of


CLAIM, PART, STAMP, USED, SUSPENDED, DAY = range(6)
AROUND = timedelta(days=20)  # of a month: longer than any run of days without work
NEVER, NOTHING = Value(None, DateTimeField()), Value("", TextField())


@dataclass
class Facts:
    """What stands of a house, for one wish, at one moment."""

    stamp: int = 0  # of the layout as it is now
    taken: list[Span] = field(default_factory=list)  # of the rooms
    parts: dict[int, list[Part]] = field(default_factory=dict)  # of the things, by pool
    used: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    suspended: tuple[str, str] | None = None  # why, and until which day
    days: list[DayRow] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.days)


def weigh(
    layout: Layout, bundle: Bundle, start: datetime, end: datetime, who: For, now: datetime
) -> Facts:
    """One query: the answers of several, each row with a number that says of which."""
    begins, ends = bundle.held(start, end)
    local = timezone.localdate(start)
    month = Period.of_months(local.year, local.month, 1)
    asked: list[QuerySet[Any, Any]] = [
        claims_of(bundle.room_pools, begins, ends)
        .values_list(
            *columns(CLAIM, "pk", "claims__starts_at", "claims__ends_at", Value(1)),
        ).order_by(),
        Centre.objects.filter(pk=layout.pk)
        .values_list(*columns(STAMP, "pk", NEVER, NEVER, "layout_stamp")),
    ]  # fmt: skip
    if bundle.things:
        parts = Claim.objects.filter(
            pool_id__in=bundle.thing_pools, ends_at__gt=begins, starts_at__lt=ends + LONG
        )
        told = columns(PART, "pool_id", "starts_at", "ends_at", "quantity")
        asked.append(parts.values_list(*told))
    if bound := [room.pk for room in bundle.rooms if bounds(room.policy)]:
        used = used_within(layout, bound, who, month.starts_at, month.ends_at)
        told = columns(USED, "booked__space_id", "starts_at", "ends_at", Value(0))
        asked.append(used.values_list(*told))
    if who.organisation_id or who.person_id:
        words = (F("reason"), Cast("ends_on", CharField()))
        told = columns(SUSPENDED, "pk", NEVER, NEVER, Value(0), *words)
        asked.append(suspensions(layout, who, now).order_by().values_list(*told))
    if layout.holidays_closed:
        asked.append(days_around(month.start - AROUND, max(month.end, local) + AROUND))
    return read(bundle, asked[0].union(*asked[1:], all=True))


def columns(number: int, key: Any, since: Any, until: Any, count: Any, *words: Any) -> list[Any]:
    """The same columns for every part: what it is, a key, a span, a count, three words."""
    told = [*words, *[NOTHING] * (3 - len(words))]
    return [Value(number, IntegerField()), key, since, until, count, *told]


def days_around(first: date, last: date) -> "QuerySet[CalendarDay, Any]":
    rows = CalendarDay.objects.filter(on__gte=first, on__lte=last)
    working = Cast("is_working", IntegerField())
    words = (F("name"), Cast("on", CharField()), F("notice"))
    return rows.values_list(*columns(DAY, working, NEVER, NEVER, Value(0), *words))


def read(bundle: Bundle, rows: Any) -> Facts:
    facts = Facts(parts={pool: [] for pool in bundle.thing_pools})
    for number, key, since, until, count, first, second, third in rows:
        if number == CLAIM:
            facts.taken.append((since, until))
        elif number == PART:
            facts.parts[key].append((since, until, count))
        elif number == STAMP:
            facts.stamp = count
        elif number == USED:
            facts.used.append((key, since, until))
        elif number == SUSPENDED:
            if facts.suspended is None or second > facts.suspended[1]:
                facts.suspended = (first, second)
        else:
            on = date.fromisoformat(second)
            facts.days.append(DayRow(on, bool(key), first, third))
    return facts
