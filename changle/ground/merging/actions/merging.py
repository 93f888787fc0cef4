"""Two records of one body become one: nothing is lost, everything is written down, all or nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.merging.actions.moving import Told, lead_all
from changle.ground.merging.lifecycle import PAIR
from changle.ground.merging.models import DAYS_TO_UNDO, DuplicatePair, Merge
from changle.ground.merging.queries.values import (
    CHOSEN,
    CODES,
    DERIVED,
    KIND_BOUND,
    MASKED,
    plain,
    put,
)
from changle.ground.registry.actions.adding import index
from changle.ground.registry.lifecycle import ORGANISATION
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


NEEDS = Permission.ORGANISATION_MERGE

# What the open identity says of the body: its column -> that of the body.
MIRRORED = {"name": "name", "registrar_code": "registrar_code", "field": "field",
            "official_class": "official_class", "category": "category"}  # fmt: skip


class MergeRefused(Refused):
    """These two records cannot be made one, or not be parted again; the sentence says why."""


def both_locked(first: int, second: int, *, by: Actor) -> tuple[Organisation, Organisation]:
    """Two records as the only hand on them; who may not merge both finds none.

    They are taken in the order of their keys, so that no two hands wait for each other.
    """
    if first == second:
        raise MergeRefused("请选择两条不同的记录。")
    rows = by.rows(Organisation, NEEDS).filter(pk__in=(first, second)).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).select_related("node")}
    if len(found) < 2:  # noqa: PLR2004  both
        raise Organisation.DoesNotExist
    return found[first], found[second]


def merge(
    *,
    survivor: int,
    merged: int,
    take: tuple[str, ...] = (),
    reason: str,
    by: Actor,
    now: datetime,
    versions: Mapping[int, int] | None = None,
) -> Merge:
    """Put one record into another, which goes on.

    `take`: the columns whose value is that of the merged record. `versions`: what the person had
    before them, by key. Raises Refused.
    """
    try:
        with transaction.atomic():
            one, other = both_locked(survivor, merged, by=by)
            refuse(one, other, versions or {})
            return put_together(one, other, take, reason, by, now)
    except OperationalError:
        raise MergeRefused("刚刚有人正在办理这两条记录的事项，请稍后再试。") from None


def rehearse(**asked: Any) -> Merge:
    """What a merge would do, found by doing it and taking it back: the row is never saved."""
    with transaction.atomic():
        told = merge(**asked)
        transaction.set_rollback(True)
    return told


def refuse(survivor: Organisation, merged: Organisation, versions: Mapping[int, int]) -> None:
    for row in (survivor, merged):
        if row.state == Organisation.State.MERGED:
            raise MergeRefused(f"“{row.name}”已经并入“{row.merged_into}”，请改选那一条。")
        if versions.get(row.pk, row.version) != row.version:
            raise MergeRefused(f"刚刚有人改过“{row.name}”，请重新核对后再合并。")
    if merged.is_registered and not survivor.is_registered:
        raise MergeRefused("一条已登记，一条没有：请以已登记的那条为继续使用的记录。")
    if survivor.uscc and merged.uscc and survivor.uscc != merged.uscc:
        raise MergeRefused(
            "两条记录的统一社会信用代码不同，是两个法人，不能合并；代码录错的请先改正。"
        )
    if Node.objects.filter(parent=merged.node_id).exists():
        raise MergeRefused(f"“{merged.name}”之下还有别的单位，请先移走。")


def put_together(
    survivor: Organisation, merged: Organisation, take: tuple[str, ...], reason: str, by: Actor,
    now: datetime,
) -> Merge:  # fmt: skip
    before = {
        "state": merged.state,
        "state_since": plain(merged, "state_since"),
        "due_on": plain(merged, "due_on"),
    }
    ORGANISATION.fire(
        merged.pk, "merge", by=by, now=now, note=reason, along={"merged_into": survivor}
    )
    merged.refresh_from_db(fields=["state", "state_since", "due_on", "merged_into"])
    bodies = columns_change(survivor, merged, take, now)
    moved, stayed = lead_all(merged, survivor)
    identities = [*emptied(merged), *carried(survivor, merged, bodies)]
    pairs = pairs_close(survivor, merged, by, now)
    row = Merge.objects.create(
        survivor=survivor, merged=merged, by_id=by.user_id or None, at=now, reason=reason,
        undo_until=timezone.localdate(now) + timedelta(days=DAYS_TO_UNDO),
        snapshot={"before": before, "bodies": bodies, "rows": moved, "stayed": stayed,
                  "identities": identities, "pairs": pairs},
    )  # fmt: skip
    count = sum(len(one["pks"]) for one in moved)
    record(
        survivor, "take_in", by=by, at=now, changes=shown(bodies["survivor"]),
        note=f"并入“{merged.name}”（记录 {merged.pk}）：{reason}；移入 {count} 条，留下 {len(stayed)} 条",
    )  # fmt: skip
    return row


def columns_change(
    survivor: Organisation, merged: Organisation, take: tuple[str, ...], now: datetime
) -> dict[str, dict[str, list[Any]]]:
    """Give the survivor the values chosen for it; a code passes over, for it belongs to one alone."""
    names = [
        name for name in CHOSEN if name in take and plain(merged, name) != plain(survivor, name)
    ]
    if survivor.kind != merged.kind:
        names = [name for name in names if name not in KIND_BOUND]
    old = {name: plain(survivor, name) for name in (*names, *DERIVED)}
    new = {name: plain(merged, name) for name in names}
    passed = [name for name in CODES if name in names and new[name]]
    given = {name: [plain(merged, name), ""] for name in passed}
    for name in passed:
        setattr(merged, name, "")
    given |= reindexed(merged)
    touch(merged, [*passed, *DERIVED], now)
    for name in names:
        put(survivor, name, new[name])
    index(survivor)
    touch(survivor, [*names, *DERIVED], now)
    if "name" in names:
        Node.objects.filter(pk=survivor.node_id).update(name=survivor.name)
    taken = {name: [value, plain(survivor, name)] for name, value in old.items()}
    return {
        "survivor": {name: pair for name, pair in taken.items() if pair[0] != pair[1]},
        "merged": {name: pair for name, pair in given.items() if pair[0] != pair[1]},
    }


def reindexed(row: Organisation) -> dict[str, list[Any]]:
    old = {name: plain(row, name) for name in DERIVED}
    index(row)
    return {name: [value, plain(row, name)] for name, value in old.items()}


def touch(row: Organisation, names: list[str], now: datetime) -> None:
    row.version += 1
    row.changed_at = now
    row.save(update_fields=sorted({*names, "version", "changed_at"}))


def shown(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Old and new for the log; contacts only as having changed, what follows from a name not at all."""
    return {
        name: ["…", "…"] if name in MASKED else pair
        for name, pair in changes.items()
        if name not in DERIVED
    }


