"""All that a wish is weighed by, asked of the database in one go.

Written as SQL: this is asked for every booking, and to compose it anew each time would take longer
than to answer it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from changle.core.calendar import Calendar, DayRow
from changle.core.periods import Period
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.hours import DAY, Span
from changle.services.commons.queries.instead import REACH, all_free, fitting
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.rules import COUNTED, For, bounds
from changle.services.commons.queries.things import LONG, Part


AROUND = timedelta(days=30)  # of a month: longer than REACH and any run of days without work
# Each part has the same columns: its letter, a key, a span, a count, three words. The first takes
# of each pool only what can still reach into the span: see `claims_of`.
ROOMS = """
SELECT 'r', c.pool_id, c.starts_at, c.ends_at, 1, '', '', '' FROM commons_pool AS p
JOIN commons_claim AS c ON c.pool_id = p.id AND c.ends_at > %s AND c.starts_at < %s
AND c.starts_at >= COALESCE((SELECT MAX(b.starts_at) FROM commons_claim AS b
WHERE b.pool_id = p.id AND b.starts_at <= %s), %s) WHERE p.id IN ({})"""
THINGS = """
SELECT 't', c.pool_id, c.starts_at, c.ends_at, c.quantity, '', '', '' FROM commons_claim AS c
WHERE c.pool_id IN ({}) AND c.ends_at > %s AND c.starts_at < %s"""
STAMP = """
SELECT 's', id, NULL, NULL, layout_stamp, '', '', '' FROM commons_centre WHERE id = %s"""
USED = """
SELECT 'u', s.space_id, b.starts_at, b.ends_at, 1, '', '', '' FROM commons_booking AS b
JOIN commons_bookedspace AS s ON s.booking_id = b.id WHERE b.centre_id = %s AND b.{} = %s
AND b.starts_at >= %s AND b.starts_at < %s AND b.state IN ({}) AND s.space_id IN ({})"""
SUSPENDED = """
SELECT 'x', id, NULL, NULL, 1, reason, CAST(ends_on AS text), '' FROM commons_suspension
WHERE centre_id = %s AND {} = %s AND starts_on <= %s AND ends_on > %s AND lifted_at IS NULL"""
DAYS = """
SELECT 'd', CASE WHEN is_working THEN 1 ELSE 0 END, NULL, NULL, 1, name, CAST("on" AS text), notice
FROM core_calendarday WHERE "on" >= %s AND "on" <= %s"""


@dataclass
class Facts:
    """What stands of a house, for one wish, at one moment."""

    stamp: int = 0  # of the layout as it is now
    busy: dict[int, list[Span]] = field(default_factory=dict)  # of the rooms, by pool
    parts: dict[int, list[Part]] = field(default_factory=dict)  # of the things, by pool
    used: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    suspended: tuple[str, str] | None = None  # why, and until which day
    days: list[DayRow] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.days)

    def is_taken(self, start: datetime, end: datetime) -> bool:
        return any(
            begins < end and ends > start for spans in self.busy.values() for begins, ends in spans
        )

    def instead(self, layout: Layout, bundle: Bundle, wish: Span, *, within: Span) -> list[Span]:
        """As `nearest`, from what is known already."""
        start, end = wish
        since, until = max(start - REACH, within[0]), min(end + REACH, within[1] + (end - start))
        if since >= until:
            return []
        span = since, until
        common = all_free(layout, bundle, self.busy, self.parts, span, self.calendar)
        return fitting(common, wish, bundle.step)


def weigh(
    layout: Layout, bundle: Bundle, start: datetime, end: datetime, who: For, now: datetime
) -> Facts:
    """One query: the answers of several, each row with a letter that says of which."""
    begins, ends = (at.astimezone(UTC) for at in bundle.held(start, end))
    day, today = timezone.localdate(start), timezone.localdate(now)
    month = Period.of_months(day.year, day.month, 1)
    since, until = begins - REACH - DAY, ends + REACH + DAY
    rooms = bundle.room_pools
    asked: list[tuple[str, Sequence[Any]]] = [
        (ROOMS.format(marks(rooms)), (since, until, since, since, *rooms)),
        (STAMP, (layout.pk,)),
    ]
    if things := bundle.thing_pools:
        asked.append((THINGS.format(marks(things)), (*things, since, ends + LONG + DAY)))
    (column, key), *_none = who.mine().items()
    if bound := [room.pk for room in bundle.rooms if bounds(room.policy)]:
        sql = USED.format(column, marks(COUNTED), marks(bound))
        asked.append((sql, (layout.pk, key, month.starts_at, month.ends_at, *COUNTED, *bound)))
    if column != "on_behalf_id":
        asked.append((SUSPENDED.format(column), (layout.pk, key, today, today)))
    if layout.holidays_closed:
        asked.append((DAYS, (month.start - AROUND, month.end + AROUND)))
    return read(bundle, asked)


def marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def read(bundle: Bundle, asked: Sequence[tuple[str, Sequence[Any]]]) -> Facts:
    facts = Facts(
        busy={pool: [] for pool in bundle.room_pools},
        parts={pool: [] for pool in bundle.thing_pools},
    )
    sql = " UNION ALL ".join(part for part, _values in asked)
    adapt = connection.ops.adapt_datetimefield_value
    values = [
        adapt(one) if isinstance(one, datetime) else one for _part, row in asked for one in row
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for letter, key, since, until, count, first, second, third in cursor.fetchall():
            if letter == "r":
                facts.busy[key].append((moment(since), moment(until)))
            elif letter == "t":
                facts.parts[key].append((moment(since), moment(until), count))
            elif letter == "s":
                facts.stamp = count
            elif letter == "u":
                facts.used.append((key, moment(since), moment(until)))
            elif letter == "d":
                facts.days.append(DayRow(date.fromisoformat(second), bool(key), first, third))
            elif facts.suspended is None or second > facts.suspended[1]:
                facts.suspended = (first, second)
    return facts


def moment(at: datetime) -> datetime:
    """SQLite keeps moments in UTC, and does not say so."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
