"""Likely pairs are found, anew each day and when asked; people say of each what it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.jobs import Job, Progress, enqueue, work
from changle.core.log import record
from changle.core.reach import Actor
from changle.core.schedule import daily
from changle.ground.merging.actions.merging import NEEDS, both_locked
from changle.ground.merging.lifecycle import PAIR
from changle.ground.merging.models import DuplicatePair
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.likeness import (
    ENOUGH,
    Key,
    Sketch,
    filed,
    judged,
    points,
    sought,
)
from changle.ground.registry.queries.lookalikes import sketches, standing_records
from changle.ground.territory.queries import keeper


FIND_JOB = "merging.find"
AT_NIGHT = time(4, 10)
CROWD = 40  # a key that more share, such as the phone of a street's centre, is compared in a chain
SOME = 500
State = DuplicatePair.State
Found = dict[tuple[int, int], list[str]]


def likely(told: Iterable[Sketch]) -> Found:
    """The pairs that reach enough points, with why; linear in the rows but for the likeness itself."""
    bodies = list(told)
    lying: dict[Key, list[int]] = {}
    for place, one in enumerate(bodies):
        for key in filed(one):
            lying.setdefault(key, []).append(place)
    found: Found = {}
    seen: set[tuple[int, int]] = set()
    for first, second in candidates(bodies, lying):
        if (first, second) in seen:
            continue
        seen.add((first, second))
        one, other = bodies[first], bodies[second]
        reasons = judged(one, other)
        if points(reasons) >= ENOUGH:
            found[(min(one.pk, other.pk), max(one.pk, other.pk))] = reasons
    return found


def candidates(bodies: list[Sketch], lying: dict[Key, list[int]]) -> Iterator[tuple[int, int]]:
    """The places of two bodies that share a key, the smaller first."""
    for places in lying.values():
        if len(places) > CROWD:
            yield from pairwise(places)
    for place, one in enumerate(bodies):
        for key in sought(one):
            others = lying.get(key, ())
            if len(others) <= CROWD:
                yield from ((min(place, n), max(place, n)) for n in others if n != place)


def find(*, by: Actor, now: datetime) -> dict[str, int]:
    """Bring the queue up to the registry as it stands; doing it twice is doing it once.

    What was dismissed comes back only for a reason that was not known then; what no longer looks
    alike leaves the queue. The comparing is done before the transaction: nobody waits for it.
    """
    living = standing_records().filter(state__in=Organisation.LIVING)
    return keep(likely(sketches(living)), by, now)


@transaction.atomic
def keep(found: Found, by: Actor, now: datetime) -> dict[str, int]:
    known = {(row.left_id, row.right_id): row for row in DuplicatePair.objects.order_by("pk")}
    new = [pair(*keys, reasons, now) for keys, reasons in found.items() if keys not in known]
    DuplicatePair.objects.bulk_create(new, batch_size=SOME, ignore_conflicts=True)
    told = {"found": len(found), "new": len(new), "again": 0, "gone": 0}
    for keys, row in known.items():
        reasons = found.get(keys)
        if reasons is None:
            told["gone"] += leave(row)
        elif row.codes != reasons and row.state != State.MERGED:
            told["again"] += renew(row, reasons, by, now)
    return told


def pair(left: int, right: int, reasons: list[str], now: datetime) -> DuplicatePair:
    row = DuplicatePair(
        left_id=left, right_id=right, reasons=DuplicatePair.told(reasons), score=points(reasons),
        found_at=now,
    )  # fmt: skip
    return PAIR.begin(row, State.OPEN, at=now)


def leave(row: DuplicatePair) -> int:
    if row.state != State.OPEN:
        return 0
    row.delete()
    return 1


def renew(row: DuplicatePair, reasons: list[str], by: Actor, now: datetime) -> int:
    """Keep what is now alike; a dismissed pair waits again where something new has come."""
    if row.state == State.DISMISSED and not set(reasons) - set(row.codes):
        return 0
    row.reasons, row.score = DuplicatePair.told(reasons), points(reasons)
    row.save(update_fields=["reasons", "score"])
    if row.state == State.OPEN:
        return 0
    PAIR.fire(row.pk, "look_again", by=by, now=now, note="出现了新的相似之处")
    return 1


@transaction.atomic
def dismiss(*, pk: int, by: Actor, now: datetime, note: str = "") -> DuplicatePair:
    """These are two bodies. Who may not merge both has no say. Raises Refused."""
    row = by.rows(DuplicatePair, NEEDS).get(pk=pk)
    both_locked(row.left_id, row.right_id, by=by)
    row = PAIR.fire(pk, "dismiss", by=by, now=now, note=note)
    row.note = note
    row.save(update_fields=["note"])
    return row


@transaction.atomic
def look_again(*, pk: int, by: Actor, now: datetime) -> DuplicatePair:
    row = by.rows(DuplicatePair, NEEDS).get(pk=pk)
    both_locked(row.left_id, row.right_id, by=by)
    return PAIR.fire(pk, "look_again", by=by, now=now)


@transaction.atomic
def request_find(*, by: Actor, now: datetime) -> Job:
    """Look through the whole registry in the background; one search at a time is enough."""
    waiting = Job.objects.filter(name=FIND_JOB, state__in=(Job.State.WAITING, Job.State.RUNNING))
    job = waiting.order_by("-pk").first() or enqueue(
        FIND_JOB, "查找疑似重复的组织", {"at": now.isoformat()}, by=by, now=now
    )
    record(job, "find_duplicates", by=by, at=now)
    return job


@work(FIND_JOB)
def find_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    progress.say(0, 1, "比对全部组织")
    return dict(find(by=keeper(NEEDS), now=datetime.fromisoformat(args["at"])))


@daily(AT_NIGHT)
def find_at_night(now: datetime) -> None:
    find(by=keeper(NEEDS), now=timezone.localtime(now))
