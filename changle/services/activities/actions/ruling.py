"""The bureau sets what is asked of activities, the words for them, and what people agree to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.summing import forget_sums
from changle.services.activities.models import ConsentText, Rule, Term
from changle.services.activities.queries.plans import TEXTS


class RuleRefused(Refused):
    """The rule, word or text may not be set so."""


def only_bureau(by: Actor) -> None:
    """Words and rules lie nowhere: who holds the right somewhere holds it for the district."""
    if not by.holds(Permission.ACTIVITY_RULE):
        raise RuleRefused("活动规则由区里维护。")


@transaction.atomic
def set_rule(*, facts: Mapping[str, int], by: Actor, now: datetime) -> Rule:
    only_bureau(by)
    row, _new = Rule.objects.select_for_update().get_or_create(name="rule")
    before = {name: getattr(row, name) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    record(row, "set_rule", by=by, at=now, changes=changed(before, dict(facts)))
    forget_sums()
    return row


@transaction.atomic
def issue_text(*, kind: str, text: str, by: Actor, now: datetime) -> ConsentText:
    """A new version, for what is published from today on; who signed before agreed to the old."""
    only_bureau(by)
    if not text.strip():
        raise RuleRefused("请填写全文。")
    last = ConsentText.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
    row = ConsentText.objects.create(
        kind=kind, version=last + 1, text=text.strip(), issued_on=timezone.localdate(now)
    )
    record(row, "issue_text", by=by, at=now, changes={"version": [last or None, row.version]})
    transaction.on_commit(lambda: cache.delete(TEXTS))
    return row


@transaction.atomic
def add_term(*, facts: Mapping[str, Any], by: Actor, now: datetime) -> Term:
    only_bureau(by)
    if Term.objects.filter(list=facts["list"], code=facts["code"]).exists():
        raise RuleRefused("本表已有这个代码。")
    row = Term.objects.create(**facts)
    record(row, "add", by=by, at=now, changes={"name": [None, row.name]})
    return row


@transaction.atomic
def retire_term(*, pk: int, on: date | None, by: Actor, now: datetime) -> Term:
    """No longer offered from that day; what bears the word keeps it. None: offered again."""
    only_bureau(by)
    row = Term.objects.select_for_update().get(pk=pk)
    before, row.retired_on = {"retired_on": row.retired_on}, on
    row.save(update_fields=["retired_on"])
    record(row, "retire", by=by, at=now, changes=changed(before, {"retired_on": on}))
    return row
