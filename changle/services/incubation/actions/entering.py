"""A house calls, and a body applies."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Call, Incubatee
from changle.services.incubation.queries.conditions import CONDITIONS, standing_to


S = Incubatee.State


class IncubationRefused(Refused):
    """It may not be so; the message is for the person who asked."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a call says; `closes_on` is the first day on which nobody may apply."""

    title: str
    opens_on: date
    closes_on: date
    conditions: Sequence[str] = ()
    panel_size: int = 3
    places: int = 15
    virtual_places: int = 15
    is_anonymous: bool = False


@transaction.atomic
def open_call(*, centre: int, terms: Terms, by: Actor, now: datetime) -> Call:
    house = by.rows(Centre, Permission.INCUBATION_EDIT).get(pk=centre)
    if terms.closes_on <= terms.opens_on:
        raise IncubationRefused("截止日期应晚于开始日期。")
    if not terms.title.strip():
        raise IncubationRefused("请写明公告名称。")
    if terms.panel_size not in {3, 5, 7, 9}:
        raise IncubationRefused("评审人数应为 3、5、7 或 9 人。")
    if strange := set(terms.conditions) - set(CONDITIONS):
        raise IncubationRefused(f"没有这样的条件：{'、'.join(sorted(strange))}。")
    if terms.places + terms.virtual_places < 1:
        raise IncubationRefused("实地和虚拟名额至少有一个。")
    facts = asdict(terms) | {"title": terms.title.strip(), "conditions": list(terms.conditions)}
    row = Call.objects.create(centre=house, **facts)
    record(row, "open_call", by=by, at=now)
    return row


@transaction.atomic
def apply(
    *, call: int, organisation: int, plan: str, is_virtual: bool, by: Actor, now: datetime
) -> Incubatee:
    """Calls are public; a body applies only from its own place."""
    bodies = by.rows(Organisation, Permission.INCUBATION_APPLY).select_related("node")
    body = bodies.select_for_update(of=("self",)).get(pk=organisation)
    row = Call.objects.select_related("centre__node").get(pk=call)
    today = timezone.localdate(now)
    if not row.opens_on <= today < row.closes_on:
        raise IncubationRefused("现在不在申请时间内。")
    if against := [one.why for one in standing_to(row, body, today) if not one.ok]:
        raise IncubationRefused(f"还不能申请：{''.join(against)}")
    if not plan.strip():
        raise IncubationRefused("请写明项目和发展计划。")
    if Incubatee.objects.filter(organisation=body).exclude(state__in=Incubatee.OVER).exists():
        raise IncubationRefused("这个组织已有办理中的孵化申请。")
    new = Incubatee(
        call=row, organisation=body, plan=plan.strip(), is_virtual=is_virtual, applied_at=now
    )
    INCUBATEE.begin(new, S.APPLIED, at=now).save()
    record(new, "apply", by=by, at=now, target=new.state)
    return new
