"""The rows of a list are written into the registry: all that were asked for, or none."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from changle.core.jobs import Progress
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.actions.adding import CHUNK
from changle.ground.registry.actions.importing import (
    AT_ONCE,
    NEEDS,
    WRITE_JOB,
    ImportRefused,
    Silent,
    Verdict,
    free,
    in_background,
    locked,
)
from changle.ground.registry.actions.writer import Writer
from changle.ground.registry.lifecycle import IMPORT
from changle.ground.registry.models import ImportBatch, ImportRow


def request_write(
    *, pk: int, good_only: bool, doubtful: bool, by: Actor, now: datetime
) -> ImportBatch:
    """Import what was tried: at once if it is short, else in the background. Raises Refused."""
    batch = by.rows(ImportBatch, NEEDS).get(pk=pk)
    if batch.counts.get("rows", 0) <= AT_ONCE:
        return write(pk=pk, good_only=good_only, doubtful=doubtful, by=by, now=now)
    with transaction.atomic():
        batch = locked(pk, by)
        free(batch)
        permit(batch, good_only=good_only, doubtful=doubtful)
        batch = IMPORT.fire(pk, "start", by=by, now=now)
        args = {"good_only": good_only, "doubtful": doubtful}
        batch.job = in_background(WRITE_JOB, batch, by, now, **args)
        batch.save(update_fields=["job"])
    return batch


def permit(batch: ImportBatch, *, good_only: bool, doubtful: bool) -> None:
    """All means all: a row that would be left behind must be named by who imports."""
    if good_only:
        return
    counts = batch.counts
    if refused := counts.get(Verdict.REFUSED):
        raise ImportRefused(f"有 {refused} 行被拒绝，不能全部导入；可以只导入合格行。")
    if counts.get(Verdict.DOUBTFUL) and not doubtful:
        raise ImportRefused(
            f"有 {counts[Verdict.DOUBTFUL]} 行存疑；请勾选“存疑的也导入”，或只导入合格行。"
        )
    unsettled = batch.rows.filter(verdict=Verdict.DOUBTFUL, values__has_key="unsettled")
    if count := unsettled.count():
        raise ImportRefused(f"有 {count} 行对应到几个同名组织，请先逐行选定，或只导入合格行。")


@transaction.atomic
def write(
    *, pk: int, good_only: bool, doubtful: bool, by: Actor, now: datetime,
    progress: Progress | None = None,
) -> ImportBatch:  # fmt: skip
    """In one transaction: whoever is killed here leaves nothing, and it may be done again."""
    batch = locked(pk, by)
    permit(batch, good_only=good_only, doubtful=doubtful)
    if batch.state != ImportBatch.State.IMPORTING:
        IMPORT.fire(pk, "start", by=by, now=now)
    verdicts = [Verdict.NEW, Verdict.UPDATE, *([Verdict.DOUBTFUL] if doubtful else [])]
    rows = batch.rows.filter(verdict__in=verdicts, applied=False)
    total = rows.count()
    writer = Writer(batch, by, now)
    done = 0
    try:
        for part in by_parts(rows):
            writer.write(part)
            done += len(part)
            (progress or Silent()).say(done, total, "导入")
    except IntegrityError:
        raise ImportRefused("试算之后登记簿有了变化，请重新试算后再导入。") from None
    batch.counts = {**batch.counts, "added": writer.counts["added"],
                    "changed": writer.counts["changed"], "facts": writer.counts["facts"]}  # fmt: skip
    batch.save(update_fields=["counts"])
    note = f"新增 {writer.counts['added']}，更新 {writer.counts['changed']}"
    return IMPORT.fire(pk, "finish", by=by, now=now, note=note)


def by_parts(rows: Any) -> Iterator[list[ImportRow]]:
    last = 0
    while part := list(rows.filter(number__gt=last).order_by("number", "pk")[:CHUNK]):
        yield part
        last = part[-1].number


@transaction.atomic
def failed(*, pk: int, by: Actor, now: datetime, why: Refused) -> None:
    """The background could not: the batch says so, and may be tried anew."""
    IMPORT.fire(pk, "fail", by=by, now=now, note=str(why))
