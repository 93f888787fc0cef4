"""How long each room was to be had, written down when a day is over."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.services.commons.models import Claim, OpenDay
from changle.services.commons.queries.hours import days, open_minutes
from changle.services.commons.queries.layout import Layout, layouts


MOST_BACK = 400  # days that are made up for when nobody counted


def count_open_days(now: datetime) -> int:
    """Every room, every day from the last that was counted up to yesterday. A daily deed."""
    yesterday = timezone.localdate(now) - timedelta(days=1)
    last = dict(OpenDay.objects.order_by().values_list("space_id").annotate(last=Max("on")))
    written = 0
    for house in layouts():
        first = min(
            (last.get(pk, yesterday - timedelta(days=1)) for pk in house.rooms),
            default=yesterday,
        )
        start = max(first + timedelta(days=1), yesterday - timedelta(days=MOST_BACK))
        written += count_days(house, start, yesterday)
    return written


@transaction.atomic
def count_days(house: Layout, first: date, last: date) -> int:
    """Count the days of a house anew where they were not counted; answers how many rows."""
    if first > last:
        return 0
    calendar = Calendar.load()
    shut = closed_minutes(house, first, last)
    rows = []
    for room in house.rooms.values():
        for day in days(first, last):
            if room.retired_on is None or day < room.retired_on:
                there = open_minutes(house, room, day, day + timedelta(days=1), calendar)
                left = max(0, there - shut.get((room.pk, day), 0))
                rows.append(OpenDay(space_id=room.pk, on=day, minutes=left))
    OpenDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def closed_minutes(house: Layout, first: date, last: date) -> dict[tuple[int, date], int]:
    """(room, day) -> minutes for which a closure held it; what was closed was not to be had."""
    start = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    end = timezone.make_aware(datetime.combine(last, datetime.max.time()))
    rows = Claim.objects.filter(
        closure__isnull=False, closure__centre=house.pk, starts_at__lt=end, ends_at__gt=start
    )
    found: dict[tuple[int, date], int] = {}
    by_pool: dict[int, list[int]] = {}
    for room in house.rooms.values():
        for pool in room.pools:
            by_pool.setdefault(pool, []).append(room.pk)
    for pool, begins, ends in rows.values_list("pool_id", "starts_at", "ends_at"):
        for day in days(timezone.localdate(begins), timezone.localdate(ends)):
            opens = timezone.make_aware(datetime.combine(day, datetime.min.time()))
            held = min(ends, opens + timedelta(days=1)) - max(begins, opens)
            minutes = max(0, int(held.total_seconds() // 60))
            for pk in by_pool.get(pool, ()):  # a hall is shut when one half of it is
                found[pk, day] = max(found.get((pk, day), 0), minutes)
    return found
