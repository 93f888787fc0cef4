"""What a house does for a body, each deed told by one side and confirmed by the other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.lifecycle import PLAN_ITEM
from changle.services.incubation.models import (
    DIMENSIONS,
    MOST_LEVEL,
    Delivery,
    Diagnosis,
    Incubatee,
    Mentor,
    Mentoring,
    PlanItem,
)
from changle.services.incubation.queries.growing import proposals


VIEW, EDIT = Permission.INCUBATION_VIEW, Permission.INCUBATION_EDIT
APPLY = Permission.INCUBATION_APPLY
S = Incubatee.State
MOST_MINUTES = 1440  # of one delivery


def growing(pk: int, needs: str, by: Actor) -> Incubatee:
    """The body, while the house serves it."""
    rows = by.rows(Incubatee, needs).select_for_update(of=("self",))
    row = rows.select_related("organisation__node", "call__centre__node").get(pk=pk)
    if row.state not in Incubatee.INSIDE:
        raise IncubationRefused("只有签约后、离开前才有孵化服务。")
    return row


@transaction.atomic
def diagnose(
    *, incubatee: int, side: str, levels: Mapping[str, int], remark: str, by: Actor, now: datetime
) -> Diagnosis:
    """One side's view of today; told again on the same day it takes the place of the former."""
    needs = APPLY if side == Diagnosis.Side.BODY else EDIT
    row = growing(incubatee, needs, by)
    if side not in Diagnosis.Side.values:
        raise IncubationRefused("请选择评估方。")
    if set(levels) != set(DIMENSIONS):
        raise IncubationRefused("请给八个方面都打分。")
    if any(type(one) is not int or not 0 <= one <= MOST_LEVEL for one in levels.values()):
        raise IncubationRefused(f"每个方面 0 到 {MOST_LEVEL} 分。")
    one, _new = Diagnosis.objects.update_or_create(
        incubatee=row, side=side, on=timezone.localdate(now),
        defaults={"levels": dict(levels), "remark": remark.strip()[:500],
                  "made_by_id": by.user_id or None, "made_at": now},
    )  # fmt: skip
    record(row, "diagnose_side", by=by, at=now, note=one.get_side_display())
    return one


