"""Targets are set, told and verified; checks are held; the hand-over is confirmed by both sides."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import store
from changle.core.files.stored import Upload
from changle.core.indicators import CATALOGUE
from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.bases.actions.operating import OPERATE, OperatorRefused, locked
from changle.services.bases.lifecycle import CHECK, EDIT, HAND_OVER
from changle.services.bases.models import (
    HandOver,
    HandOverItem,
    OperatorCheck,
    OperatorTarget,
)
from changle.services.bases.queries.operators import is_staff


VIEW = Permission.BASE_VIEW


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A target: what, how much, from a day until before another one."""

    name: str
    target: int
    starts_on: date
    ends_on: date
    indicator: str = ""
    unit: str = ""


@transaction.atomic
def add_target(*, pk: int, promise: Promise, by: Actor, now: datetime) -> OperatorTarget:
    row = locked(pk, by=by)
    facts = asdict(promise)
    if promise.indicator:
        counted = CATALOGUE.get(promise.indicator)
        if counted is None:
            raise OperatorRefused("没有这个指标。")
        facts["unit"] = counted.unit[:10]
        facts["name"] = promise.name or counted.name
    if not facts["name"]:
        raise OperatorRefused("手工申报的目标请写名称。")
    one = OperatorTarget(contract=row, **facts)
    try:
        one.validate_constraints()
        with transaction.atomic():
            one.save()
    except (ValidationError, IntegrityError) as error:
        told = error.messages if isinstance(error, ValidationError) else ["没有保存，请核对。"]
        raise OperatorRefused("".join(told)) from None
    record(row, "add_target", by=by, at=now, changes={one.name: [None, one.target]})
    return one


@transaction.atomic
def drop_target(*, pk: int, by: Actor, now: datetime) -> None:
    one = by.rows(OperatorTarget, OPERATE).select_related("contract__base__node").get(pk=pk)
    record(one.contract, "drop_target", by=by, at=now, changes={one.name: [one.target, None]})
    one.delete()


@transaction.atomic
def declare_target(
    *, pk: int, done: int, note: str, upload: Upload | None = None, by: Actor, now: datetime
) -> OperatorTarget:
    """What the operator says to have done where no indicator counts it; not yet verified."""
    rows = by.rows(OperatorTarget, EDIT).select_for_update(of=("self",))
    one = rows.select_related("contract__base__node").get(pk=pk)
    if one.indicator:
        raise OperatorRefused("这个目标由系统计数，不能手填。")
    if upload is not None:
        one.evidence = store(upload=upload, subject=one, needs=VIEW, by=by, now=now)
    if one.evidence is None:
        raise OperatorRefused("请附佐证材料。")
    before = one.declared
    one.declared, one.evidence_note = done, note
    one.declared_by_id, one.declared_at = by.user_id or None, now
    one.verified_by, one.verified_at = None, None
    one.save()
    record(
        one.contract, "declare_target", by=by, at=now, note=note, changes={one.name: [before, done]}
    )
    return one


@transaction.atomic
def verify_target(*, pk: int, by: Actor, now: datetime) -> OperatorTarget:
    rows = by.rows(OperatorTarget, OPERATE).select_for_update(of=("self",))
    one = rows.select_related("contract__base__node").get(pk=pk)
    if one.declared is None:
        raise OperatorRefused("还没有申报，不能核实。")
    if by.user_id and one.declared_by_id == by.user_id:
        raise OperatorRefused("谁申报谁不能核实，请由其他工作人员办理。")
    one.verified_by_id, one.verified_at = by.user_id or None, now
    one.save(update_fields=["verified_by", "verified_at"])
    record(one.contract, "verify_target", by=by, at=now, changes={one.name: [None, one.declared]})
    return one


@transaction.atomic
def check_operator(
    *, pk: int, on: date, subject: str, findings: str = "", due_on: date | None = None, by: Actor,
    now: datetime,
) -> OperatorCheck:  # fmt: skip
    """Enter what was seen on the spot; without findings there is nothing left to do."""
    contract, today = locked(pk, by=by), timezone.localdate(now)
    if on > today or on < contract.starts_on:
        raise OperatorRefused("检查日期应在合同开始之后、不晚于今天。")
    if findings and due_on is not None and due_on < on:
        raise OperatorRefused("整改期限不能早于检查日期。")
    state = OperatorCheck.State.OPEN if findings else OperatorCheck.State.CLOSED
    row = OperatorCheck(
        contract=contract, on=on, subject=subject, findings=findings,
        checked_by_id=by.user_id or None, closed_on=None if findings else on,
    )  # fmt: skip
    CHECK.begin(row, state, at=now)
    if findings and due_on is not None:
        row.due_on = due_on
    row.save()
    record(row, "check_operator", by=by, at=now, target=row.state, note=subject)
    if findings:
        tell(row, f"{row}：请在 {row.due_on} 前整改", needs=EDIT, by=by, at=now,
             url=f"/desk/bases/checks/{row.pk}/")  # fmt: skip
    return row


