"""Programmes and series: names under which activities are held, kept by the side that leads them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Programme, Series, Term


EDIT = Permission.ACTIVITY_EDIT


class SeriesRefused(Refused):
    """The programme or series cannot be kept so; the sentence says why."""


def led_by(lead: Node, by: Actor) -> None:
    if not by.holds_at(EDIT, str(lead.path)):
        raise SeriesRefused("只有牵头单位可以建立和修改。")


@transaction.atomic
def keep_programme(
    *, lead: Node, name: str, by: Actor, now: datetime, about: str = "",
    starts_on: date | None = None, ends_on: date | None = None, pk: int | None = None,
) -> Programme:  # fmt: skip
    """A new programme of this lead, or with `pk` the facts of one that is there."""
    row = Programme(lead=lead)
    if pk is not None:
        row = by.rows(Programme, EDIT).select_for_update(of=("self",)).get(pk=pk)
    led_by(row.lead, by)
    if starts_on and ends_on and ends_on <= starts_on:
        raise SeriesRefused("结束日期应晚于开始日期。")
    facts = {"name": name, "about": about, "starts_on": starts_on, "ends_on": ends_on}
    before = {key: getattr(row, key) for key in facts}
    for key, value in facts.items():
        setattr(row, key, value)
    row.save()
    record(row, "keep_programme", by=by, at=now, changes=changed(before, facts))
    return row


@transaction.atomic
def keep_series(
    *, lead: Node, name: str, by: Actor, now: datetime, about: str = "",
    programme: Programme | None = None, theme: Term | None = None, pk: int | None = None,
) -> Series:  # fmt: skip
    """A new series of this lead, or with `pk` the facts of one that is there."""
    row = Series(lead=lead)
    if pk is not None:
        row = by.rows(Series, EDIT).select_for_update(of=("self",)).get(pk=pk)
    led_by(row.lead, by)
    if row.ended_on is not None:
        raise SeriesRefused("这个系列已经结束，不能再改。")
    facts = {"name": name, "about": about, "programme": programme, "theme": theme}
    before = {key: getattr(row, key) for key in facts}
    for key, value in facts.items():
        setattr(row, key, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise SeriesRefused(f"已有名为“{name}”的系列。") from None
    told = changed({key: str(one or "") for key, one in before.items()},
                   {key: str(one or "") for key, one in facts.items()})  # fmt: skip
    record(row, "keep_series", by=by, at=now, changes=told)
    return row


@transaction.atomic
def end_series(*, pk: int, on: date, by: Actor, now: datetime) -> Series:
    """No further activity is planned under it; what was held stays under its name."""
    row = by.rows(Series, EDIT).select_for_update(of=("self",)).get(pk=pk)
    led_by(row.lead, by)
    if row.ended_on is not None:
        raise SeriesRefused("这个系列已经结束。")
    row.ended_on = on
    row.save(update_fields=["ended_on"])
    record(row, "end_series", by=by, at=now, changes={"ended_on": [None, str(on)]})
    return row
