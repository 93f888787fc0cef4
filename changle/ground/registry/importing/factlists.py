"""Lists of official facts: each row is fastened to a body that is known, or says why it cannot be."""

from typing import Any

from changle.ground.registry.importing.cells import Reading
from changle.ground.registry.importing.facts import Told, key_of, sentence, told_facts
from changle.ground.registry.importing.judged import Judged, Match, Verdict
from changle.ground.registry.importing.judging import Judge
from changle.ground.registry.importing.known import Registry, alike
from changle.ground.registry.importing.options import BRINGS
from changle.ground.registry.importing.twins import code_of
from changle.ground.registry.models import Organisation


MISSING = {
    "inspection": ["年检（年报）结论", "这一行没有结论"],
    "credit": ["名单类别", "没有说明是哪个名单，请在选项中选择"],
    "grade": ["评估等级", "这一行没有等级"],
    "penalty": ["处罚种类", "这一行没有处罚种类"],
}
LABELS = dict(BRINGS)


class FactJudge(Judge):
    """By code, else by the whole name if one body in the area bears it; never by guessing."""

    def _one(self, reading: Reading, match: Match, known: Registry) -> Judged:
        facts = told_facts(reading.values, self.options)
        if not facts and not reading.refusals:
            reading.refusals.append(MISSING[self.options.brings])
        if not reading.values.get("name") and not match.sure and not reading.refusals:
            reading.refusals.append(["名称", "这一行没有名称，代码也查不到"])
        if reading.refusals:
            return self._answer(reading, Verdict.REFUSED)
        bodies = self._whom(reading, match, known)
        if len(bodies) > 1:
            return self._undecided(reading, bodies, facts)
        return self._of_one(reading, bodies[0] if bodies else None, match, facts, known)

    def _of_one(
        self, reading: Reading, body: Organisation | None, match: Match, facts: list[Told],
        known: Registry,
    ) -> Judged:  # fmt: skip
        values = reading.values
        if body is not None and not self._inside(body):
            where = self.places.root.name
            reading.refusals.append(["代码", f"属于{where}以外的“{body.name}”，不能在这里记入"])
            return self._answer(reading, Verdict.REFUSED)
        whom: Any = body.pk if body is not None else values.get("uscc") or alike(values["name"])
        if repeated := self._told_before(reading, whom, facts):
            reading.refusals.append(repeated)
            return self._answer(reading, Verdict.REFUSED, body)
        if body is not None:
            return self._tell(reading, body, facts, known)
        code = values.get("uscc")
        if self.options.unknown != "add" or not code or not values.get("name"):
            reading.refusals.append(self._unknown(reading))
            return self._answer(reading, Verdict.REFUSED)
        leader, _name = self._codes.setdefault(code, (reading.number, values["name"]))
        if leader != reading.number:
            return self._follow(reading, None, facts, known)
        return self._new(reading, match, facts, known)

    def _whom(self, reading: Reading, match: Match, known: Registry) -> list[Organisation]:
        """The bodies that the row may mean: one if it is sure."""
        values = reading.values
        if match.sure:
            body = known.bodies[match.sure]
            if values.get("name") and match.sure not in match.alikes:
                reading.doubts.append(
                    ["名称", f"代码属于“{body.name}”，表中名称是“{values['name']}”，请核对"]
                )
            return [body]
        bodies = [known.bodies[pk] for pk in match.alikes if self._inside(known.bodies[pk])]
        place = self._where(values)
        if place is not None:
            bodies = [one for one in bodies if (one.node.path or "").startswith(place.path or "-")]
        code = values.get("uscc")
        if code and bodies:
            bodies = [one for one in bodies if not one.uscc] or bodies
            reading.doubts.append(
                [
                    "代码",
                    f"组织库中没有这个代码，同名的“{bodies[0].name}”是 {code_of(bodies[0])}，请核对",
                ]
            )
        return bodies

    def _undecided(self, reading: Reading, bodies: list[Organisation], facts: list[Told]) -> Judged:
        seats = "、".join(
            f"{body.name}（{code_of(body)}，{body.community or body.street or self.places.root}）"
            for body in bodies
        )
        reading.doubts.append(["名称", f"有 {len(bodies)} 个同名组织：{seats}，请选定是哪一个"])
        reading.remarks += map(sentence, facts)
        told = {"facts": facts, "candidates": [body.pk for body in bodies], "unsettled": True}
        return self._answer(reading, Verdict.DOUBTFUL, values=told)

    def _told_before(self, reading: Reading, whom: Any, facts: list[Told]) -> list[str] | None:
        """The same fact of the same body in an earlier row, or one that contradicts it."""
        for told in facts:
            result = str(told.get("result") or "")
            number, said = self._facts.setdefault((whom, *key_of(told)), (reading.number, result))
            if number == reading.number:
                continue
            label = "代码" if reading.values.get("uscc") else "名称"
            differing = "" if said == result else f"，但结论不同（那里是“{said}”）"
            return [label, f"与第 {number} 行重复{differing}"]
        return None

    def _unknown(self, reading: Reading) -> list[str]:
        code, name = reading.values.get("uscc"), reading.values.get("name", "")
        what = LABELS[self.options.brings]
        if self.options.unknown == "add":
            return ["代码", f"组织库中没有“{name}”，补录须有统一社会信用代码和名称"]
        return [
            "代码" if code else "名称",
            f"组织库中没有“{name or code}”，{what}只能记到已有的组织",
        ]
