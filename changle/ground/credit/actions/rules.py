"""The bureau keeps the grounds of the lists and the numbers of the rules; nothing of them is deleted."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.credit.actions.recording import CreditRefused
from changle.ground.credit.models import CreditRule, ListGround
from changle.ground.credit.queries.rules import in_force, in_words
from changle.ground.registry.queries.rulebook import PARAMETERS, Parameter
from changle.ground.territory.roles import Permission


LEAP_YEAR = 2024


def refuse_strangers(by: Actor) -> None:
    if not by.holds(Permission.DICTIONARY_EDIT):
        raise CreditRefused("信用规则由区民政局维护。")


@transaction.atomic
def set_number(
    *, name: str, value: int, starts_on: date, source: str, by: Actor, now: datetime
) -> CreditRule:
    """A number from today or later on: what was judged before is judged as it was."""
    refuse_strangers(by)
    one = PARAMETERS[name]
    if starts_on < timezone.localdate(now):
        raise CreditRefused("新的数值只能自今天或以后某天起施行。")
    if not source.strip():
        raise CreditRefused("请写明依据。")
    refuse_nonsense(one, value)
    before = in_words(one, in_force(starts_on).get(name, one.value))
    try:
        with transaction.atomic():
            row = CreditRule.objects.create(
                name=name, value=value, starts_on=starts_on, source=source, recorded_at=now,
                recorded_by_id=by.user_id or None,
            )  # fmt: skip
    except IntegrityError:
        raise CreditRefused("这个参数在这一天已有数值，请另选一天。") from None
    record(row, "set_credit_rule", by=by, at=now, note=f"{one.label}；{source}",
           changes={"value": [before, in_words(one, value)]})  # fmt: skip
    return row


def refuse_nonsense(one: Parameter, value: int) -> None:
    if one.unit == "月日":
        try:
            date(LEAP_YEAR, *divmod(value, 100))
        except ValueError:
            raise CreditRefused("请填写月日四位数，例如 531 表示 5 月 31 日。") from None
    elif not one.least <= value <= one.most:
        raise CreditRefused(f"数值应在 {one.least} 到 {one.most} 之间。")


@transaction.atomic
def add_ground(
    *, list_: str, code: str, name: str, source: str, by: Actor, now: datetime
) -> ListGround:
    refuse_strangers(by)
    rows = ListGround.objects.filter(list=list_)
    if rows.filter(name=name, retired_on__isnull=True).exists():
        raise CreditRefused("这个名录已有同样的事由。")
    last = rows.order_by("-sort", "-pk").first()
    try:
        with transaction.atomic():
            row = ListGround.objects.create(
                list=list_, code=code, name=name, source=source, sort=last.sort + 1 if last else 1
            )
    except IntegrityError:
        raise CreditRefused("这个名录已有这个代码的事由。") from None
    record(row, "add", by=by, at=now, note=f"{row.get_list_display()}：{name}")
    return row


@transaction.atomic
def retire_ground(*, pk: int, on: date, by: Actor, now: datetime) -> ListGround:
    """From that day on nobody is listed for it; who is, stays."""
    refuse_strangers(by)
    row = ListGround.objects.select_for_update().get(pk=pk)
    if row.retired_on is not None:
        raise CreditRefused("这一事由已经停用。")
    row.retired_on = on
    row.save(update_fields=["retired_on"])
    record(row, "retire", by=by, at=now, changes={"retired_on": [None, on.isoformat()]})
    return row
