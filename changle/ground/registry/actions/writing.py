"""The rows of a list are written into the registry: all that were asked for, or none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.jobs import Progress
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.actions.adding import CHUNK, Draft, add_many
from changle.ground.registry.actions.changing import change_organisation, move_organisation
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
from changle.ground.registry.lifecycle import IMPORT
from changle.ground.registry.models import (
    ClassItem,
    ImportBatch,
    ImportRow,
    OfficialFact,
    Organisation,
)
from changle.ground.territory.models import Node


CLASSED = ("field", "official_class", "category")
DAYS = ("registered_on", "founded_on", "confirmed_on")
FACT_DAYS = ("starts_on", "ends_on")
MOST_SOURCE = 80


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


@dataclass
class Writer:
    batch: ImportBatch
    by: Actor
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    nodes: dict[int, Node] = field(default_factory=dict)
    classes: dict[int, ClassItem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.note = f"导入批次 {self.batch.pk}：{self.batch.file_name}"
        self.classes = ClassItem.objects.in_bulk()

    def write(self, rows: list[ImportRow]) -> None:
        new = [row for row in rows if "version" not in row.before]
        old = [row for row in rows if "version" in row.before]
        self._load_nodes({row.values["place"] for row in rows if "place" in row.values})
        self._refuse_taken(new)
        drafts = [self._draft(row) for row in new]
        added = add_many(drafts=drafts, by=self.by, now=self.now, note=self.note)
        for row, body in zip(new, added, strict=True):
            row.organisation, row.before = body, {}
        for row in old:
            self._change(row)
        self._tell_facts(rows)
        for row in rows:
            row.applied = True
        self.counts.update(added=len(new), changed=len(old))
        ImportRow.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"],
            update_fields=["organisation", "before", "applied"],
        )  # fmt: skip

    def _load_nodes(self, keys: set[int]) -> None:
        missing = keys - self.nodes.keys()
        if missing:
            found = Node.objects.filter(pk__in=missing).select_related("parent")
            self.nodes.update((node.pk, node) for node in found)

    def _refuse_taken(self, rows: list[ImportRow]) -> None:
        for column in ("uscc", "filing_number"):
            codes = [row.values[column] for row in rows if row.values.get(column)]
            for start in range(0, len(codes), 900):
                found = Organisation.objects.filter(**{f"{column}__in": codes[start : start + 900]})
                holder = found.order_by("pk").first()
                if holder is not None:
                    raise ImportRefused(f"试算之后“{holder.name}”已被录入，请重新试算后再导入。")

    def _draft(self, row: ImportRow) -> Draft:
        told = {k: v for k, v in row.values.items() if k not in {"place", "facts"}}
        columns = plain_columns(told, self.classes)
        source = f"导入：{self.batch.file_name}"[:MOST_SOURCE]
        return Draft(place=self.nodes[row.values["place"]], source=source, **columns)

    def _change(self, row: ImportRow) -> None:
        """Raises Refused if the body has changed since it was looked at."""
        pk = row.organisation_id
        if pk is None:
            raise ImportRefused(f"第 {row.number} 行的组织已不在，请重新试算。")
        told: dict[str, Any] = {"by": self.by, "now": self.now, "note": self.note}
        body = Organisation.objects.get(pk=pk)
        if body.version != row.before["version"]:
            raise ImportRefused(f"试算之后“{body.name}”有改动，请重新试算后再导入。")
        if changes := plain_columns(row.values.get("changes", {}), self.classes):
            body = change_organisation(pk=pk, version=body.version, changes=changes, **told)
        if "place" in row.values:
            place = self.nodes[row.values["place"]]
            body = move_organisation(pk=pk, place=place, on=self.today, **told)
        row.before = {**row.before, "after": body.version}

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def _tell_facts(self, rows: list[ImportRow]) -> None:
        """Facts that are new, and those now told otherwise; the row keeps what undoes them."""
        fresh: list[tuple[ImportRow, OfficialFact]] = []
        for row in rows:
            for told in row.values.get("facts", ()):
                if "set" in told:
                    OfficialFact.objects.filter(pk=told["id"]).update(**dated(told["set"]))
                    row.before.setdefault("facts_old", []).append([told["id"], told["old"]])
                else:
                    fresh.append((row, self._fact(row, told)))
        made = OfficialFact.objects.bulk_create([fact for _row, fact in fresh])
        for (row, _fact), fact in zip(fresh, made, strict=True):
            row.before.setdefault("facts_new", []).append(fact.pk)
        self.counts["facts"] += len(made)

    def _fact(self, row: ImportRow, told: dict[str, Any]) -> OfficialFact:
        columns = {name: value for name, value in dated(told).items() if value is not None}
        return OfficialFact(
            organisation_id=row.organisation_id or 0, recorded_at=self.now,
            source=f"导入：{self.batch.file_name}"[:MOST_SOURCE], **columns,
        )  # fmt: skip


def plain_columns(told: dict[str, Any], classes: dict[int, ClassItem]) -> dict[str, Any]:
    """JSON values as those of the columns."""
    columns = dict(told)
    for key in CLASSED:
        if columns.get(key):
            columns[key] = classes[columns[key]]
    for key in DAYS:
        if columns.get(key):
            columns[key] = date.fromisoformat(columns[key])
    return columns


def dated(told: dict[str, Any]) -> dict[str, Any]:
    days = {key: date.fromisoformat(told[key]) for key in FACT_DAYS if told.get(key)}
    return {**told, **days}
