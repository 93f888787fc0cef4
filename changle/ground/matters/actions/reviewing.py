"""What the reviewer does, and the moves that need no form."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.calendar import Calendar, day_of
from changle.core.lifecycle import MoveRefused
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.matters.actions.reporting import MatterRefused
from changle.ground.matters.lifecycle import ANSWERS, MATTER
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import licence_rules, review_rule
from changle.ground.matters.queries.days import licence_of


MOST_AT_ONCE = 100


@transaction.atomic
def move(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> Matter:
    """Fire a move of the table, with what it does beside."""
    if name == "hold":
        return hold(pk, by=by, now=now)
    today = timezone.localdate(now)
    along: dict[str, Any] = {}
    if name in ANSWERS:
        along["advice"] = note[:1000]
    if name == "stop":
        along["stopped_on"] = today
    if name == "close":
        along["closed_on"] = today
    if name == "return_report":
        days = review_rule().report_days
        along["due_on"] = Calendar.load().add_working_days(today, days)
    row = MATTER.fire(pk, name, by=by, now=now, note=note, along=along)
    if name == "acknowledge" and not row.type.is_event:
        row = MATTER.fire(pk, "settle", by=by, now=now, along={"closed_on": today})
    return row


def hold(pk: int, *, by: Actor, now: datetime) -> Matter:
    """The body says itself that it took place; the clock of the result runs from the event's end."""
    row = by.rows(Matter, MATTER.moves["hold"].needs).get(pk=pk)
    if row.starts_at is None or row.starts_at > now:
        raise MatterRefused("还没有到开始时间。")
    return MATTER.fire(pk, "hold", by=by, now=now, along=result_clock(row))


def result_clock(row: Matter) -> dict[str, Any]:
    """Until when the result must be told: working days from the last day of the event."""
    ended = row.ends_at or row.starts_at
    if ended is None:
        raise MatterRefused("没有填写活动时间。")
    last = Calendar.load().add_working_days(day_of(ended), review_rule().report_days)
    return {"due_on": last, "report_due_on": last}


@transaction.atomic
def ask_for_result(pk: int, *, by: Actor, now: datetime) -> Matter:
    """The event has passed: its result is due."""
    row = by.rows(Matter, MATTER.moves["ask_report"].needs).get(pk=pk)
    return MATTER.fire(pk, "ask_report", by=by, now=now, along=result_clock(row))


@transaction.atomic
def acknowledge_many(
    *, pks: Iterable[int], by: Actor, now: datetime
) -> tuple[int, list[tuple[str, str]]]:
    """Take note of small ones together; answers how many, and which not with the reason.

    Whatever needs a closer look — a licence, foreign parties, a safety plan — is opened singly.
    """
    wanted = sorted(set(pks))[:MOST_AT_ONCE]
    rows = by.rows(Matter, MATTER.moves["acknowledge"].needs).filter(pk__in=wanted)
    rules, done, left = licence_rules(), 0, list[tuple[str, str]]()
    for row in rows.select_related("type", "organisation").order_by("pk"):
        try:
            if licence_of(row, rules) or not is_small(row):
                raise MoveRefused("规模较大或涉外，请打开逐件处理。")
            move(row.pk, "acknowledge", by=by, now=now, note="批量知悉")
        except Refused as refusal:
            left.append((row.title, str(refusal)))
        else:
            done += 1
    return done, left


def is_small(row: Matter) -> bool:
    kind = row.type
    planned = kind.plan_from is not None and (row.expected or 0) >= kind.plan_from
    return not (kind.is_foreign or row.is_foreign or planned or row.is_late)
