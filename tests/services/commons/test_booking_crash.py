"""A process killed in the midst of a thousand bookings: none half, none twice, none lost."""

import signal
import subprocess
import sys
import time

import pytest

from tests.harness.apart import ROOT, apart, python


pytestmark = pytest.mark.slow
__all__ = ["apart"]
PROGRAM = """
import sys
from datetime import UTC, datetime, time, timedelta
import django
django.setup()
from changle.core.log import LogEntry, seal_all, verify
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.services.commons.actions.booking import Taken, Wish, book
from changle.services.commons.models import BookedSpace, Booking, Centre, Claim, Opening, Policy, Pool, Space
from changle.services.commons.queries.layout import layout

START = datetime(2027, 3, 9, 2, 0, tzinfo=UTC)
NOW = START - timedelta(days=1)
HOUR = timedelta(hours=1)

def made():
    root = Node.objects.create(kind="district", name="样例区")
    root.path = f"{root.pk}."
    root.save()
    centre = Centre.objects.create(node=root, name="样例中心", holidays_closed=False)
    Opening.objects.bulk_create(
        Opening(centre=centre, weekday=day, opens=time(0), closes=time(23, 59)) for day in range(7)
    )
    policy = Policy.objects.create(centre=centre, name="x", needs_approval=False, days_ahead=400)
    for number in range(4):
        room = Space.objects.create(
            centre=centre, policy=policy, name=str(number), capacity=9, door_token=str(number),
            cleanup_minutes=0,
        )
        room.pools.add(Pool.objects.create(centre=centre, name=str(number)))

def worked(number, first):
    root = Node.objects.get(kind="district")
    by = Actor(name="样例", reach={"booking.make": (root.path,), "booking.decide": (root.path,)})
    house = layout(Centre.objects.get().pk)
    rooms = sorted(house.rooms)
    for turn in range(int(first), 1000):
        at = START + timedelta(days=turn // 10) + turn % 10 * HOUR
        wish = Wish(
            rooms=(rooms[turn % 4], rooms[(turn + 1) % 4]), starts_at=at, ends_at=at + HOUR,
            title=f"{number}-{turn}", people=1, on_behalf=root,
        )
        try:
            booking = book(layout=house, wish=wish, by=by, now=NOW)
        except Taken:
            continue
        print(booking.pk, flush=True)

def checked(told):
    bookings = {row.pk: row for row in Booking.objects.all()}
    assert set(told) <= set(bookings), "lost"
    for row in bookings.values():
        claims = list(Claim.objects.filter(booking=row))
        assert row.state == "approved" and len(claims) == 2, "half"
        assert BookedSpace.objects.filter(booking=row).count() == 2, "half"
        assert {(c.starts_at, c.ends_at) for c in claims} == {(row.holds_from, row.holds_until)}
        assert LogEntry.objects.filter(subject_label="commons.Booking", subject_id=row.pk).count() == 1
    taken = list(Claim.objects.order_by("pool_id", "starts_at").values_list("pool_id", "starts_at", "ends_at"))
    for (pool, _start, end), (other, start, _end) in zip(taken, taken[1:]):
        assert pool != other or end <= start, "twice"
    seal_all()
    assert verify().holds
    print(len(bookings))

deed, *rest = sys.argv[1:]
made() if deed == "make" else worked(*rest) if deed == "work" else checked([int(pk) for pk in rest])
"""


def test_killed_in_the_midst_of_a_thousand(apart) -> None:
    laid = python(apart, "-c", PROGRAM, "make")
    assert laid.returncode == 0, laid.stderr[-2000:]
    told: list[str] = []
    for seconds in (0.4, 0.9, 1.5):
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "work", str(number), str(max(0, len(told) - 20))],
                env=apart, cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for number in range(2)
        ]  # fmt: skip
        first = workers[0].stdout.readline().strip()
        time.sleep(seconds)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        heard = [worker.communicate()[0] for worker in workers]
        # The last line may have been cut in the midst of its digits: only whole ones are promises.
        for text in (f"{first}\n" if first else "", *heard):
            told += [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    sound = python(apart, "-c", PROGRAM, "check", *[line.strip() for line in told])
    assert sound.returncode == 0, sound.stderr[-2000:]
    assert 0 < int(sound.stdout) <= 1000