@transaction.atomic
def remedy(
    *, pk: int, remedy: str, upload: Upload | None = None, by: Actor, now: datetime
) -> OperatorCheck:
    rows = by.rows(OperatorCheck, EDIT).select_for_update(of=("self",))
    row = rows.select_related("contract__base__node").get(pk=pk)
    along: dict[str, Any] = {
        "remedy": remedy, "remedied_by_id": by.user_id or None,
        "remedied_on": timezone.localdate(now),
    }  # fmt: skip
    if upload is not None:
        along["evidence"] = store(upload=upload, subject=row, needs=VIEW, by=by, now=now)
    return CHECK.fire(pk, "remedy", by=by, now=now, along=along)


@transaction.atomic
def move_check(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> OperatorCheck:
    along = {"closed_on": timezone.localdate(now)} if name == "accept" else {}
    return CHECK.fire(pk, name, by=by, now=now, note=note, along=along)


def hand_over_of(pk: int, *, by: Actor, needs: str = EDIT) -> HandOver:
    rows = by.rows(HandOver, needs).select_for_update(of=("self",))
    row = rows.select_related("old__base__node", "new__base__node").get(pk=pk)
    if row.state != HandOver.State.OPEN:
        raise OperatorRefused(f"交接{row.state_label()}，不能再改。")
    return row


@transaction.atomic
def add_item(
    *, pk: int, kind: str, what: str, note: str = "", by: Actor, now: datetime
) -> HandOverItem:
    row = hand_over_of(pk, by=by)
    one = HandOverItem.objects.create(
        hand_over=row, kind=kind, what=what, note=note, sort=1000 + row.items.count()
    )
    record(row, "add_item", by=by, at=now, note=what)
    return one


def sides(row: HandOver, by: Actor) -> tuple[bool, bool]:
    """Whether a person speaks for the leaving and for the coming operator."""
    return is_staff(by.user_id, row.old), is_staff(by.user_id, row.new)


@transaction.atomic
def give(*, pk: int, item: int, signed_by: str = "", by: Actor, now: datetime) -> HandOverItem:
    """The leaving side confirms a line; where it has no access any more the office enters its signature."""
    row = hand_over_of(pk, by=by)
    one = row.items.select_for_update().get(pk=item)
    leaves, _comes = sides(row, by)
    if not leaves and not by.reaches(row, OPERATE):
        raise OperatorRefused("移交由原运营机构的人员确认；没有账户的，由街道登记签字人。")
    if not leaves and not signed_by:
        raise OperatorRefused("请写明原运营机构在清单上签字的人。")
    if one.given_at is not None:
        raise OperatorRefused("这一项已经移交确认。")
    one.given_by_id, one.given_at, one.given_for = by.user_id or None, now, signed_by
    one.save()
    record(row, "give", by=by, at=now, note=one.what)
    return one


@transaction.atomic
def receive(*, pk: int, item: int, by: Actor, now: datetime) -> HandOverItem:
    """The coming side confirms a line that the other side has confirmed."""
    row = hand_over_of(pk, by=by)
    one = row.items.select_for_update().get(pk=item)
    if not sides(row, by)[1]:
        raise OperatorRefused("接收由新运营机构的人员确认，请先在新合同里添加人员。")
    if one.given_at is None:
        raise OperatorRefused("移交方确认后才能接收。")
    if one.received_at is not None:
        raise OperatorRefused("这一项已经接收。")
    if one.given_by_id == by.user_id:
        raise OperatorRefused("移交和接收须由两个人确认。")
    one.received_by_id, one.received_at = by.user_id or None, now
    one.save()
    record(row, "receive", by=by, at=now, note=one.what)
    return one


@transaction.atomic
def move_hand_over(pk: int, name: str, *, by: Actor, now: datetime, note: str = "") -> HandOver:
    along = {"done_on": timezone.localdate(now)} if name == "finish" else {}
    return HAND_OVER.fire(pk, name, by=by, now=now, note=note, along=along)
