"""The plan of a house: its storeys and desks, and the limits of stays in it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre, Space, Zone
from changle.services.leases.actions.allotting import LeaseRefused
from changle.services.leases.models import Desk, Floor, LeasedDesk, LeaseRule
from changle.services.leases.queries.terms import rule_of


EDIT = Permission.LEASE_EDIT
DM = 10  # decimetres in a metre
MOST_ROW = 60


def house(pk: int, *, by: Actor) -> Centre:
    return by.rows(Centre, EDIT).select_for_update(of=("self",)).select_related("node").get(pk=pk)


def kept(row: Any, *, but: set[str] | None = None) -> None:
    """Save, with what the database refuses told as a sentence."""
    try:
        row.validate_constraints(exclude=but)
        with transaction.atomic():
            row.save()
    except ValidationError as error:
        raise LeaseRefused("".join(error.messages)) from None
    except IntegrityError:
        raise LeaseRefused("与已有的编号或名称重复，请改一个。") from None


@transaction.atomic
def add_floor(
    *, centre: int, name: str, width: int, height: int, by: Actor, now: datetime
) -> Floor:
    """Metres."""
    row = Floor(centre=house(centre, by=by), name=name, width=width, height=height)
    kept(row)
    record(row, "add", by=by, at=now, note=name)
    return row


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """Desks of one kind side by side; the first at `x`, `y`, the gap between two, in decimetres."""

    first: str  # "A01": the following are numbered on
    count: int
    x: int
    y: int
    gap: int = 2
    width: int = 14
    height: int = 7
    kind: str = Desk.Kind.FIXED
    zone: Zone | None = None
    space: Space | None = None


def numbered(first: str, count: int) -> list[str]:
    """A01, A02, …; what does not end in digits can be given once."""
    stem = first.rstrip("0123456789")
    digits = first[len(stem) :]
    if not digits.isascii() or not digits:
        if count > 1:
            raise LeaseRefused("编号请以数字结尾，如 A01，后面的依次编号。")
        return [first]
    return [f"{stem}{int(digits) + n:0{len(digits)}d}" for n in range(count)]


@transaction.atomic
def add_desks(*, floor: int, row: DeskRow, by: Actor, now: datetime) -> list[Desk]:
    plan = by.rows(Floor, EDIT).select_for_update(of=("self",)).select_related("centre__node").get(pk=floor)  # fmt: skip
    if not 1 <= row.count <= MOST_ROW:
        raise LeaseRefused(f"一次添加 1 到 {MOST_ROW} 个。")
    if row.kind == Desk.Kind.OFFICE and row.count != 1:
        raise LeaseRefused("独立办公室请一间一间地添加。")
    right = row.x + row.count * row.width + (row.count - 1) * row.gap
    if right > plan.width * DM or row.y + row.height > plan.height * DM:
        raise LeaseRefused(
            f"超出了楼层（宽 {plan.width} 米，深 {plan.height} 米），请减少个数或改位置。"
        )
    if row.space is not None and row.space.centre_id != plan.centre_id:
        raise LeaseRefused("请选择本中心的房间。")
    desks = [
        Desk(
            centre=plan.centre, floor=plan, zone=row.zone, space=row.space, number=number,
            kind=row.kind, x=row.x + n * (row.width + row.gap), y=row.y, width=row.width,
            height=row.height, opened_on=timezone.localdate(now),
        )
        for n, number in enumerate(numbered(row.first, row.count))
    ]  # fmt: skip
    for desk in desks:
        kept(desk)
    record(plan, "add_desks", by=by, at=now, note="、".join(desk.number for desk in desks)[:500])
    return desks


@transaction.atomic
def retire_desk(*, pk: int, on: date, by: Actor, now: datetime) -> Desk:
    desk = by.rows(Desk, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if desk.retired_on is not None:
        raise LeaseRefused("这个工位已经停用。")
    if on < max(desk.opened_on, timezone.localdate(now)):
        raise LeaseRefused("停用日期不能早于今天和启用日期。")
    if LeasedDesk.objects.filter(desk=desk, ends_on__gt=on).exists():
        raise LeaseRefused("这个工位在停用日期之后还分配给组织，请先办理退还。")
    desk.retired_on = on
    desk.save(update_fields=["retired_on"])
    record(desk, "retire_desk", by=by, at=now, note=str(on))
    return desk


@transaction.atomic
def set_rule(*, centre: int, facts: dict[str, Any], by: Actor, now: datetime) -> LeaseRule:
    """The limits of this house; who operates it does not set them, the street does."""
    rows = by.rows(Centre, Permission.LEASE_DECIDE).select_for_update(of=("self",))
    place = rows.select_related("node").get(pk=centre)
    old = rule_of(place)
    row = LeaseRule.objects.filter(node=place.node).first() or LeaseRule(node=place.node)
    for name, value in facts.items():
        setattr(row, name, value)
    kept(row)
    before = {name: getattr(old, name) for name in facts} if old.pk != row.pk else {}
    record(row, "set_lease_rule", by=by, at=now, changes=changed(before, facts))
    return row
