"""The bureau sets what must be reported, how early, and who looks at it."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.matters.actions.reporting import MatterRefused
from changle.ground.matters.models import LicenceRule, MatterType, ReviewRule
from changle.ground.territory.roles import Permission


Row = MatterType | LicenceRule | ReviewRule


def refuse_strangers(by: Actor) -> None:
    if not by.holds(Permission.MATTER_RULE):
        raise MatterRefused("重大事项规则由区民政局维护。")


def set_facts(row: Row, facts: dict[str, Any], *, by: Actor, now: datetime) -> None:
    before = {name: getattr(row, name) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise MatterRefused("".join(error.messages)) from None
    new = row.pk is None
    row.save()
    record(row, "add" if new else "change", by=by, at=now, changes=changed(before, facts))


@transaction.atomic
def save_type(*, pk: int | None, facts: dict[str, Any], by: Actor, now: datetime) -> MatterType:
    refuse_strangers(by)
    row = MatterType.objects.select_for_update().get(pk=pk) if pk else MatterType()
    set_facts(row, facts, by=by, now=now)
    return row


@transaction.atomic
def retire_type(*, pk: int, on: date, by: Actor, now: datetime) -> MatterType:
    """From that day on nobody chooses it; the reports that bear it keep it."""
    refuse_strangers(by)
    row = MatterType.objects.select_for_update().get(pk=pk)
    if row.retired_on is not None:
        raise MatterRefused("这类事项已经停用。")
    row.retired_on = on
    row.save(update_fields=["retired_on"])
    record(row, "retire", by=by, at=now, changes={"retired_on": [None, on.isoformat()]})
    return row


@transaction.atomic
def change_licence_rule(*, pk: int, facts: dict[str, Any], by: Actor, now: datetime) -> LicenceRule:
    refuse_strangers(by)
    row = LicenceRule.objects.select_for_update().get(pk=pk)
    set_facts(row, facts, by=by, now=now)
    return row


@transaction.atomic
def change_review_rule(*, facts: dict[str, Any], by: Actor, now: datetime) -> ReviewRule:
    refuse_strangers(by)
    ReviewRule.objects.get_or_create(name="rule")
    row = ReviewRule.objects.select_for_update().get(name="rule")
    set_facts(row, facts, by=by, now=now)
    return row
