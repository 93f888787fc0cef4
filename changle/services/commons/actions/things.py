"""Things, experts and vehicles of a house: entered, changed, out of use."""

import secrets
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.services.commons.actions.claiming import hold
from changle.services.commons.actions.houses import (
    HouseRefused,
    StandingIn,
    held,
    keep,
    touch,
)
from changle.services.commons.models import Centre, Pool, Space, Thing
from changle.services.commons.queries.hours import moment
from changle.services.commons.queries.shared import bookings_with, promised


HOLDS = "pool_holds_what_is_promised"


@transaction.atomic
def set_thing(
    *,
    centre_pk: int,
    quantity: int,
    facts: dict[str, Any],
    by: Actor,
    now: datetime,
    pk: int | None = None,
) -> Thing:
    """Never fewer than are promised from now on, which the database itself refuses."""
    centre = held(centre_pk, by)
    if pk is None:
        pool = Pool(centre=centre, kind=Pool.Kind.EQUIPMENT, name=facts["name"], quantity=quantity)
        pool.save()
        thing = Thing(centre=centre, pool=pool)
    else:
        thing = centre.things.select_related("pool").get(pk=pk)
        set_quantity(thing, quantity, centre=centre, by=by, now=now)
    keep(thing, facts, centre=centre, by=by, now=now)
    Pool.objects.filter(pk=thing.pool_id).update(name=facts["name"])
    return thing


def set_quantity(thing: Thing, quantity: int, *, centre: Centre, by: Actor, now: datetime) -> None:
    pool = thing.pool
    if quantity == pool.quantity:
        return
    hold([pool.pk])
    before, pool.quantity = pool.quantity, quantity
    try:
        with transaction.atomic():
            pool.save(update_fields=["quantity"])
    except IntegrityError as error:
        if HOLDS not in str(error):
            raise
        at, count = promised(pool.pk, now)
        told = f"“{thing.name}”{timezone.localtime(at):%m月%d日 %H:%M} 已约出 {count}，"
        raise HouseRefused(f"{told}不能减到 {quantity}；请先与对方商定改期或取消。") from None
    changes = {"quantity": [before, quantity]}
    record(thing, "edit", by=by, at=now, changes=changes, path=str(centre.node.path))
    touch(centre.pk)


@transaction.atomic
def retire_thing(*, centre_pk: int, pk: int, on: date, by: Actor, now: datetime) -> Thing:
    """Out of use from a day on; not while any of it is promised after."""
    centre = held(centre_pk, by)
    thing = centre.things.get(pk=pk)
    hold([thing.pool_id])
    since = max(moment(on, time.min), now)
    bookings = bookings_with(thing.pool_id, since)
    if bookings:
        told = f"停用后还有 {len(bookings)} 个已确认的预约用到“{thing.name}”，请先与对方商定。"
        raise StandingIn(told, bookings)
    if promised(thing.pool_id, since)[1]:
        raise HouseRefused(f"“{thing.name}”停用后还有借出未还的，归还后才能停用。")
    return dated(thing, on, "retire", centre=centre, by=by, now=now)


@transaction.atomic
def bring_back_thing(*, centre_pk: int, pk: int, by: Actor, now: datetime) -> Thing:
    centre = held(centre_pk, by)
    thing = centre.things.get(pk=pk)
    if thing.retired_on is None:
        raise HouseRefused("这样物资没有停用。")
    return dated(thing, None, "bring_back", centre=centre, by=by, now=now)


def dated(
    thing: Thing, on: date | None, verb: str, *, centre: Centre, by: Actor, now: datetime
) -> Thing:
    changes = {"retired_on": [str(thing.retired_on or ""), str(on or "")]}
    thing.retired_on = on
    thing.save(update_fields=["retired_on"])
    record(thing, verb, by=by, at=now, changes=changes, path=str(centre.node.path))
    touch(centre.pk)
    return thing


@transaction.atomic
def set_shared(
    *,
    centre_pk: int,
    kind: str,
    facts: dict[str, Any],
    by: Actor,
    now: datetime,
    pk: int | None = None,
) -> Space:
    """An expert or a vehicle: had by one at a time, with the hours and rules of its own or the house's."""
    if kind not in {Space.Kind.PERSON, Space.Kind.VEHICLE}:
        raise HouseRefused("只能登记专家师资或车辆。")
    centre = held(centre_pk, by)
    if facts["policy"].centre_id != centre.pk:
        raise HouseRefused("预约规则应是这个中心的。")
    if pk is None:
        space = Space(centre=centre, kind=kind, door_token=secrets.token_urlsafe(18))
    else:
        space = centre.spaces.get(pk=pk, kind=kind)
    keep(space, facts, centre=centre, by=by, now=now)
    if pk is None:
        space.pools.set([Pool.objects.create(centre=centre, kind=kind, name=space.name)])
    else:
        space.pools.update(name=space.name)
    return space
