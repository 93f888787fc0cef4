"""Fill the sample's houses: 60 rooms, 20,000 bookings to come, and N times as many behind them.

Prints one line of JSON: the rooms and moments that the measured calls name.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from changle.core.calendar import Calendar  # noqa: E402
from changle.ground.registry.models import Organisation  # noqa: E402
from changle.ground.territory.models import Node  # noqa: E402
from changle.services.commons.lifecycle import BOOKING  # noqa: E402
from changle.services.commons.models import (  # noqa: E402
    BookedSpace,
    Booking,
    Centre,
    Claim,
    Opening,
    Policy,
    Pool,
    Space,
)
from changle.services.commons.queries.hours import DAY, is_open, moment  # noqa: E402
from changle.services.commons.queries.layout import Layout, Room, layouts  # noqa: E402


ROOMS, BOOKINGS, AT_ONCE = 60, 20_000, 5_000
SLOTS = [time(hour) for hour in range(8, 20, 2)]  # of two hours each: a full house
AFTER = 30  # days from now, behind what the sample has booked
Slot = tuple[Layout, Room, datetime]


def main() -> None:
    times, now = int(sys.argv[1]), timezone.now()
    with transaction.atomic():
        by_size = Centre.objects.annotate(size=Count("spaces")).order_by("-size", "pk")
        largest, centre = by_size[0], by_size.last()
        for number in range(max(1, ROOMS - 1 - Space.objects.count())):
            furnish(centre, f"测速教室{number}", step=30)
        free = furnish(centre, "测速空厅", step=5)
        Centre.objects.update(layout_stamp=int(now.timestamp()))
    houses = layouts()
    body = Organisation.objects.get(short_name="秋文社工").pk
    bodies = list(Organisation.objects.order_by("pk").values_list("pk", flat=True)[:400])
    today = timezone.localdate(now)
    fill(slots(houses, today + AFTER * DAY, 1), BOOKINGS, "approved", bodies)
    fill(slots(houses, today - 100 * DAY, -1), BOOKINGS * (times - 1), "closed", bodies)
    house = next(house for house in houses if house.pk == centre.pk)
    room = next(room for room in house.rooms.values() if room.name.startswith("测速教室"))
    at = next(
        moment(day, SLOTS[3])
        for day in (today + step * DAY for step in range(AFTER + 7, AFTER + 28))
        if is_open(house, room, moment(day, SLOTS[3]), moment(day, SLOTS[4]), Calendar.load())
    )
    many, year = building("测速大楼"), building("测速中心")
    first = timezone.localdate(at) - 7 * DAY
    fill(slots([many], first, 1), ROOMS * len(SLOTS) * 14, "approved", bodies)
    fill(some(year, timezone.localdate(at) - 180 * DAY), BOOKINGS, "approved", bodies)
    told = {"centre": largest.pk, "many": many.pk, "year": year.pk, "taken": room.pk, "free": free.pk, "body": body,
            "at": at.isoformat()}  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")


def furnish(centre: Centre, name: str, *, step: int) -> Space:
    policy = Policy.objects.create(
        centre=centre, name=name, needs_approval=False, per_month=9999, step=step, shortest=step,
    )  # fmt: skip
    space = Space.objects.create(
        centre=centre, policy=policy, name=name, capacity=30, cleanup_minutes=0, door_token=name
    )
    space.pools.set([Pool.objects.create(centre=centre, name=name)])
    return space


def building(name: str) -> Layout:
    """A house of 60 rooms, nobody in it yet."""
    node = Node.objects.filter(kind=Node.Kind.COMMUNITY, centre__isnull=True).order_by("pk")[0]
    centre = Centre.objects.create(node=node, name=name, is_public=False, holidays_closed=False)
    Opening.objects.bulk_create(
        Opening(centre=centre, weekday=weekday, opens=time(8), closes=time(22))
        for weekday in range(7)
    )
    for number in range(ROOMS):
        furnish(centre, f"{name}{number}室", step=30)
    return next(house for house in layouts() if house.pk == centre.pk)


def some(house: Layout, day: date) -> Iterator[Slot]:
    """The slots of a house as 20,000 uses lie over a year: about one in seven, each day others."""
    for number, slot in enumerate(slots([house], day, 1)):
        if number * 55 % 361 < 55:
            yield slot


def slots(houses: list[Layout], day: date, step: int) -> Iterator[Slot]:
    """Every room that is nobody else's part, slot after slot, for ever."""
    rooms = [(h, r) for h in houses for r in h.rooms.values() if alone(h, r)]
    while True:
        for slot in SLOTS:
            for house, room in rooms:
                yield house, room, moment(day, slot)
        day += step * DAY


def alone(house: Layout, room: Room) -> bool:
    shared = [one for one in house.rooms.values() if set(one.pools) & set(room.pools)]
    return len(shared) == 1 and room.name != "测速空厅"


def fill(wanted: Iterator[Slot], many: int, state: str, bodies: list[int]) -> None:
    wanted = islice(wanted, many)
    while chunk := list(islice(wanted, AT_ONCE)):
        with transaction.atomic():
            write(chunk, state, bodies)


def write(chunk: list[Slot], state: str, bodies: list[int]) -> None:
    rows = []
    for number, (house, _room, at) in enumerate(chunk):
        end = at + timedelta(hours=2)
        row = Booking(
            centre_id=house.pk, organisation_id=bodies[number % len(bodies)], title=f"测速活动{number}", people=20,
            starts_at=at, ends_at=end, holds_from=at, holds_until=end, booked_at=at - 20 * DAY,
            is_open=number % 2 == 0, is_sample=True,
        )  # fmt: skip
        BOOKING.begin(row, state, at=row.booked_at)
        row.due_on = None
        rows.append(row)
    Booking.objects.bulk_create(rows, batch_size=400)
    pairs = list(zip(rows, chunk, strict=True))
    BookedSpace.objects.bulk_create(
        [BookedSpace(booking=row, space_id=room.pk, starts_at=at, ends_at=row.ends_at,
                     on=timezone.localdate(at), minutes=120 if state == "closed" else 0)
         for row, (_house, room, at) in pairs],
        batch_size=900,
    )  # fmt: skip
    if state in Booking.HOLDING:
        Claim.objects.bulk_create(
            [Claim(pool_id=pool, booking=row, starts_at=at, ends_at=row.ends_at)
             for row, (_house, room, at) in pairs for pool in room.pools],
            batch_size=900,
        )  # fmt: skip


main()
