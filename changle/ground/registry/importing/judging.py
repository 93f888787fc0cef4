"""What is to be made of each row: new, an update, the same, doubtful or refused, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from changle.core.codes import kind_of_uscc
from changle.core.sheets import Row
from changle.ground.registry.importing.cells import Reader, Reading
from changle.ground.registry.importing.differing import Difference, differences
from changle.ground.registry.importing.facts import FACT_KEYS, sentence, told_facts, unheard
from changle.ground.registry.importing.known import Index, Registry, alike, load_registry
from changle.ground.registry.importing.mapping import Mapping
from changle.ground.registry.importing.options import Options
from changle.ground.registry.importing.places import NoPlace, PlaceBook
from changle.ground.registry.importing.targets import TARGETS
from changle.ground.registry.models import ImportRow, Organisation


Verdict = ImportRow.Verdict
Reason = list[str]
CLASSES: dict[str, dict[str, tuple[str, ...]]] = {
    "field": {"": ("field",)},
    "official_class": {
        "ST": ("association",), "MF": ("nonenterprise", "industry"), "JJH": ("foundation",),
    },
    "category": {"BA": ("community",), "PRE": ("community",)},
}  # fmt: skip
OVER = ("注销", "撤销", "解散", "终止", "吊销")
NOT_COLUMNS = FACT_KEYS | {"street", "community", "place_code", "status", "id", "kind", "_raw"}


@dataclass
class Judged:
    """A row with its verdict; `values` is what would be written, `before` what it would replace."""

    number: int
    cells: list[str]
    verdict: str
    reasons: list[Reason] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None


@dataclass
class Judge:
    """Judges the rows of one sheet in their order; it remembers the rows it has seen."""

    mapping: Mapping
    options: Options
    places: PlaceBook
    classes: dict[tuple[str, str], int]
    index: Index
    today: date
    _codes: dict[str, tuple[int, str]] = field(default_factory=dict)
    _names: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = Reader.of(self.mapping, self.today)

    def judge(self, rows: Sequence[Row]) -> list[Judged]:
        """A handful of queries for all the rows together."""
        readings = [self._reader.read(row) for row in rows]
        matches = [self._match(reading.values) for reading in readings]
        known = load_registry({pk for found in matches for pk in found.ids()})
        return [
            self._one(reading, match, known)
            for reading, match in zip(readings, matches, strict=True)
        ]

    def _match(self, values: dict[str, Any]) -> "Match":
        name = alike(values.get("name", ""))
        alikes = tuple(self.index.by_name.get(name, ())[:20]) if name else ()
        if code := values.get("uscc"):
            return Match(self.index.by_code.get(code), alikes)
        if (pk := values.get("id")) in alikes:
            return Match(pk, ())
        if filing := values.get("filing_number"):
            return Match(self.index.by_filing.get(filing), alikes)
        return Match(None, alikes)

    def _one(self, reading: Reading, match: "Match", known: Registry) -> Judged:
        values = reading.values
        body = known.bodies.get(match.sure or 0)
        if not values.get("name"):
            if body is None:
                reading.refusals.append(["名称", "这一行没有名称"])
            else:
                values["name"] = body.name
        repeated = self._repeated(reading)
        if repeated:
            reading.refusals.append(repeated)
        if reading.refusals:
            return self._answer(reading, Verdict.REFUSED, body)
        if body is None and not values.get("uscc") and not values.get("filing_number"):
            body = self._by_name_alone(reading, match, known)
        if body is not None:
            return self._existing(reading, body, known)
        return self._new(reading, match, known)

    def _answer(
        self, reading: Reading, verdict: str, body: Organisation | None = None, **told: Any
    ) -> Judged:
        reasons = [*reading.refusals, *reading.doubts, *reading.remarks]
        return Judged(
            reading.number, reading.cells, verdict, reasons,
            organisation_id=body.pk if body is not None else None, **told,
        )  # fmt: skip

    def _repeated(self, reading: Reading) -> Reason | None:
        """The same body twice in one file: the first row counts, the later ones point at it."""
        values = reading.values
        name = values.get("name", "")
        code = values.get("uscc") or values.get("filing_number")
        if code:
            number, told = self._codes.setdefault(code, (reading.number, name))
            if number != reading.number:
                differing = "" if alike(told) == alike(name) else f"，但名称不同（那里是“{told}”）"
                return ["代码", f"与第 {number} 行重复{differing}"]
        elif reading.refusals:
            return None
        place = f"{values.get('street', '')}/{values.get('community', '')}"
        key = alike(name) if code else f"{alike(name)}/{place}"
        number, told = self._names.setdefault(key, (reading.number, code or ""))
        if number == reading.number or not name:
            return None
        if code:
            if told != code:
                reading.doubts.append(["名称", f"与第 {number} 行同名，代码不同"])
            return None
        return ["名称", f"与第 {number} 行重复"]

    def _by_name_alone(
        self, reading: Reading, match: "Match", known: Registry
    ) -> Organisation | None:
        """The one body of that name here, where the row gives no code; a person should look."""
        bodies = [known.bodies[pk] for pk in match.alikes if self._inside(known.bodies[pk])]
        if len(bodies) != 1 or self._elsewhere(reading, bodies[0]):
            return None
        reading.doubts.append(["名称", "表中没有代码，只按名称对应到已有的组织，请核对"])
        return bodies[0]

    def _elsewhere(self, reading: Reading, body: Organisation) -> bool:
        try:
            place = self._place(reading.values)
        except NoPlace:
            return False
        return place is not None and not (body.node.path or "").startswith(place.path or "-")

    def _inside(self, body: Organisation) -> bool:
        return (body.node.path or "").startswith(self.places.root.path or "-")

    def _place(self, values: dict[str, Any]) -> Any:
        return self.places.find(
            street=values.get("street", ""),
            community=values.get("community", ""),
            code=values.get("place_code", ""),
        )

    def _settled(self, reading: Reading) -> Any:
        """The place that the row names; None, with a doubt, if it names one that is not here."""
        try:
            return self._place(reading.values)
        except NoPlace as why:
            reading.doubts.append(["所在地", str(why)])
            return None

    def _new(self, reading: Reading, match: "Match", known: Registry) -> Judged:
        values = reading.values
        kind = self._kind(reading)
        place = self._settled(reading) or self.places.root
        if reading.refusals:
            return self._answer(reading, Verdict.REFUSED)
        self._beware(reading, match, known, place.path or "")
        if any(word in values.get("status", "") for word in OVER):
            reading.doubts.append(["状态", f"表中是“{values['status']}”，导入后将是正常状态"])
        columns = self._columns(reading, kind)
        if kind not in Organisation.REGISTERED:
            columns.pop("uscc", None)
        facts = told_facts(values, self.options)
        reading.remarks += [sentence(told) for told in facts]
        told = {"kind": kind, **columns, "place": place.pk, **({"facts": facts} if facts else {})}
        verdict = Verdict.DOUBTFUL if reading.doubts else Verdict.NEW
        return self._answer(reading, verdict, values=told)

    def _kind(self, reading: Reading) -> str:
        """By the code, never by the name; without a code only filed bodies and teams enter."""
        values = reading.values
        told = values.get("kind", "")
        if code := values.get("uscc"):
            kind = kind_of_uscc(code) or ""
            if told and told != kind:
                labels = dict(Organisation.Kind.choices)
                reading.doubts.append(
                    ["类型", f"表中是{labels[told]}，代码表明是{labels[kind]}，以代码为准"]
                )
            return kind
        if told in Organisation.REGISTERED or (
            not told and not values.get("filing_number") and not self.options.kind
        ):
            reading.refusals.append(
                ["统一社会信用代码", "没有代码；登记的组织应有代码，备案组织请在选项中说明"]
            )
        return told or ("BA" if values.get("filing_number") else self.options.kind)

    def _beware(self, reading: Reading, match: "Match", known: Registry, path: str) -> None:
        """A body of the same name under another code in the same street may be the same one."""
        for pk in match.alikes:
            body = known.bodies[pk]
            street = body.street.path if body.street is not None else body.node.path
            if path.startswith(street or "-") or (body.node.path or "-").startswith(path):
                code = body.uscc or body.filing_number or "无代码"
                reading.doubts.append(
                    ["名称", f"已有同名组织“{body.name}”（{code}），可能是同一个"]
                )
                return

    def _columns(self, reading: Reading, kind: str) -> dict[str, Any]:
        """The columns of the body that the row fills, classes by key."""
        columns = {k: v for k, v in reading.values.items() if k not in NOT_COLUMNS}
        for key, by_kind in CLASSES.items():
            name = columns.pop(key, "")
            lists = by_kind.get(kind, by_kind.get("", ()))
            if not name or (not lists and key != "field"):
                continue
            found = self._class(lists, name)
            if found is None:
                reading.remarks.append([TARGETS[key].label, f"分类表中没有“{name}”，这一格不导入"])
            else:
                columns[key] = found
        return columns

    def _class(self, lists: tuple[str, ...], name: str) -> int | None:
        for list_ in lists:
            for spelt in (name, f"{name}类", name.removesuffix("类")):
                if (list_, spelt) in self.classes:
                    return self.classes[list_, spelt]
        return None

    def _existing(self, reading: Reading, body: Organisation, known: Registry) -> Judged:
        if not self._inside(body):
            where = self.places.root.name
            reading.refusals.append(["代码", f"属于{where}以外的“{body.name}”，不能在这里更新"])
            return self._answer(reading, Verdict.REFUSED)
        if reading.values.get("uscc") and body.kind not in Organisation.REGISTERED:
            reading.refusals.append(["代码", f"“{body.name}”是备案组织，转登记请在它的页面办理"])
            return self._answer(reading, Verdict.REFUSED, body)
        self._forgive(reading, body)
        columns = self._columns(reading, body.kind)
        fill = self.options.existing == "fill"
        differing = differences(body, columns, self._settled(reading), only_blank=fill)
        facts = unheard(told_facts(reading.values, self.options), known.facts.get(body.pk, ()))
        changes = bool(differing.changes or differing.place or facts)
        if changes and body.state not in Organisation.LIVING:
            reading.doubts.append(["状态", f"“{body.name}”{body.state_label()}"])
        reading.remarks += [*differing.reasons, *(sentence(told) for told in facts)]
        verdict = Verdict.UPDATE if changes else Verdict.SAME
        if reading.doubts:
            verdict = Verdict.DOUBTFUL
        return self._answer(
            reading,
            verdict,
            body,
            values=written(differing, facts),
            before=replaced(body, differing),
        )

    def _forgive(self, reading: Reading, body: Organisation) -> None:
        """What cannot be taken, but stands so in the registry already, is no doubt."""
        raw = reading.values.get("_raw", {})
        for place, key in reversed(list(enumerate(raw))):
            if str(getattr(body, key, "")) == raw[key]:
                del reading.doubts[place]


@dataclass(frozen=True)
class Match:
    """Whom a row speaks of: surely, by code or key; or perhaps, by name."""

    sure: int | None
    alikes: tuple[int, ...]

    def ids(self) -> set[int]:
        return {pk for pk in (self.sure, *self.alikes) if pk}


def written(differing: Difference, facts: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if differing.changes:
        told["changes"] = differing.changes
    if differing.place:
        told["place"] = differing.place
    if facts:
        told["facts"] = facts
    return told


def replaced(body: Organisation, differing: Difference) -> dict[str, Any]:
    """What an undo puts back, and the version by which a change in between is told."""
    told: dict[str, Any] = {"version": body.version}
    if differing.changes:
        told["changes"] = differing.before
    if differing.place:
        told["place"] = body.node.parent_id
    return told
