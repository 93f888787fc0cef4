"""The house says how it lends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre, LoanRule


@transaction.atomic
def set_loan_rule(*, centre: int, values: Mapping[str, Any], by: Actor, now: datetime) -> LoanRule:
    """`values`: columns of the rule by their names. One of the house, made where it had none."""
    house = by.rows(Centre, Permission.SPACE_EDIT).select_for_update(of=("self",)).get(pk=centre)
    row = LoanRule.objects.filter(centre=house).first() or LoanRule(centre=house)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record(house, "set_loan_rule", by=by, at=now, changes=changed(before, dict(values)))
    return row
