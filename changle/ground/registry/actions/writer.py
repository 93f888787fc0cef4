"""What the rows of a list say becomes bodies, changes of bodies, and facts about them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.actions.adding import Draft, add_many
from changle.ground.registry.actions.columns import write_columns
from changle.ground.registry.actions.importing import ImportRefused
from changle.ground.registry.actions.revising import Revision, locked_bodies, revise
from changle.ground.registry.importing import Options, approved, parts
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
FACT_DAYS = ("starts_on", "ends_on", "rectify_by", "rectified_on")
NOT_COLUMNS = {"place", "place_name", "facts", "candidates", "choice", "ticks", "draft", "of"}
MOST_SOURCE = 80
CHANGED = "试算之后“{}”有改动，请重新试算后再导入。"
GONE = "第 {} 行的组织已不在，请重新试算。"


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
        self.source = f"导入：{self.batch.file_name}"[:MOST_SOURCE]
        self.classes = ClassItem.objects.in_bulk()
        self.options = Options.of(self.batch.options)

    def write(self, rows: list[ImportRow]) -> None:
        self._load_nodes({row.values["place"] for row in rows if "place" in row.values})
        new = [row for row in rows if "kind" in row.values and "version" not in row.before]
        self._add(new)
        self._lead([row for row in rows if "with" in row.values], new)
        old = [row for row in rows if "version" in row.before and row.organisation_id]
        gone = [row for row in rows if "version" in row.before and not row.organisation_id]
        if gone:
            raise ImportRefused(GONE.format(gone[0].number))
        done = {id(row) for row in [*new, *self._change(old)]}
        done |= {id(row) for row in self._tell_facts([r for r in rows if r.organisation_id])}
        applied = [row for row in rows if id(row) in done]
        for row in applied:
            row.applied = True
        self.counts.update(added=len(new), changed=len(applied) - len(new))
        write_columns(applied, ["organisation", "before", "applied"])

    def _load_nodes(self, keys: set[int]) -> None:
        missing = keys - self.nodes.keys()
        if missing:
            found = Node.objects.filter(pk__in=missing).select_related("parent")
            self.nodes.update((node.pk, node) for node in found)

    def _add(self, rows: list[ImportRow]) -> None:
        self._refuse_taken(rows)
        drafts = [self._draft(row) for row in rows]
        added = add_many(drafts=drafts, by=self.by, now=self.now, note=self.note)
        for row, body in zip(rows, added, strict=True):
            row.organisation, row.before = body, {}

    def _refuse_taken(self, rows: list[ImportRow]) -> None:
        for column in ("uscc", "filing_number"):
            codes = [row.values[column] for row in rows if row.values.get(column)]
            for some in parts(codes):
                holder = (
                    Organisation.objects.filter(**{f"{column}__in": some}).order_by("pk").first()
                )
                if holder is not None:
                    raise ImportRefused(f"试算之后“{holder.name}”已被录入，请重新试算后再导入。")

    def _draft(self, row: ImportRow) -> Draft:
        told = {k: v for k, v in row.values.items() if k not in NOT_COLUMNS}
        columns = plain_columns(told, self.classes)
        return Draft(place=self.nodes[row.values["place"]], source=self.source, **columns)

    def _lead(self, followers: list[ImportRow], new: list[ImportRow]) -> None:
        """A row that tells more of a body which an earlier row of the file brought in."""
        made = {row.number: row.organisation_id for row in new}
        wanted = {row.values["with"] for row in followers} - made.keys()
        for some in parts(sorted(wanted)):
            earlier = self.batch.rows.filter(number__in=some, applied=True).order_by("number")
            made.update(earlier.values_list("number", "organisation_id"))
        for row in followers:
            row.organisation_id = made.get(row.values["with"])

    def _change(self, rows: list[ImportRow]) -> list[ImportRow]:
        """Write what was approved. Raises Refused if a body has changed since it was looked at."""
        ticked = {row.number: approved(row.values, row.before, self.options) for row in rows}
        changing = [row for row in rows if ticked[row.number]]
        bodies = locked_bodies({row.organisation_id or 0 for row in changing}, by=self.by)
        revisions = []
        for row in changing:
            body = bodies.get(row.organisation_id or 0)
            if body is None:
                raise ImportRefused(GONE.format(row.number))
            if body.version != row.before["version"]:
                raise ImportRefused(CHANGED.format(body.name))
            revisions.append(self._revision(row, body, ticked[row.number]))
        revise(revisions, by=self.by, now=self.now, note=self.note)
        for row, one in zip(changing, revisions, strict=True):
            row.before = {**row.before, "after": one.body.version}
            if one.began:
                row.before["began"] = one.began
        return changing

    def _revision(self, row: ImportRow, body: Organisation, ticked: frozenset[str]) -> Revision:
        told = {k: v for k, v in row.values.get("changes", {}).items() if k in ticked}
        place = self.nodes[row.values["place"]] if "place" in ticked else None
        stood = row.before.get("changes", {})
        row.before = {**row.before, "changes": {k: v for k, v in stood.items() if k in ticked}}
        if place is None:
            row.before.pop("place", None)
        return Revision(body, plain_columns(told, self.classes), place)

    def _tell_facts(self, rows: list[ImportRow]) -> list[ImportRow]:
        """Facts that are new, filled up or put right; the row keeps what undoes them."""
        telling = [row for row in rows if row.values.get("facts")]
        known = self._known(telling)
        fresh: list[tuple[ImportRow, OfficialFact]] = []
        filled: list[OfficialFact] = []
        withdrawn: list[OfficialFact] = []
        for row in telling:
            for told in row.values["facts"]:
                if "set" in told:
                    fact = known[told["id"]]
                    for name, value in dated(told["set"]).items():
                        setattr(fact, name, value)
                    filled.append(fact)
                    row.before.setdefault("facts_old", []).append([fact.pk, told["old"]])
                    continue
                if "instead" in told:
                    fact = known[told["instead"]]
                    fact.withdrawn_at, fact.withdrawn_because = self.now, self.note[:200]
                    withdrawn.append(fact)
                    row.before.setdefault("facts_withdrawn", []).append(fact.pk)
                fresh.append((row, self._fact(row, told)))
        write_columns(withdrawn, ["withdrawn_at", "withdrawn_because"])
        write_columns(filled, FACT_COLUMNS)
        made = OfficialFact.objects.bulk_create([fact for _row, fact in fresh])
        for (row, _fact), fact in zip(fresh, made, strict=True):
            row.before.setdefault("facts_new", []).append(fact.pk)
        self.counts["facts"] += len(made) + len(filled)
        return telling

    def _known(self, rows: list[ImportRow]) -> dict[int, OfficialFact]:
        """The facts that some rows fill up or put right, if they still stand."""
        told = [one for row in rows for one in row.values["facts"]]
        keys: Collection[int] = {one.get("id") or one.get("instead") or 0 for one in told} - {0}
        found: dict[int, OfficialFact] = {}
        for some in parts(sorted(keys)):
            facts = OfficialFact.objects.filter(pk__in=some, withdrawn_at__isnull=True)
            found.update(facts.in_bulk())
        if len(found) < len(keys):
            raise ImportRefused("试算之后官方事实有改动，请重新试算后再导入。")
        return found

    def _fact(self, row: ImportRow, told: dict[str, Any]) -> OfficialFact:
        columns = {
            name: value
            for name, value in dated(told).items()
            if value is not None and name not in {"old", "instead"}
        }
        return OfficialFact(
            organisation_id=row.organisation_id or 0, recorded_at=self.now,
            recorded_by_id=self.by.user_id or None, source=self.source, **columns,
        )  # fmt: skip


FACT_COLUMNS = ("result", "year", "starts_on", "ends_on", "authority", "document", "ground",
                "end_ground", "amount_fen", "rectify_by", "rectified_on")  # fmt: skip


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
