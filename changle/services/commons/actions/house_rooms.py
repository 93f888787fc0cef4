"""Rooms of a house: set up, made of others, out of use, pictured."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from changle.core.files import IMAGES, StoredFile, store
from changle.core.files.stored import Upload
from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.houses import HouseRefused, StandingIn, held, keep, touch
from changle.services.commons.models import Centre, Feature, Pool, Space
from changle.services.commons.queries.hours import moment
from changle.services.commons.queries.houses import (
    could_be_parts,
    parts_of,
    photos_of,
    photos_of_house,
    pools_of,
    pools_of_parts,
    rooms_of_house,
    shut_later,
    still_to_come,
)


FEWEST_PARTS = 2
MOST_PHOTOS = 8


@transaction.atomic
def set_room(
    *,
    centre_pk: int,
    facts: dict[str, Any],
    features: Sequence[int],
    parts: Sequence[int],
    by: Actor,
    now: datetime,
    pk: int | None = None,
) -> Space:
    """`parts`: the rooms of which it is made, such as a hall of A and B; none: one by itself."""
    centre = held(centre_pk, by)
    for name in ("zone", "policy"):
        row = facts.get(name)
        if row is not None and row.centre_id != centre.pk:
            raise HouseRefused("功能区和预约规则应是这个中心的。")
    space = (
        Space(centre=centre, door_token=secrets.token_urlsafe(18))
        if pk is None
        else centre.spaces.get(pk=pk)
    )
    keep(space, facts, centre=centre, by=by, now=now)
    chosen = Feature.objects.filter(pk__in=features)
    set_features(space, chosen, centre=centre, by=by, now=now)
    compose(space, set(parts), centre=centre, by=by, now=now)
    return space


def set_features(
    space: Space, features: Iterable[Feature], *, centre: Centre, by: Actor, now: datetime
) -> None:
    before = {one.pk: one.name for one in space.features.all()}
    after = {one.pk: one.name for one in features}
    if before == after:
        return
    space.features.set(after)
    told = {"features": ["、".join(before.values()), "、".join(after.values())]}
    record(space, "edit", by=by, at=now, changes=told, path=str(centre.node.path))
    touch(centre.pk)


def compose(
    space: Space, parts: Collection[int], *, centre: Centre, by: Actor, now: datetime
) -> None:
    """Give the room its pools: those of its parts, or one of its own."""
    rooms = rooms_of_house(centre)
    known = next(one for one in rooms if one.pk == space.pk)
    before = {one.pk for one in parts_of(known, rooms)}
    if before == set(parts) and pools_of(known):
        return
    if len(parts) == 1:
        raise HouseRefused(f"由别的场地组成时，至少要选 {FEWEST_PARTS} 处。")
    if parts:
        refuse_parts(space, parts, centre=centre, rooms=rooms)
    if pools_of(known):
        refuse_promised(space, now)
    if parts:
        space.pools.set(pools_of_parts(centre, parts))
    else:
        space.pools.set([Pool.objects.create(centre=centre, name=space.name)])
    names = {one.pk: one.name for one in rooms}
    told = {"parts": ["、".join(sorted(names[pk] for pk in rows)) for rows in (before, parts)]}
    record(space, "edit", by=by, at=now, changes=told, path=str(centre.node.path))
    touch(centre.pk)


def refuse_parts(
    space: Space, parts: Collection[int], *, centre: Centre, rooms: Sequence[Space]
) -> None:
    if could_be_parts(centre, space).filter(pk__in=parts).count() != len(parts):
        raise HouseRefused("只能由本中心不再含有别处的场地组成。")
    wholes = [
        one.name for one in rooms if any(part.pk == space.pk for part in parts_of(one, rooms))
    ]
    if wholes:
        raise HouseRefused(f"它是“{wholes[0]}”的一部分，不能再由别的场地组成。")


def refuse_promised(space: Space, now: datetime) -> None:
    """Claims name pools: the pools of a room stay as long as somebody holds them."""
    hold_pools(space)
    bookings = still_to_come([space.pk], now)
    if bookings:
        told = f"“{space.name}”还有 {len(bookings)} 个已确认的预约，办完后才能改变它的组成。"
        raise StandingIn(told, bookings)
    if shut_later(space.pk, now):
        raise HouseRefused(f"“{space.name}”登记了停用时段，解除后才能改变它的组成。")


def hold_pools(space: Space) -> None:
    """Wait for whoever is just claiming the room, so that their booking is seen."""
    rows = Pool.objects.filter(spaces=space).select_for_update(of=("self",))
    list(rows.order_by("pk").values_list("pk"))


@transaction.atomic
def retire_room(*, centre_pk: int, pk: int, on: date, by: Actor, now: datetime) -> Space:
    """Out of use from a day on; not while an accepted booking reaches into it."""
    centre = held(centre_pk, by)
    space = centre.spaces.get(pk=pk)
    hold_pools(space)
    bookings = still_to_come([space.pk], max(moment(on, time.min), now))
    if bookings:
        told = f"停用后还有 {len(bookings)} 个已确认的预约，请先与对方商定改期或取消。"
        raise StandingIn(told, bookings)
    return dated(space, on, "retire", centre=centre, by=by, now=now)


@transaction.atomic
def bring_back_room(*, centre_pk: int, pk: int, by: Actor, now: datetime) -> Space:
    centre = held(centre_pk, by)
    space = centre.spaces.get(pk=pk)
    if space.retired_on is None:
        raise HouseRefused("这处场地没有停用。")
    return dated(space, None, "bring_back", centre=centre, by=by, now=now)


def dated(
    space: Space, on: date | None, verb: str, *, centre: Centre, by: Actor, now: datetime
) -> Space:
    told = {"retired_on": [str(space.retired_on or ""), str(on or "")]}
    space.retired_on = on
    space.save(update_fields=["retired_on"])
    record(space, verb, by=by, at=now, changes=told, path=str(centre.node.path))
    touch(centre.pk)
    return space


def add_photo(
    *, centre_pk: int, pk: int | None, upload: Upload, by: Actor, now: datetime
) -> StoredFile:
    """Of a room; without `pk` of the house itself. The picture is checked before the transaction."""
    subject: Centre | Space
    if pk is None:
        rows = by.rows(Centre, Permission.SPACE_EDIT).select_related("node")
        subject = rows.get(pk=centre_pk)
    else:
        rooms = by.rows(Space, Permission.SPACE_EDIT).select_related("centre__node")
        subject = rooms.get(pk=pk, centre=centre_pk)
    if len(pictures(centre_pk, pk)) >= MOST_PHOTOS:
        raise HouseRefused(f"最多 {MOST_PHOTOS} 张照片，请先删去几张。")
    kept = store(
        upload=upload, subject=subject, needs=Permission.BOOKING_VIEW, by=by, now=now,
        allowed=IMAGES,
    )  # fmt: skip
    touch(centre_pk)
    return kept


def pictures(centre_pk: int, pk: int | None) -> list[StoredFile]:
    return photos_of_house(centre_pk)[0] if pk is None else photos_of([pk])[pk]


@transaction.atomic
def end_photo(*, centre_pk: int, pk: int | None, photo_pk: int, by: Actor, now: datetime) -> None:
    centre = held(centre_pk, by)
    subject = centre if pk is None else centre.spaces.get(pk=pk)
    photo = next((one for one in pictures(centre_pk, pk) if one.pk == photo_pk), None)
    if photo is None:
        raise HouseRefused("没有这张照片，可能已被删去。")
    path = photo.path
    told = {"file": [photo.name, None]}
    record(subject, "end_file", by=by, at=now, changes=told, path=str(centre.node.path))
    photo.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    touch(centre.pk)