@transaction.atomic
def propose_plan(*, incubatee: int, by: Actor, now: datetime) -> list[PlanItem]:
    """Put down what the rules propose now; people choose."""
    row = growing(incubatee, EDIT, by)
    found = []
    for one in proposals(row, timezone.localdate(now)):
        item = PlanItem(
            incubatee=row, kind=one.kind, title=one.title, rule=one.code, why=one.why,
            minutes=one.minutes, provider=row.call.centre.name,
        )  # fmt: skip
        PLAN_ITEM.begin(item, PlanItem.State.PROPOSED, at=now).save()
        found.append(item)
    if found:
        record(row, "propose_plan", by=by, at=now, note=f"{len(found)} 项")
    return found


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a plan says of one service; `amount_fen` of a micro-grant alone."""

    kind: str
    title: str
    minutes: int = 0
    provider: str = ""
    wanted_by: date | None = None
    amount_fen: int = 0


def checked(service: Service) -> Service:
    if service.kind not in PlanItem.Kind.values:
        raise IncubationRefused("请选择服务类别。")
    if not service.title.strip():
        raise IncubationRefused("请写明服务。")
    if service.amount_fen and service.kind != PlanItem.Kind.GRANT:
        raise IncubationRefused("只有微资助可以填金额。")
    return service


@transaction.atomic
def add_item(*, incubatee: int, service: Service, by: Actor, now: datetime) -> PlanItem:
    """What people add is chosen at once."""
    row = growing(incubatee, EDIT, by)
    item = PlanItem(incubatee=row, **asdict(checked(service)))
    PLAN_ITEM.begin(item, PlanItem.State.CHOSEN, at=now).save()
    record(row, "add_item", by=by, at=now, note=item.title)
    return item


@transaction.atomic
def change_item(*, pk: int, service: Service, by: Actor, now: datetime) -> PlanItem:
    item = by.rows(PlanItem, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if item.state in {PlanItem.State.DONE, PlanItem.State.DROPPED}:
        raise IncubationRefused("已完成或不采用的服务不能再改。")
    facts = asdict(checked(service))
    for name, told in facts.items():
        setattr(item, name, told)
    item.save(update_fields=list(facts))
    record(item.incubatee, "change_item", by=by, at=now, note=item.title)
    return item


@transaction.atomic
def step_item(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> PlanItem:
    item = PLAN_ITEM.fire(pk, name, by=by, now=now, note=note)
    label = PLAN_ITEM.moves[name].label
    record(item.incubatee, "step_item", by=by, at=now, note=f"{item.title}：{label}")
    return item


@dataclass(frozen=True, kw_only=True)
class Given:
    """A service as it was given."""

    on: date
    minutes: int
    topic: str
    provider: str = ""
    output: str = ""
    mentor: int | None = None


@transaction.atomic
def deliver(*, item: int, given: Given, by: Actor, now: datetime) -> Delivery:
    rows = by.rows(PlanItem, EDIT).select_related("incubatee__organisation")
    row = rows.get(pk=item)
    body = growing(row.incubatee_id, EDIT, by)
    if row.state != PlanItem.State.CHOSEN:
        raise IncubationRefused("先选定这项服务，再记录。")
    if given.on > timezone.localdate(now):
        raise IncubationRefused("服务日期不能晚于今天。")
    if body.starts_on and given.on < body.starts_on:
        raise IncubationRefused(f"服务日期不能早于孵化开始的 {body.starts_on}。")
    if not 1 <= given.minutes <= MOST_MINUTES:
        raise IncubationRefused("时长应在 1 分钟到 24 小时之间。")
    if not given.topic.strip():
        raise IncubationRefused("请写明内容。")
    mentor = None
    if given.mentor is not None:
        mentor = Mentor.objects.filter(pk=given.mentor, centre=body.call.centre_id).first()
        if mentor is None:
            raise IncubationRefused("没有这位导师。")
    one = Delivery.objects.create(
        incubatee=body, item=row, mentor=mentor, on=given.on, minutes=given.minutes,
        provider=given.provider.strip() or (mentor.name if mentor else row.provider),
        topic=given.topic.strip(), output=given.output.strip(),
        recorded_by_id=by.user_id or None, recorded_at=now,
    )  # fmt: skip
    record(body, "deliver", by=by, at=now, note=f"{row.title}：{one.topic}，{one.minutes} 分钟")
    tell(body, f"{body.organisation.name}：请确认 {one.on} 的服务“{one.topic}”", needs=APPLY, by=by,
         at=now, url=f"/desk/incubation/{body.pk}/plan/")  # fmt: skip
    return one


def waiting(pk: int, by: Actor) -> Delivery:
    rows = by.rows(Delivery, APPLY).select_for_update(of=("self",))
    one = rows.select_related("incubatee__organisation", "item").get(pk=pk)
    if one.confirmed_at or one.disputed_because:
        raise IncubationRefused("这条服务记录已经答复。")
    if one.recorded_by_id and one.recorded_by_id == by.user_id:
        raise IncubationRefused("谁记录谁不能确认。")
    return one


@transaction.atomic
def confirm_delivery(
    *, pk: int, satisfaction: int | None, remark: str, by: Actor, now: datetime
) -> Delivery:
    """The body says that it was so, and how it was: 1 to 5."""
    one = waiting(pk, by)
    if satisfaction is not None and satisfaction not in range(1, 6):
        raise IncubationRefused("满意度为 1 至 5 分。")
    one.confirmed_by_id, one.confirmed_at = by.user_id or None, now
    one.satisfaction, one.remark = satisfaction, remark.strip()[:300]
    one.save(update_fields=["confirmed_by", "confirmed_at", "satisfaction", "remark"])
    record(one.incubatee, "confirm_delivery", by=by, at=now, note=one.topic)
    return one


@transaction.atomic
def dispute_delivery(*, pk: int, because: str, by: Actor, now: datetime) -> Delivery:
    """It was not so: the record stays, and counts nowhere."""
    one = waiting(pk, by)
    if not because.strip():
        raise IncubationRefused("请写明原因。")
    one.disputed_because = because.strip()[:300]
    one.save(update_fields=["disputed_because"])
    record(one.incubatee, "dispute_delivery", by=by, at=now, note=one.disputed_because)
    tell(one.incubatee, f"{one.incubatee}：组织不认可一条服务记录", needs=EDIT, by=by, at=now)
    return one


@transaction.atomic
def add_mentor(
    *, centre: int, name: str, about: str, dimensions: Sequence[str], user: int | None = None,
    by: Actor, now: datetime,
) -> Mentor:  # fmt: skip
    house = by.rows(Centre, EDIT).get(pk=centre)
    if not name.strip():
        raise IncubationRefused("请写明姓名。")
    if set(dimensions) - set(DIMENSIONS):
        raise IncubationRefused("没有这样的方面。")
    if Mentor.objects.filter(centre=house, name=name.strip()).exists():
        raise IncubationRefused("这位导师已在名单上。")
    one = Mentor.objects.create(
        centre=house, name=name.strip(), about=about.strip(), dimensions=list(dimensions),
        user_id=user,
    )  # fmt: skip
    record(one, "add_mentor", by=by, at=now)
    return one


@transaction.atomic
def accompany(*, incubatee: int, mentor: int, by: Actor, now: datetime) -> Mentoring:
    row = growing(incubatee, EDIT, by)
    one = Mentor.objects.filter(pk=mentor, centre=row.call.centre_id, is_active=True).first()
    if one is None:
        raise IncubationRefused("请从本中心在任的导师里选择。")
    if Mentoring.objects.filter(incubatee=row, mentor=one, ends_on__isnull=True).exists():
        raise IncubationRefused("这位导师正在陪伴这个组织。")
    new = Mentoring.objects.create(incubatee=row, mentor=one, starts_on=timezone.localdate(now))
    record(row, "accompany", by=by, at=now, note=one.name)
    return new


@transaction.atomic
def part(*, pk: int, by: Actor, now: datetime) -> Mentoring:
    """The mentor goes; that they were there stays, and keeps them off the panel."""
    one = by.rows(Mentoring, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if one.ends_on is not None:
        raise IncubationRefused("结对已经结束。")
    one.ends_on = timezone.localdate(now)
    one.save(update_fields=["ends_on"])
    record(one.incubatee, "part", by=by, at=now, note=one.mentor.name)
    return one
