"""What a person settles between the trial of a list and its writing: cells, columns, twins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.registry.actions.columns import write_columns
from changle.ground.registry.actions.importing import NEEDS, ImportRefused, Verdict, free, locked
from changle.ground.registry.importing import Options, approved, count_cells
from changle.ground.registry.importing.differing import differences, replaced, written
from changle.ground.registry.importing.facts import unheard
from changle.ground.registry.importing.known import in_force
from changle.ground.registry.lifecycle import IMPORT
from changle.ground.registry.models import ImportBatch, ImportRow, Organisation
from changle.ground.territory.models import Node


NEW, UNDECIDED = "new", ""
NOT_COLUMNS = {"kind", "place", "facts", "candidates", "choice", "unsettled", "ticks", "draft"}


@dataclass(frozen=True)
class Decisions:
    """`rows` are the numbers that were on the page: what is not ticked there is unticked."""

    rows: frozenset[int] = frozenset()
    ticked: frozenset[tuple[int, str]] = frozenset()  # (number, column)
    columns: Mapping[str, str] = field(default_factory=dict)  # column -> all, none or as usual
    choices: Mapping[int, str] = field(default_factory=dict)  # number -> key of a body, or new

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns or self.choices)


@transaction.atomic
def decide(*, pk: int, told: Decisions, by: Actor, now: datetime) -> ImportBatch:
    """Keep what was settled; nothing of the registry changes yet. Raises Refused."""
    batch = locked(pk, by)
    free(batch)
    if batch.state not in IMPORT.moves["start"].sources:
        raise ImportRefused("请先试算，再选定要导入的内容。")
    turned = set_columns(batch, told.columns)
    rows = list(batch.rows.filter(number__in=told.rows).order_by("number"))
    settled = settle(batch, rows, told.choices, by)
    ticked = tick(batch, [row for row in rows if row.number not in settled], told, turned)
    write_columns(rows, ["values", "before", "organisation", "verdict"])
    batch.save(update_fields=["options", "counts"])
    if turned or settled or ticked:
        note = f"按列 {len(turned)}，逐格 {ticked}，重复 {len(settled)}"
        record(batch, "approve", by=by, at=now, note=note)
    return batch


def set_columns(batch: ImportBatch, columns: Mapping[str, str]) -> set[str]:
    """Whole columns go before the ticks that their cells had; the columns now told otherwise."""
    stood: dict[str, str] = batch.options.get("columns", {})
    known = batch.counts.get("cells", {})
    turned = {key for key, mode in columns.items() if key in known and stood.get(key, "") != mode}
    if not turned:
        return set()
    batch.options = {**batch.options, "columns": {**stood, **{key: columns[key] for key in turned}}}
    ticked = batch.rows.filter(values__has_key="ticks").order_by("number")
    changed = []
    for row in ticked.iterator(chunk_size=500):
        row.values["ticks"] = {k: v for k, v in row.values["ticks"].items() if k not in turned}
        changed.append(row)
    write_columns(changed, ["values"])
    return turned


def tick(batch: ImportBatch, rows: list[ImportRow], told: Decisions, turned: set[str]) -> int:
    """The cells of a page, but for those whose column was turned with the same press."""
    options = Options.of(batch.options)
    count = 0
    for row in rows:
        kept = row.values.pop("ticks", {})
        usual = approved(row.values, row.before, options)
        keys = {*row.values.get("changes", {}), *({"place"} & row.values.keys())}
        if "version" not in row.before:
            keys = set()
        ticks = {
            key: (row.number, key) in told.ticked
            for key in keys - turned
            if ((row.number, key) in told.ticked) != (key in usual)
        }
        if ticks:
            row.values["ticks"] = ticks
        count += len(ticks.items() ^ kept.items())
    return count


def settle(
    batch: ImportBatch, rows: list[ImportRow], choices: Mapping[int, str], by: Actor
) -> set[int]:
    """Rows that are given to a body, or said to be one of their own; their numbers."""
    settled: set[int] = set()
    for row in rows:
        choice = choices.get(row.number)
        keys = row.values.get("candidates", ())
        if choice is None or not keys or choice == str(row.values.get("choice", UNDECIDED)):
            continue
        if choice not in {UNDECIDED, NEW, *map(str, keys)}:
            raise ImportRefused(f"第 {row.number} 行不能对应到所选的组织，请刷新后再试。")
        give(batch, row, choice, by)
        settled.add(row.number)
    return settled


def give(batch: ImportBatch, row: ImportRow, choice: str, by: Actor) -> None:
    """Let the row speak of the chosen body; what it said before the choice is kept with it."""
    count(batch, row, -1)
    draft: dict[str, Any] = row.values.get("draft") or {
        k: v for k, v in row.values.items() if k not in {"choice", "ticks"}
    }
    row.organisation, row.before, row.values = None, {}, dict(draft)
    row.verdict = Verdict.DOUBTFUL
    if choice == NEW:
        row.verdict, row.values = Verdict.NEW, {**draft, "choice": NEW}
    elif choice:
        told = given(batch, row, draft, int(choice), by)
        kept = {"candidates": draft["candidates"], "draft": draft, "choice": choice}
        row.values = {**told, **kept}
        row.verdict = Verdict.UPDATE if told else Verdict.SAME
    count(batch, row, 1)


def given(
    batch: ImportBatch, row: ImportRow, draft: dict[str, Any], key: int, by: Actor
) -> dict[str, Any]:
    """What the row would write of the body."""
    rows = by.rows(Organisation, NEEDS).select_related("node", "street", "community")
    body = rows.filter(pk=key).first()
    if body is None:
        raise ImportRefused(f"第 {row.number} 行选定的组织不在您的管理范围内。")
    if draft.get("uscc") and not body.is_registered:
        raise ImportRefused(
            f"“{body.name}”还没有登记；表中有代码，请在它的页面办理转登记后再导入。"
        )
    taken = batch.rows.filter(organisation=body).exclude(pk=row.pk).order_by("number").first()
    if taken is not None and not draft.get("unsettled"):
        raise ImportRefused(f"第 {taken.number} 行已对应到“{body.name}”。")
    facts = unheard(draft.get("facts", ()), in_force([key]))
    columns = {k: v for k, v in draft.items() if k not in NOT_COLUMNS}
    place = Node.objects.filter(pk=draft.get("place", 0), ends_on__isnull=True).first()
    fill = batch.options.get("existing") == "fill"
    differing = differences(body, columns, None if place == batch.node else place, only_blank=fill)
    row.organisation, row.before = body, replaced(body, differing)
    return written(differing, facts)


def count(batch: ImportBatch, row: ImportRow, by: int) -> None:
    batch.counts[row.verdict] = batch.counts.get(row.verdict, 0) + by
    count_cells(batch.counts.setdefault("cells", {}), row.values, row.before, by=by)