def emptied(merged: Organisation) -> list[Told]:
    """Close every identity of the merged record as an empty span: on no day does it count."""
    rows = Identity.objects.filter(organisation=merged).order_by("pk")
    told = [
        {
            "pk": row.pk,
            "ends_on": [plain(row, "ends_on"), plain(row, "starts_on")],
            "closed_by": [row.closed_by, Identity.Closing.MERGED.value],
        }
        for row in rows
    ]
    rows.update(ends_on=F("starts_on"), closed_by=Identity.Closing.MERGED)
    return told


def carried(
    survivor: Organisation, merged: Organisation, bodies: dict[str, dict[str, list[Any]]]
) -> list[Told]:
    """What the survivor's identities say anew: the chosen values, and an earlier beginning.

    Where the merged record had begun earlier as the same kind, the body did stand on those days.
    """
    changes: dict[int, Told] = {}
    rows = list(Identity.objects.filter(organisation=survivor).order_by("starts_on", "pk"))
    current = next((row for row in rows if row.ends_on is None), None)
    if current is not None:
        wanted = {
            mine: plain(survivor, its)
            for mine, its in MIRRORED.items()
            if its in bodies["survivor"]
        }
        if set(CODES) & set(bodies["survivor"]):
            wanted["code"] = survivor.uscc or survivor.filing_number
        for name, value in wanted.items():
            if plain(current, name) != value:
                changes.setdefault(current.pk, {"pk": current.pk})[name] = [
                    plain(current, name),
                    value,
                ]
    earlier = Identity.objects.filter(organisation=merged).order_by("starts_on", "pk").first()
    if rows and earlier and earlier.kind == rows[0].kind and earlier.starts_on < rows[0].starts_on:
        told = [plain(rows[0], "starts_on"), plain(earlier, "starts_on")]
        changes.setdefault(rows[0].pk, {"pk": rows[0].pk})["starts_on"] = told
    for row in rows:
        if named := changes.get(row.pk):
            fields = [name for name in named if name != "pk"]
            for name in fields:
                put(row, name, named[name][1])
            row.save(update_fields=fields)
    return list(changes.values())


def pairs_close(
    survivor: Organisation, merged: Organisation, by: Actor, now: datetime
) -> list[Told]:
    """The pair of the two is settled; other open pairs of the merged record wait no longer."""
    left, right = sorted((survivor.pk, merged.pk))
    fresh = DuplicatePair(left_id=left, right_id=right, reasons=" ", score=0, found_at=now)
    pair = DuplicatePair.objects.filter(left=left, right=right).first()
    if pair is None:
        pair = PAIR.begin(fresh, DuplicatePair.State.OPEN, at=now)
        pair.save()
    if pair.state != DuplicatePair.State.MERGED:
        PAIR.fire(pair.pk, "merge_pair", by=by, now=now)
    others = DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN)
    told = []
    for other in [*others.filter(left=merged), *others.filter(right=merged)]:
        told.append({"left": other.left_id, "right": other.right_id, "reasons": other.reasons,
                     "score": other.score, "found_at": plain(other, "found_at")})  # fmt: skip
        other.delete()
    return told
