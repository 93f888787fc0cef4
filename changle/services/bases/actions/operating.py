"""An operator comes under a contract and its people get their rights; both end on one day."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.files import store
from changle.core.files.stored import Upload
from changle.core.log import changed, record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.actions import Terms as GrantTerms
from changle.ground.territory.actions import end_grant, grant, invite
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import stand
from changle.ground.territory.roles import Permission
from changle.services.bases.lifecycle import HAND_OVER
from changle.services.bases.models import (
    Base,
    HandOver,
    HandOverItem,
    OperatorContract,
    OperatorStaff,
)
from changle.services.bases.queries.operators import OPERATOR, fault_of, grant_over


OPERATE = Permission.OPERATOR_EDIT
Ending = OperatorContract.Ending
USUAL_ITEMS = (
    (HandOverItem.Kind.ACCOUNTS, "平台账户、公众号、监控等系统的账户和密码"),
    (HandOverItem.Kind.KEYS, "大门、功能室、文件柜的钥匙和门禁卡"),
    (HandOverItem.Kind.MONEY, "资金余额、账簿、票据和押金"),
    (HandOverItem.Kind.DATA, "入驻组织档案、活动台账、照片和电子数据"),
    (HandOverItem.Kind.EQUIPMENT, "设备和物资，按清单清点"),
    (HandOverItem.Kind.CASES, "未结的预约、租用、借用、赔偿和投诉"),
)


class OperatorRefused(Refused):
    """The operator may not be engaged, replaced or staffed so."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the contract says."""

    number: str
    signed_on: date
    starts_on: date
    ends_on: date
    amount_fen: int
    duties: str = ""


def base_of(pk: int, *, by: Actor) -> Base:
    """The base as the only hand on its contracts; who may not edit them finds none."""
    rows = by.rows(Base, OPERATE).select_for_update(of=("self",))
    return rows.select_related("node").get(pk=pk)


def locked(pk: int, *, by: Actor, needs: str = OPERATE) -> OperatorContract:
    rows = by.rows(OperatorContract, needs).select_for_update(of=("self",))
    return rows.select_related("base__node", "organisation").get(pk=pk)


@transaction.atomic
def sign_contract(
    *, base: int, organisation: Organisation, terms: Contract, by: Actor, now: datetime,
    upload: Upload | None = None,
) -> OperatorContract:  # fmt: skip
    place = base_of(base, by=by)
    if place.state in {Base.State.PLANNED, Base.State.WITHDRAWN}:
        raise OperatorRefused(f"基地{place.state_label()}，还不能签运营合同。")
    if terms.starts_on < terms.signed_on:
        raise OperatorRefused("起始日期不能早于签订日期。")
    if terms.ends_on <= terms.starts_on:
        raise OperatorRefused("到期日期应晚于起始日期。")
    if fault := fault_of(organisation, timezone.localdate(now)):
        raise OperatorRefused(f"“{organisation.name}”不能作为运营机构：{fault}")
    row = OperatorContract(base=place, organisation=organisation, recorded_at=now, **asdict(terms))
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise OperatorRefused("".join(dict.fromkeys(error.messages))) from None
    except IntegrityError:
        raise OperatorRefused("这段时间已有运营机构，请先终止或更换。") from None
    if upload is not None:
        row.document = store(upload=upload, subject=row, needs=Permission.BASE_VIEW, by=by, now=now)
        row.save(update_fields=["document"])
    record(row, "sign_contract", by=by, at=now, note=terms.number)
    return row


@transaction.atomic
def end_contract(
    *, pk: int, on: date, because: str, note: str = "", by: Actor, now: datetime
) -> OperatorContract:
    """End it early; from that day its people hold nothing at the base."""
    row = locked(pk, by=by)
    today = timezone.localdate(now)
    if because == Ending.MISTAKE:
        on = row.starts_on
    elif on < today:
        raise OperatorRefused("终止日期不能早于今天：权限不能倒收。")
    return stop(row, on=on, because=because, note=note, by=by, now=now)


def stop(
    row: OperatorContract, *, on: date, because: str, by: Actor, now: datetime, note: str = ""
) -> OperatorContract:
    today = timezone.localdate(now)
    if row.ended_because:
        raise OperatorRefused("这份合同已经终止。")
    if row.ends_on <= today:
        raise OperatorRefused(f"合同已于 {row.ends_on} 到期。")
    on = max(on, row.starts_on)
    if on > row.ends_on:
        raise OperatorRefused(f"终止日期不能晚于到期日期 {row.ends_on}。")
    before = {"ends_on": row.ends_on, "ended_because": row.ended_because}
    row.ends_on, row.ended_because, row.ended_note = on, because, note
    row.save(update_fields=["ends_on", "ended_because", "ended_note"])
    for one in row.staff.filter(ended_on__isnull=True).select_related("grant__node", "grant__user"):
        close(one, on=max(on, today), by=by, now=now, reason=f"运营合同{row.number}终止")
    after = {"ends_on": on, "ended_because": because}
    record(row, "end_contract", by=by, at=now, note=note, changes=changed(before, after))
    tell(row, f"{row}自 {on} 起终止", needs=Permission.BASE_EDIT, by=by, at=now)
    return row


def stop_contracts(base: Base, *, on: date, because: str, by: Actor, now: datetime) -> None:
    """Follows from the end of the base, whose hand has been judged there."""
    rows = OperatorContract.objects.filter(base=base, ended_because="", ends_on__gt=on)
    for row in rows.select_for_update(of=("self",)).select_related("base__node", "organisation"):
        stop(row, on=on, because=because, by=by, now=now)


