"""A base is applied for, recognised, opened, withdrawn."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.services.bases.actions.keeping import BaseRefused, locked
from changle.services.bases.actions.operating import stop_contracts
from changle.services.bases.lifecycle import BASE, DECIDE, EDIT
from changle.services.bases.models import Base, OperatorContract
from changle.services.bases.queries.rules import standard_for


def apply(*, pk: int, by: Actor, now: datetime) -> Base:
    """Hand in the application: the standard of today holds for it from now on."""
    return move_base(pk, "apply", by=by, now=now)


@transaction.atomic
def recognise(
    *, pk: int, on: date, valid_until: date, number: str, note: str = "", by: Actor, now: datetime
) -> Base:
    row = locked(pk, by=by, needs=DECIDE)
    if on > timezone.localdate(now):
        raise BaseRefused("认定日期不能晚于今天。")
    if row.submitted_on and on < row.submitted_on:
        raise BaseRefused(f"认定日期不能早于申请日期 {row.submitted_on}。")
    if valid_until <= on:
        raise BaseRefused("有效期应晚于认定日期。")
    along = {
        "recognised_on": on, "valid_until": valid_until, "certificate_number": number,
        "recognised_by_id": by.user_id or None,
    }  # fmt: skip
    if Base.objects.filter(certificate_number=number).exclude(pk=pk).exists():
        raise BaseRefused("这个认定编号已经用过。")
    try:
        with transaction.atomic():
            return BASE.fire(pk, "recognise", by=by, now=now, note=note, along=along)
    except IntegrityError:
        raise BaseRefused("没有认定：编号已经用过，或申请人和认定人是同一人。") from None


@transaction.atomic
def move_base(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> Base:
    """A move that needs no form; with the day that belongs to it."""
    today = timezone.localdate(now)
    along: dict[str, Any] = {}
    if name == "build":
        along = {"built_on": today}
    elif name == "apply":
        row = locked(pk, by=by, needs=EDIT)
        along = {
            "submitted_by_id": by.user_id or None, "submitted_on": today,
            "standard": standard_for(row.tier, today), "recognised_by": None,
        }  # fmt: skip
    elif name == "return_application":
        along = {"standard": None, "submitted_by": None, "submitted_on": None}
    elif name == "open":
        row = locked(pk, by=by, needs=EDIT)
        along = {"opened_on": row.opened_on or today}
    elif name in {"withdraw", "drop"}:
        along = {"withdrawn_on": today}
    row = BASE.fire(pk, name, by=by, now=now, note=note, along=along)
    if name == "withdraw":
        stop_contracts(row, on=today, because=OperatorContract.Ending.BASE, by=by, now=now)
    return row
