"""When a house and its rooms are open."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.services.commons.actions.houses import HouseRefused, held, touch, weighed
from changle.services.commons.models import (
    Booking,
    Centre,
    Opening,
    OpeningException,
    Space,
)
from changle.services.commons.queries.houses import openings_of, week_of


Span = tuple[time, time]
Week = Sequence[Sequence[Span]]  # Monday first; `closes` before `opens` is the next day's
DAYS = 7
DAY = 24 * 60


def refuse_overlap(week: Week) -> None:
    """No two spans of a week may share a minute, the night from Sunday to Monday included."""
    spans = []
    for weekday, spoken in enumerate(week):
        for opens, closes in spoken:
            if opens == closes:
                raise HouseRefused("开放时间的起止不能相同。")
            start = weekday * DAY + opens.hour * 60 + opens.minute
            length = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
            spans.append((start, start + length % DAY))
    spans.sort()
    after = [*spans[1:], (spans[0][0] + DAYS * DAY, 0)] if spans else []
    for (_start, end), (later, _end) in zip(spans, after, strict=True):
        if later < end:
            day = "一二三四五六日"[later // DAY % DAYS]
            raise HouseRefused(f"周{day}的开放时段互相重叠。")


def space_of(centre: Centre, pk: int | None) -> Space | None:
    return None if pk is None else centre.spaces.get(pk=pk)


@transaction.atomic
def set_hours(
    *,
    centre_pk: int,
    week: Week,
    by: Actor,
    now: datetime,
    space_pk: int | None = None,
    sure: bool = False,
) -> list[Booking]:
    """The hours of the house, or of one room; a room without any keeps the house's.

    Answers the accepted bookings that now lie outside; without `sure` they are a refusal.
    """
    centre = held(centre_pk, by)
    space = space_of(centre, space_pk)
    refuse_overlap(week)
    before = week_of(openings_of(centre), space_pk)

    def deed() -> None:
        centre.openings.filter(space=space).delete()
        Opening.objects.bulk_create(
            Opening(centre=centre, space=space, weekday=weekday, opens=opens, closes=closes)
            for weekday, spans in enumerate(week)
            for opens, closes in spans
        )

    left = weighed(centre, deed, sure=sure, now=now)
    after = week_of(openings_of(centre), space_pk)
    told = {
        f"周{'一二三四五六日'[day]}": [old, new]
        for day, (old, new) in enumerate(zip(before, after, strict=True))
        if old != new
    }
    record(space or centre, "set_hours", by=by, at=now, changes=told, path=str(centre.node.path))
    touch(centre.pk)
    return left


@transaction.atomic
def set_exception(
    *,
    centre_pk: int,
    on: date,
    spans: Sequence[Span],
    reason: str,
    by: Actor,
    now: datetime,
    space_pk: int | None = None,
    sure: bool = False,
) -> list[Booking]:
    """One day that differs, in place of what was said of it before; no spans: closed all day."""
    centre = held(centre_pk, by)
    space = space_of(centre, space_pk)
    refuse_overlap([spans, *[()] * (DAYS - 1)])

    def deed() -> None:
        told: Sequence[tuple[time | None, time | None]] = spans or [(None, None)]
        centre.exceptions.filter(space=space, on=on).delete()
        OpeningException.objects.bulk_create(
            OpeningException(
                centre=centre, space=space, on=on, opens=opens, closes=closes, reason=reason
            )
            for opens, closes in told
        )

    left = weighed(centre, deed, sure=sure, now=now)
    told = " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans) or "全天不开放"
    record(
        space or centre, "set_exception", by=by, at=now, changes={str(on): [None, told]},
        note=reason, path=str(centre.node.path),
    )  # fmt: skip
    touch(centre.pk)
    return left


@transaction.atomic
def end_exception(
    *,
    centre_pk: int,
    on: date,
    by: Actor,
    now: datetime,
    space_pk: int | None = None,
    sure: bool = False,
) -> list[Booking]:
    """The day is as any other again."""
    centre = held(centre_pk, by)
    space = space_of(centre, space_pk)
    rows = centre.exceptions.filter(space=space, on=on)
    if not rows.exists():
        raise HouseRefused("这一天没有特殊安排，可能已被取消。")
    left = weighed(centre, rows.delete, sure=sure, now=now)
    told = {str(on): ["特殊安排", None]}
    record(
        space or centre, "end_exception", by=by, at=now, changes=told, path=str(centre.node.path)
    )
    touch(centre.pk)
    return left
