"""A spreadsheet comes in, is given its meaning and is tried; nothing of the registry changes yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from changle.core.files import TABLES, StoredFile, store
from changle.core.jobs import Job, Progress, enqueue
from changle.core.log import record
from changle.core.reach import Actor
from changle.core.sheets import Excluded, Layout, Table, layout, read
from changle.ground.registry.actions.adding import CHUNK, RegistryRefused
from changle.ground.registry.importing import (
    FactJudge,
    Judge,
    Judged,
    Mapping,
    Options,
    count_cells,
    load_classes,
    load_index,
    load_places,
    parts,
    propose,
    proposed,
)
from changle.ground.registry.importing.twins import MOST_COMPARED
from changle.ground.registry.lifecycle import IMPORT
from changle.ground.registry.models import ImportBatch, ImportRow
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


NEEDS = Permission.ORGANISATION_IMPORT
AT_ONCE = 3000  # rows up to which nobody is made to wait for the background
CHECK_JOB = "registry.import.check"
WRITE_JOB = "registry.import.write"
MOST_TITLE = 200
Verdict = ImportRow.Verdict


class ImportRefused(RegistryRefused):
    """The list cannot be imported so; the sentence says why."""


class Upload(Protocol):
    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


@dataclass
class Silent(Progress):
    """Where nobody watches."""

    job_id: int = 0

    def say(self, done: int, total: int, message: str = "") -> None: ...


def upload(
    *, file: Upload, node: Node, by: Actor, now: datetime, sheet: str = "",
    options: Options | None = None,
) -> ImportBatch:  # fmt: skip
    """Keep a file that can be read, with a proposal of what its columns mean. Raises Refused."""
    if not by.holds_at(NEEDS, node.path or ""):
        raise ImportRefused("您不能向这个地方导入组织。")
    with NamedTemporaryFile(suffix=".table") as draft:
        for piece in file.chunks():
            draft.write(piece)
        draft.flush()
        table = read(Path(draft.name), sheet=sheet or None)
    laid = layout(table)
    if not laid.rows:
        raise ImportRefused("表格里没有数据行。")
    return _kept(file, table, laid, node, options or Options(), by, now)


@transaction.atomic
def _kept(
    file: Upload, table: Table, laid: Layout, node: Node, options: Options, by: Actor, now: datetime
) -> ImportBatch:
    title = title_of(laid)
    mapping = propose(laid)
    told = proposed(options, mapping, f"{title} {file.name} {table.sheet}").plain()
    batch = ImportBatch(
        node=node, uploaded_by_id=by.user_id or None, file_name=(file.name or "")[:160],
        title=title, sheet=table.sheet, mapping=mapping.plain(), options=told,
        counts={"rows": len(laid.rows), "sheets": [each.name for each in table.sheets]},
        created_at=now,
    )  # fmt: skip
    IMPORT.begin(batch, ImportBatch.State.UPLOADED, at=now).save()
    stored = store(upload=file, subject=batch, needs=NEEDS, by=by, now=now, allowed=TABLES)
    batch.file_id, batch.file_name = stored.public_id, stored.name
    batch.save(update_fields=["file_id", "file_name"])
    record(batch, "upload", by=by, at=now, target=batch.state)
    return batch


def title_of(laid: Layout) -> str:
    above = laid.header_numbers[0] if laid.header_numbers else 0
    words = [each.text for each in laid.excluded if each.number < above]
    return " ".join(words)[:MOST_TITLE]


def locked(pk: int, by: Actor) -> ImportBatch:
    rows = by.rows(ImportBatch, NEEDS).select_for_update(of=("self",))
    return rows.select_related("node", "job").get(pk=pk)


def free(batch: ImportBatch) -> None:
    if batch.job is not None and not batch.job.ended:
        raise ImportRefused("后台正在处理这个文件，请等它结束。")


@transaction.atomic
def remap(
    *, pk: int, targets: Sequence[str], options: Options, by: Actor, now: datetime
) -> ImportBatch:
    """Say what each column means ("" leaves it out) and what holds of the list as a whole."""
    batch = locked(pk, by)
    free(batch)
    open_states = IMPORT.moves["check"].sources
    if batch.state not in open_states:
        raise ImportRefused("这个文件已处理完毕，不能再改对应关系。")
    mapping = Mapping.of(batch.mapping)
    if len(targets) != len(mapping.columns):
        raise ImportRefused("列数不符，请刷新后再试。")
    chosen = mapping.chosen(targets)
    if sentences := chosen.refusals():
        raise ImportRefused("".join(sentences))
    batch.mapping, batch.options = chosen.plain(), options.plain()
    batch.save(update_fields=["mapping", "options"])
    record(batch, "remap", by=by, at=now)
    return batch


def request_check(*, pk: int, by: Actor, now: datetime) -> None:
    """Try the list: at once if it is short, else in the background."""
    batch = by.rows(ImportBatch, NEEDS).select_related("job").get(pk=pk)
    free(batch)
    if batch.counts.get("rows", 0) <= AT_ONCE:
        check(pk=pk, by=by, now=now)
        return
    with transaction.atomic():
        batch = locked(pk, by)
        free(batch)
        batch.job = in_background(CHECK_JOB, batch, by, now)
        batch.save(update_fields=["job"])


def in_background(name: str, batch: ImportBatch, by: Actor, now: datetime, **args: Any) -> Job:
    told = {"batch": batch.pk, "user": by.user_id, "at": now.isoformat(), **args}
    return enqueue(name, f"导入 {batch.file_name}", told, by=by, now=now)


@transaction.atomic
def check(
    *, pk: int, by: Actor, now: datetime, progress: Progress | None = None
) -> ImportBatch:  # fmt: skip
    """The dry run: a verdict with reasons for each row, and nothing else. Raises Refused."""
    batch = locked(pk, by)
    mapping = Mapping.of(batch.mapping)
    if sentences := mapping.refusals():
        raise ImportRefused("".join(sentences))
    laid = laid_out(batch)
    judge = judge_of(batch, mapping, timezone.localdate(now), by, len(laid.rows))
    batch.rows.all().delete()
    counts = dict.fromkeys(Verdict.values, 0)
    cells: dict[str, dict[str, int]] = {}
    done = 0
    for part in parts(laid.rows, CHUNK):
        judged = judge.judge(part)
        keep(batch, judged, counts)
        for one in judged:
            count_cells(cells, one.values, one.before)
        done += len(part)
        (progress or Silent()).say(done, len(laid.rows), "试算")
    for some in parts(laid.excluded, CHUNK):
        keep(batch, [skipped(each) for each in some], counts)
    told = {"rows": len(laid.rows), "blank": laid.blank_rows, "cells": cells}
    batch.counts = {**batch.counts, **counts, **told}
    batch.options = {**batch.options, "columns": {}}  # what was approved was approved of other rows
    batch.save(update_fields=["counts", "options"])
    note = "、".join(f"{Verdict(name).label} {n}" for name, n in counts.items() if n)
    return IMPORT.fire(pk, "check", by=by, now=now, note=note)


def laid_out(batch: ImportBatch) -> Layout:
    stored = StoredFile.objects.get(public_id=str(batch.file_id))
    return layout(read(stored.path, sheet=batch.sheet or None))


def judge_of(batch: ImportBatch, mapping: Mapping, today: date, by: Actor, rows: int) -> Judge:
    options = Options.of(batch.options)
    places = load_places(batch.node, code_system=options.code_system, on=today)
    kind = FactJudge if options.of_facts else Judge
    return kind(
        mapping, options, places, load_classes(), load_index(), today, by, rows <= MOST_COMPARED
    )


def skipped(row: Excluded) -> Judged:
    return Judged(row.number, [row.text], Verdict.SKIPPED, [["", row.reason]])


def keep(batch: ImportBatch, judged: Iterable[Judged], counts: dict[str, int]) -> None:
    rows = []
    for one in judged:
        counts[one.verdict] += 1
        rows.append(
            ImportRow(
                batch=batch, number=one.number, cells=one.cells, values=one.values,
                verdict=one.verdict, reasons=one.reasons, before=one.before,
                organisation_id=one.organisation_id,
            )
        )  # fmt: skip
    ImportRow.objects.bulk_create(rows)


@transaction.atomic
def discard(*, pk: int, by: Actor, now: datetime) -> ImportBatch:
    """Give a list up; its rows are not kept longer than they serve."""
    free(locked(pk, by))
    batch = IMPORT.fire(pk, "discard", by=by, now=now)
    batch.rows.all().delete()
    return batch
