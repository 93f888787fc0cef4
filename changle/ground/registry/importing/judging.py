"""What is to be made of each row: new, an update, the same, doubtful or refused, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from changle.core.codes import kind_of_uscc
from changle.core.reach import Actor
from changle.core.sheets import Row
from changle.ground.registry.importing.cells import Reader, Reading, Reason
from changle.ground.registry.importing.classing import ClassBook, columns_of
from changle.ground.registry.importing.differing import differences, replaced, written
from changle.ground.registry.importing.facts import Told, key_of, sentence, told_facts, unheard
from changle.ground.registry.importing.judged import Judged, Match, Verdict
from changle.ground.registry.importing.known import Index, Registry, alike, load_registry
from changle.ground.registry.importing.mapping import Mapping
from changle.ground.registry.importing.options import Options
from changle.ground.registry.importing.places import NoPlace, PlaceBook
from changle.ground.registry.importing.twins import likes_of, namesakes
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import Lookalike
from changle.ground.territory.models import Node


OVER = ("注销", "撤销", "解散", "终止", "吊销")
EXAMPLE = ("示例：", "示例:")  # begins the name in the example row of a template
NAME_ALONE = ["名称", "表中没有代码，只按名称对应到已有的组织，请核对"]


@dataclass
class Judge:
    """Judges the rows of one sheet in their order; it remembers the rows it has seen."""

    mapping: Mapping
    options: Options
    places: PlaceBook
    classes: ClassBook
    index: Index
    today: date
    # Who sees phones may be told that two bodies share one.
    by: Actor = field(default_factory=Actor)
    compares: bool = True  # with every body, not only with those of the same name or phone
    _codes: dict[str, tuple[int, str]] = field(default_factory=dict)
    _names: dict[str, tuple[int, str]] = field(default_factory=dict)
    _facts: dict[tuple[Any, ...], tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = Reader.of(self.mapping, self.today)

    def judge(self, rows: Sequence[Row]) -> list[Judged]:
        """A handful of queries for all the rows together."""
        readings = [self._reader.read(row) for row in rows]
        matches = [self._match(reading.values) for reading in readings]
        known = load_registry({pk for found in matches for pk in found.ids()})
        fresh = [
            n for n, match in enumerate(matches) if not match.sure and not self.options.of_facts
        ]
        drafts = [(readings[n].values, self._where(readings[n].values), matches[n]) for n in fresh]
        for n, found in zip(
            fresh, likes_of(drafts, known, self.by, all_=self.compares), strict=True
        ):
            matches[n].likes.extend(found)
        return [
            self._example(reading) or self._one(reading, match, known)
            for reading, match in zip(readings, matches, strict=True)
        ]

    def _example(self, reading: Reading) -> Judged | None:
        if not str(reading.values.get("name", "")).startswith(EXAMPLE):
            return None
        reasons = [["", "模板中的示例行"]]
        return Judged(reading.number, reading.cells, Verdict.SKIPPED, reasons)

    def _match(self, values: dict[str, Any]) -> Match:
        name = alike(values.get("name", ""))
        alikes = tuple(self.index.by_name.get(name, ())) if name else ()
        if code := values.get("uscc"):
            sure = self.index.by_code.get(code)
        elif (pk := values.get("id")) in alikes:
            return Match(pk, (pk,))
        else:
            sure = self.index.by_filing.get(values.get("filing_number", "-"))
        if sure or self.options.of_facts:
            return Match(sure, alikes)
        return Match(
            None, alikes, tuple(self.index.by_phone.get(values.get("contact_phone", "-"), ()))
        )

    def _one(self, reading: Reading, match: Match, known: Registry) -> Judged:
        values = reading.values
        body = known.bodies.get(match.sure or 0)
        if not values.get("name"):
            if body is None:
                reading.refusals.append(["名称", "这一行没有名称"])
            else:
                values["name"] = body.name
        facts = told_facts(values, self.options)
        repeated = self._repeated(reading)
        fresh = not reading.refusals and self._first_told(reading, facts)
        if repeated and fresh and values.get("uscc"):
            return self._follow(reading, body, facts, known)
        if repeated:
            reading.refusals.append(repeated)
        if reading.refusals:
            return self._answer(reading, Verdict.REFUSED, body)
        if body is None and not values.get("uscc") and not values.get("filing_number"):
            body = self._by_name_alone(reading, match, known)
        if body is not None:
            return self._existing(reading, body, facts, known)
        return self._new(reading, match, facts, known)

    def _answer(
        self, reading: Reading, verdict: str, body: Organisation | None = None, **told: Any
    ) -> Judged:
        reasons = [*reading.refusals, *reading.doubts, *reading.remarks]
        return Judged(
            reading.number, reading.cells, verdict, reasons,
            organisation_id=body.pk if body is not None else None, **told,
        )  # fmt: skip

    def _first_told(self, reading: Reading, facts: list[Told]) -> bool:
        """Whether no earlier row told the same facts of the body with this code."""
        code = reading.values.get("uscc", "")
        told = [
            self._facts.setdefault((code, *key_of(fact)), (reading.number, ""))[0]
            for fact in facts
            if code
        ]
        return bool(told) and all(number == reading.number for number in told)

    def _follow(
        self, reading: Reading, body: Organisation | None, facts: list[Told], known: Registry
    ) -> Judged:
        """A further row of the same body tells only further facts, such as another year's."""
        if body is not None:
            return self._tell(reading, body, facts, known)
        leader = self._codes[reading.values["uscc"]][0]
        reading.remarks += [["", f"记到第 {leader} 行的组织"], *map(sentence, facts)]
        return self._answer(reading, Verdict.NEW, values={"facts": facts, "with": leader})

    def _tell(
        self, reading: Reading, body: Organisation, facts: list[Told], known: Registry
    ) -> Judged:
        """Only what the official lists say of a body; the body itself stays as it is."""
        fresh = unheard(facts, known.facts.get(body.pk, ()))
        reading.remarks += map(sentence, fresh)
        verdict = Verdict.UPDATE if fresh else Verdict.SAME
        return self._answer(
            reading, Verdict.DOUBTFUL if reading.doubts else verdict, body,
            values={"facts": fresh} if fresh else {}, before={"version": body.version, "kind": body.kind},
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
        self, reading: Reading, match: Match, known: Registry
    ) -> Organisation | None:
        """The one body of that name here, where the row gives no code; a person should look.

        A ledger has no codes: there the name within the named community is enough.
        """
        bodies = [known.bodies[pk] for pk in match.alikes if self._inside(known.bodies[pk])]
        place = self._where(reading.values)
        if place is not None:
            bodies = [
                body for body in bodies if (body.node.path or "").startswith(place.path or "-")
            ]
        if len(bodies) != 1:
            return None
        named = place is not None and place.kind == Node.Kind.COMMUNITY
        if not (named and self.options.brings == "ledger" and not bodies[0].is_registered):
            reading.doubts.append(list(NAME_ALONE))
        return bodies[0]

    def _inside(self, body: Organisation) -> bool:
        return (body.node.path or "").startswith(self.places.root.path or "-")

    def _place(self, values: dict[str, Any]) -> Node | None:
        return self.places.find(
            street=values.get("street", ""),
            community=values.get("community", ""),
            code=values.get("place_code", ""),
        )

    def _where(self, values: dict[str, Any]) -> Node | None:
        """The place that a row names, if it is known here."""
        try:
            return self._place(values)
        except NoPlace:
            return None

    def _settled(self, reading: Reading) -> Node | None:
        """The place that the row names; None, with a doubt, if it names one that is not here."""
        try:
            return self._place(reading.values)
        except NoPlace as why:
            reading.doubts.append(["所在地", str(why)])
            return None

    def _new(self, reading: Reading, match: Match, facts: list[Told], known: Registry) -> Judged:
        values = reading.values
        kind = self._kind(reading)
        place = self._settled(reading) or self.places.root
        if reading.refusals:
            return self._answer(reading, Verdict.REFUSED)
        alikes = self._twins(reading, match, place, known)
        if any(word in values.get("status", "") for word in OVER):
            reading.doubts.append(["状态", f"表中是“{values['status']}”，导入后将是正常状态"])
        columns = columns_of(reading, kind, self.classes)
        if kind not in Organisation.REGISTERED:
            columns.pop("uscc", None)
        reading.remarks += map(sentence, facts)
        told = {"kind": kind, **columns, "place": place.pk, **({"facts": facts} if facts else {})}
        if alikes:
            told["candidates"] = [like.pk for like in alikes]
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

    def _twins(
        self, reading: Reading, match: Match, place: Node, known: Registry
    ) -> list[Lookalike]:
        """Bodies that may be this one, told as doubts; those that it may be taken for."""
        told = namesakes(reading.values, place, [known.bodies[pk] for pk in match.alikes])
        reading.doubts += [["名称", words] for words in told]
        for like in match.likes:
            reading.doubts.append(["可能重复", f"与“{like.name}”{'、'.join(like.reasons)}"])
        return match.likes

    def _existing(
        self, reading: Reading, body: Organisation, facts: list[Told], known: Registry
    ) -> Judged:
        if refusal := self._not_ours(reading, body):
            reading.refusals.append(refusal)
            return self._answer(reading, Verdict.REFUSED, body if self._inside(body) else None)
        self._forgive(reading, body)
        columns = columns_of(reading, body.kind, self.classes)
        fill = self.options.existing == "fill"
        differing = differences(body, columns, self._settled(reading), only_blank=fill)
        fresh = unheard(facts, known.facts.get(body.pk, ()))
        changes = bool(differing.changes or differing.place or fresh)
        if changes and body.state not in Organisation.LIVING:
            reading.doubts.append(["状态", f"“{body.name}”{body.state_label()}"])
        if not changes and NAME_ALONE in reading.doubts:
            reading.doubts.remove(NAME_ALONE)  # nothing would be written: nothing to look at
        reading.remarks += map(sentence, fresh)
        verdict = Verdict.UPDATE if changes else Verdict.SAME
        return self._answer(
            reading,
            Verdict.DOUBTFUL if reading.doubts else verdict,
            body,
            values=written(differing, fresh),
            before=replaced(body, differing),
        )

    def _not_ours(self, reading: Reading, body: Organisation) -> Reason | None:
        if not self._inside(body):
            where = self.places.root.name
            return ["代码", f"属于{where}以外的“{body.name}”，不能在这里更新"]
        if reading.values.get("uscc") and body.kind not in Organisation.REGISTERED:
            return ["代码", f"“{body.name}”是备案组织，转登记请在它的页面办理"]
        return None

    def _forgive(self, reading: Reading, body: Organisation) -> None:
        """What cannot be taken, but stands so in the registry already, is no doubt."""
        raw = reading.values.get("_raw", {})
        for place, key in reversed(list(enumerate(raw))):
            if str(getattr(body, key, "")) == raw[key]:
                del reading.doubts[place]
