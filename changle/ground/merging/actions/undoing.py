"""A merge is taken back: what is still as the merge left it returns, what has changed since is told."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.merging.actions.merging import (
    NEEDS,
    MergeRefused,
    both_locked,
    touch,
)
from changle.ground.merging.actions.moving import LONGEST_WHY, Told, lead_back
from changle.ground.merging.lifecycle import PAIR
from changle.ground.merging.models import DAYS_TO_UNDO, DuplicatePair, Merge
from changle.ground.merging.queries.values import DERIVED, plain, put
from changle.ground.registry.actions.adding import index
from changle.ground.registry.lifecycle import ORGANISATION
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node


SINCE = "合并之后已改动，保持现状"


@transaction.atomic
def undo(*, pk: int, by: Actor, now: datetime) -> Merge:
    """Part the two records again; what could not be put back is listed in `conflicts`."""
    told = by.rows(Merge, NEEDS).get(pk=pk)
    survivor, merged = both_locked(told.survivor_id, told.merged_id, by=by)
    row = Merge.objects.select_for_update(of=("self",)).get(pk=pk)
    refuse(row, survivor, now)
    conflicts = lead_back(row.snapshot["rows"])
    conflicts += identities_return(row.snapshot["identities"])
    conflicts += columns_return(survivor, row.snapshot["bodies"]["survivor"], now)
    stands_again(row, by, now)
    merged.refresh_from_db()
    conflicts += columns_return(merged, row.snapshot["bodies"]["merged"], now)
    pairs_return(row, by, now)
    row.undone_at, row.undone_by_id, row.conflicts = now, by.user_id or None, conflicts
    row.save(update_fields=["undone_at", "undone_by", "conflicts"])
    note = f"撤销并入“{merged.name}”（记录 {merged.pk}）"
    if conflicts:
        note += f"；{len(conflicts)} 处在合并之后已改动，保持现状"
    record(survivor, "give_back", by=by, at=now, note=note)
    return row


def refuse(row: Merge, survivor: Organisation, now: datetime) -> None:
    if row.undone_at is not None:
        raise MergeRefused("这次合并已经撤销。")
    if not row.may_be_undone(timezone.localdate(now)):
        raise MergeRefused(
            f"合并满 {DAYS_TO_UNDO} 天后不能撤销，本次的期限是 {row.undo_until:%Y-%m-%d}。"
        )
    if survivor.state == Organisation.State.MERGED:
        raise MergeRefused(f"“{survivor.name}”后来又并入别的记录，请先撤销后一次合并。")


def stands_again(row: Merge, by: Actor, now: datetime) -> None:
    """The merged record returns to the state it had, and had it since when it had."""
    before = row.snapshot["before"]
    along = {
        "merged_into": None,
        "state_since": parse_datetime(before["state_since"]),
        "due_on": before["due_on"],
    }
    ORGANISATION.fire(row.merged_id, f"unmerge_{before['state']}", by=by, now=now, along=along)


def clash(row: models.Model, name: str, why: str = SINCE) -> Told:
    return {
        "model": row._meta.label, "field": name, "pk": row.pk, "text": str(row)[:LONGEST_WHY],
        "why": why,
    }  # fmt: skip


def returned(row: models.Model, changes: dict[str, list[Any]]) -> tuple[list[str], list[Told]]:
    """Set back the columns that are as the merge left them: (which, which not)."""
    same = [name for name, (_old, new) in changes.items() if plain(row, name) == new]
    for name in same:
        put(row, name, changes[name][0])
    return same, [clash(row, name) for name in changes if name not in same]


def columns_return(row: Organisation, changes: dict[str, list[Any]], now: datetime) -> list[Told]:
    wanted = {name: pair for name, pair in changes.items() if name not in DERIVED}
    same, conflicts = returned(row, wanted)
    index(row)
    try:
        with transaction.atomic():
            touch(row, [*same, *DERIVED], now)
    except IntegrityError:  # such as a code that another body bears by now
        row.refresh_from_db()
        return [*conflicts, *(clash(row, name, "现在与别的记录冲突") for name in same)]
    if "name" in same:
        Node.objects.filter(pk=row.node_id).update(name=row.name)
    return conflicts


def identities_return(told: list[Told]) -> list[Told]:
    """The survivor's first, so that the spans never overlap on the way."""
    conflicts: list[Told] = []
    rows = Identity.objects.in_bulk([one["pk"] for one in told])
    for one in reversed(told):
        row = rows.get(one["pk"])
        if row is None:
            continue
        changes = {name: pair for name, pair in one.items() if name != "pk"}
        same, clashes = returned(row, changes)
        conflicts += clashes
        try:
            with transaction.atomic():
                row.save(update_fields=same)
        except IntegrityError:
            conflicts.append(clash(row, "ends_on", "现在与别的记录冲突"))
    return conflicts


def pairs_return(row: Merge, by: Actor, now: datetime) -> None:
    """The two may be looked at again, and so may what waited with the merged record."""
    left, right = sorted((row.survivor_id, row.merged_id))
    pair = DuplicatePair.objects.filter(left=left, right=right).first()
    if pair is not None and pair.state == DuplicatePair.State.MERGED:
        PAIR.fire(pair.pk, "part", by=by, now=now)
    for told in row.snapshot["pairs"]:
        both = (told["left"], told["right"])
        if Organisation.objects.filter(pk__in=both).count() < len(both):
            continue
        if not DuplicatePair.objects.filter(left=both[0], right=both[1]).exists():
            fresh = DuplicatePair(
                left_id=told["left"], right_id=told["right"], reasons=told["reasons"],
                score=told["score"], found_at=parse_datetime(told["found_at"]) or now,
            )  # fmt: skip
            PAIR.begin(fresh, DuplicatePair.State.OPEN, at=now).save()