def close(one: OperatorStaff, *, on: date, by: Actor, now: datetime, reason: str) -> None:
    """End a person's grant on a day, unless it ends by then already, and their place in the team."""
    today = timezone.localdate(now)
    held = one.grant
    if stand(held, on=today) != "ended" and (held.ends_on is None or held.ends_on > on):
        end_grant(row=held, on=on, by=by, now=now, reason=reason[:200])
    one.ended_on = on
    one.save(update_fields=["ended_on"])


@transaction.atomic
def replace_operator(
    *, pk: int, organisation: Organisation, terms: Contract, note: str = "", by: Actor, now: datetime,
    upload: Upload | None = None,
) -> HandOver:  # fmt: skip
    """The next operator begins on the day on which the present one ends; the hand-over is opened."""
    old = locked(pk, by=by)
    base_of(old.base_id, by=by)
    if organisation.pk == old.organisation_id:
        raise OperatorRefused("接任的应是另一家机构；原机构续签请另签合同。")
    if terms.starts_on < timezone.localdate(now):
        raise OperatorRefused("更换日期不能早于今天：权限不能倒收。")
    if terms.starts_on < old.ends_on:
        stop(old, on=terms.starts_on, because=Ending.REPLACED, note=note, by=by, now=now)
    new = sign_contract(
        base=old.base_id, organisation=organisation, terms=terms, upload=upload, by=by, now=now
    )
    row = HandOver(old=old, new=new, opened_on=timezone.localdate(now))
    HAND_OVER.begin(row, HandOver.State.OPEN, at=now)
    if HandOver.objects.filter(old=old).exists():
        raise OperatorRefused("这份合同已经有交接清单。")
    row.save()
    HandOverItem.objects.bulk_create(
        HandOverItem(hand_over=row, kind=kind, what=what, sort=number * 10)
        for number, (kind, what) in enumerate(USUAL_ITEMS, 1)
    )
    record(row, "open_hand_over", by=by, at=now, target=row.state)
    record(old.base, "replace_operator", by=by, at=now,
           changes={"operator": [old.organisation.name, organisation.name]})  # fmt: skip
    return row


def refuse_staff(row: OperatorContract, today: date) -> None:
    if row.ended_because or row.ends_on <= today:
        raise OperatorRefused("合同已经终止，不能再添加人员。")


def rights(row: OperatorContract, post: str, today: date) -> GrantTerms:
    """The operator's role for as long as the contract lasts."""
    return GrantTerms(
        role=OPERATOR, starts_on=max(today, row.starts_on), ends_on=row.ends_on, post=post,
        reason=f"运营合同{row.number}"[:200],
    )  # fmt: skip


@transaction.atomic
def add_staff(*, pk: int, user: User, post: str = "", by: Actor, now: datetime) -> OperatorStaff:
    """Give a person the operator's role at the base.

    A role that somebody gave them earlier is bound to the contract, so that it ends with it.
    """
    row, today = locked(pk, by=by), timezone.localdate(now)
    refuse_staff(row, today)
    if OperatorStaff.objects.filter(contract=row, user=user, ended_on__isnull=True).exists():
        raise OperatorRefused("此人已在这份合同的运营人员中。")
    held = grant_over(user, row.base, max(today, row.starts_on))
    if held is None:
        held = grant(user=user, node=row.base.node, terms=rights(row, post, today), by=by, now=now)
    elif held.ends_on is None or held.ends_on > row.ends_on:
        end_grant(
            row=held, on=row.ends_on, by=by, now=now, reason=f"运营合同{row.number}", told=False
        )
    return enter(row, user, held, post, by=by, now=now)


@transaction.atomic
def invite_staff(
    *, pk: int, username: str, name: str, phone: str, password: str, post: str = "", by: Actor,
    now: datetime,
) -> OperatorStaff:  # fmt: skip
    """Open an account for a person of the operator, with the role from the contract's first day."""
    row, today = locked(pk, by=by), timezone.localdate(now)
    refuse_staff(row, today)
    terms = rights(row, post, today)
    user = invite(
        username=username, name=name, phone=phone, password=password, node=row.base.node,
        terms=terms, by=by, now=now,
    )  # fmt: skip
    held = Grant.objects.get(user=user, node=row.base.node, role=OPERATOR)
    return enter(row, user, held, post, by=by, now=now)


def enter(
    row: OperatorContract, user: User, held: Grant, post: str, *, by: Actor, now: datetime
) -> OperatorStaff:
    one = OperatorStaff.objects.create(contract=row, user=user, grant=held, post=post, added_at=now)
    record(row, "add_staff", by=by, at=now, note=post, changes={"staff": [None, user.pk]})
    return one


@transaction.atomic
def end_staff(*, pk: int, note: str = "", by: Actor, now: datetime) -> OperatorStaff:
    """A person leaves the operator's team: the role ends today."""
    rows = by.rows(OperatorStaff, OPERATE).select_for_update(of=("self",))
    one = rows.select_related("grant__node", "grant__user", "contract__base__node").get(pk=pk)
    if one.ended_on is not None:
        raise OperatorRefused("此人已不在运营人员中。")
    close(one, on=timezone.localdate(now), by=by, now=now, reason=note or "离开运营团队")
    record(
        one.contract, "end_staff", by=by, at=now, note=note, changes={"staff": [one.user_id, None]}
    )
    return one
