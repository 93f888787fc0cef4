"""A house is set up: what it is, its zones, its rules. Every deed raises its stamp."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.services.commons.models import Booking, Centre, Policy, SafetyCheck, Zone
from changle.services.commons.queries.houses import EDITS, SEATS, fresh, outside


USUAL_RULES = "通用规则"


class HouseRefused(Refused):
    """The house may not be set up so."""


class StandingIn(HouseRefused):
    """Accepted bookings stand where the change would be."""

    def __init__(self, told: str, bookings: Sequence[Booking]) -> None:
        super().__init__(told)
        self.bookings = list(bookings)


class FallOutside(StandingIn):
    """Accepted bookings would lie outside the new hours; the house must say that it knows."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        told = f"改后有 {len(bookings)} 个已确认的预约落在开放时间之外，预约不会自动取消。"
        super().__init__(told + "请看过名单、勾选“仍要保存”后再提交。", bookings)


def touch(centre_pk: int) -> None:
    """Let every process lay the house out anew; call it inside the transaction of the change."""
    Centre.objects.filter(pk=centre_pk).update(layout_stamp=F("layout_stamp") + 1)


def held(pk: int, by: Actor) -> Centre:
    """Lock a house, so that one hand at a time sets it up; strangers find none."""
    return by.rows(Centre, EDITS).select_for_update(of=("self",)).select_related("node").get(pk=pk)


def checked(row: models.Model) -> None:
    """Refuse what the constraints would refuse, in their own words."""
    try:
        row.full_clean(exclude={"priority"})  # an empty order is one: first come, first served
    except ValidationError as error:
        raise HouseRefused("".join(dict.fromkeys(error.messages))) from None


def keep(
    row: models.Model, facts: dict[str, Any], *, centre: Centre, by: Actor, now: datetime
) -> bool:
    """Save what differs of a row of the house, with its log; answers whether anything did."""
    is_new = row.pk is None
    before = {name: None if is_new else getattr(row, name) for name in facts}
    differs = changed(before, facts)
    if not (differs or is_new):
        return False
    for name, value in facts.items():
        setattr(row, name, value)
    checked(row)
    row.save()
    verb = "add" if is_new else "edit"
    record(row, verb, by=by, at=now, changes=differs, path=str(centre.node.path))
    touch(centre.pk)
    return True


def weighed(centre: Centre, deed: Callable[[], Any], *, sure: bool, now: datetime) -> list[Booking]:
    """Do it; answers which accepted bookings it newly leaves outside the hours of their room.

    Without `sure` these are reason enough to undo it: raises FallOutside.
    """
    before = outside(fresh(centre.pk), now)
    deed()
    after = outside(fresh(centre.pk), now)
    left = [booking for pk, booking in after.items() if pk not in before]
    if left and not sure:
        raise FallOutside(left)
    return left


@transaction.atomic
def add_centre(*, node: Node, facts: dict[str, Any], by: Actor, now: datetime) -> Centre:
    """A house for a centre or a community, with one set of rules to begin with."""
    seat = by.rows(Node, EDITS).select_for_update().get(pk=node.pk)
    if seat.kind not in SEATS or seat.ends_on is not None:
        raise HouseRefused("只能为未撤销的中心或社区设立共享场地。")
    if Centre.objects.filter(node=seat).exists():
        raise HouseRefused("这里已经设立了共享场地。")
    centre = Centre(node=seat, **facts)
    checked(centre)
    centre.save()
    record(centre, "add", by=by, at=now)
    Policy.objects.create(centre=centre, name=USUAL_RULES, priority=usual_order())
    touch(centre.pk)
    return centre


def usual_order() -> list[str]:
    return [str(one) for one in Booking.Class.values]


@transaction.atomic
def edit_centre(
    *, pk: int, facts: dict[str, Any], by: Actor, now: datetime, sure: bool = False
) -> list[Booking]:
    """Answers the bookings that it leaves outside the hours: holidays, or the day it closes."""
    centre = held(pk, by)
    return weighed(
        centre, lambda: keep(centre, facts, centre=centre, by=by, now=now), sure=sure, now=now
    )


@transaction.atomic
def set_zone(
    *, centre_pk: int, facts: dict[str, Any], by: Actor, now: datetime, pk: int | None = None
) -> Zone:
    centre = held(centre_pk, by)
    zone = Zone(centre=centre) if pk is None else centre.zones.get(pk=pk)
    keep(zone, facts, centre=centre, by=by, now=now)
    return zone


@transaction.atomic
def end_zone(*, centre_pk: int, pk: int, by: Actor, now: datetime) -> None:
    """Its rooms stay, in no zone."""
    centre = held(centre_pk, by)
    zone = centre.zones.get(pk=pk)
    record(zone, "end_zone", by=by, at=now, path=str(centre.node.path))
    zone.delete()
    touch(centre.pk)


@transaction.atomic
def set_policy(
    *, centre_pk: int, facts: dict[str, Any], by: Actor, now: datetime, pk: int | None = None
) -> Policy:
    """Rules bind from now on; what has been accepted stays accepted."""
    centre = held(centre_pk, by)
    policy = Policy(centre=centre) if pk is None else centre.policies.get(pk=pk)
    keep(policy, facts, centre=centre, by=by, now=now)
    return policy


@transaction.atomic
def enter_check(
    *, centre_pk: int, facts: dict[str, Any], by: Actor, now: datetime, today: date
) -> SafetyCheck:
    centre = held(centre_pk, by)
    if facts["checked_on"] > today:
        raise HouseRefused("检查日期不能晚于今天。")
    check = SafetyCheck(centre=centre, **facts)
    checked(check)
    check.save()
    record(check, "check", by=by, at=now, changes=changed({}, facts), path=str(centre.node.path))
    touch(centre.pk)
    return check
