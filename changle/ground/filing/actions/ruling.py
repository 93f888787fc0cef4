from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.filing.actions.applying import FilingRefused
from changle.ground.filing.actions.numbering import SERIAL, YEAR
from changle.ground.filing.models import FilingRule
from changle.ground.territory.queries import district
from changle.ground.territory.roles import Permission


@transaction.atomic
def set_rule(*, values: dict[str, Any], by: Actor, now: datetime) -> FilingRule:
    """Lay down what holds from a day on; what held before stays as it was, for what was judged by it."""
    root = district()
    path = str(root.path) if root else ""
    if not by.holds_at(Permission.FILING_RULE, path):
        raise FilingRefused("备案条件由区民政局维护。")
    rule = FilingRule(recorded_at=now, **values)
    if SERIAL not in rule.number_format or YEAR not in rule.number_format:
        raise FilingRefused(f"备案编号格式须含 {YEAR} 和 {SERIAL}。")
    try:
        rule.full_clean()
        with transaction.atomic():
            rule.save(force_insert=True)
    except ValidationError as error:
        raise FilingRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError:
        raise FilingRefused("同一天起已有一套条件。") from None
    record(rule, "set_rule", by=by, at=now, path=path, note=rule.note)
    return rule
