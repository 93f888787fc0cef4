"""What a row tells of inspection, grade, credit and penalty lists, beside what is known."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from changle.core.sheets import person_name
from changle.ground.registry.importing.cells import grade as read_grade
from changle.ground.registry.importing.options import Options
from changle.ground.registry.models import OfficialFact


Told = dict[str, Any]  # the columns of OfficialFact, days as ISO text
Kind = OfficialFact.Kind
LABELS = dict(Kind.choices)
LISTS = frozenset({Kind.ABNORMAL.value, Kind.SERIOUS.value})
SHOWN = {"ground": "事由", "document": "文号", "authority": "机关"}


def told_facts(values: dict[str, Any], options: Options) -> list[Told]:
    """The facts of one row; which kinds are looked for is what the list brings."""
    if options.of_facts:
        return [told for told in [TELLERS[options.brings](values, options)] if told]
    facts: list[Told | None] = []
    if values.get("inspection"):
        facts.append(
            {"kind": "inspection", "result": values["inspection"], "year": year_of(values, options)}
        )
    if values.get("grade"):
        facts.append(grade(values, options))
    if options.listing:
        facts.append(credit(values, options))
    return [told for told in facts if told]


def year_of(values: dict[str, Any], options: Options) -> int | None:
    return values.get("inspection_year") or options.inspection_year


def inspection(values: dict[str, Any], options: Options) -> Told | None:
    if not values.get("inspection"):
        return None
    return {
        "kind": "inspection",
        "result": values["inspection"],
        "year": year_of(values, options),
        "rectify_by": values.get("rectify_by"),
        "rectified_on": values.get("rectified_on"),
        **act(values, options),
    }


def grade(values: dict[str, Any], options: Options) -> Told | None:
    if not values.get("grade"):
        return None
    told = {"kind": "grade", "result": values["grade"], "starts_on": values.get("valid_from"),
            "ends_on": day_after(values.get("valid_to"))}  # fmt: skip
    return told | (act(values, options) if options.of_facts else {})


def credit(values: dict[str, Any], options: Options) -> Told | None:
    kind = values.get("listing") or options.listing
    if not kind:
        return None
    return {
        "kind": kind,
        "starts_on": values.get("listed_on") or plain(options.listed_on),
        "ends_on": values.get("removed_on"),
        "ground": values.get("ground", ""),
        "end_ground": values.get("end_ground", ""),
        **act(values, options),
    }


def penalty(values: dict[str, Any], options: Options) -> Told | None:
    if not values.get("penalty"):
        return None
    return {
        "kind": "penalty",
        "result": values["penalty"],
        "starts_on": values.get("listed_on") or plain(options.listed_on),
        "ends_on": day_after(values.get("valid_to")),
        "ground": values.get("ground", ""),
        "amount_fen": values.get("amount_fen"),
        **act(values, options),
    }


TELLERS = {"inspection": inspection, "grade": grade, "credit": credit, "penalty": penalty}


def act(values: dict[str, Any], options: Options) -> Told:
    return {
        "document": values.get("document", ""),
        "authority": values.get("authority") or options.authority,
    }


def day_after(day: str | None) -> str | None:
    """Papers name the last day on which something holds; spans here end on the day after."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day else None


def unheard(facts: Iterable[Told], known: Iterable[OfficialFact]) -> list[Told]:
    """The facts that are new; those that fill a known one (`set`), or put it right (`instead`)."""
    answers = []
    standing = list(known)
    for told in facts:
        same = next((fact for fact in standing if speaks_of(fact, told)), None)
        if same is None:
            answers.append(told)
            continue
        differing = {k: v for k, v in told.items() if v and v != as_read(same, k)}
        if not differing:
            continue
        old = {k: plain_column(same, k) for k in differing}
        if any(old.values()):
            answers.append({**kept_of(same), **{k: v for k, v in told.items() if v},
                            "instead": same.pk, "old": old})  # fmt: skip
        else:
            answers.append({**told, "id": same.pk, "set": differing, "old": old})
    return answers


def speaks_of(fact: OfficialFact, told: Told) -> bool:
    """Whether both are the same fact: of one year, one stay on a list, one decision."""
    if fact.kind != told["kind"]:
        return False
    if fact.kind == Kind.INSPECTION:
        return fact.year == told.get("year")
    number, began, starts = told.get("document"), plain(fact.starts_on), told.get("starts_on")
    if fact.document and number:
        return bool(fact.document == number and (fact.kind == Kind.PENALTY or began == starts))
    if fact.kind in LISTS:
        return began == starts or (fact.ends_on is None and not (began and starts))
    if fact.kind == Kind.GRADE and not (began and starts):
        return began is None or bool(fact.result == told["result"])
    return bool(began == starts)


KEPT = ("kind", "result", "year", "starts_on", "ends_on", "authority", "document", "ground",
        "end_ground", "amount_fen", "rectify_by", "rectified_on")  # fmt: skip


def kept_of(fact: OfficialFact) -> Told:
    return {name: plain_column(fact, name) for name in KEPT}


def key_of(told: Told) -> tuple[Any, ...]:
    """By what the register tells two facts of one body apart."""
    return (told["kind"], told.get("year"), told.get("starts_on"), told.get("document") or "")


def as_read(fact: OfficialFact, name: str) -> Any:
    """What a list would say that tells the same: blanks and spellings of it tell nothing new."""
    value = plain_column(fact, name)
    if not isinstance(value, str):
        return value
    return read_grade(value) if name == "result" and fact.kind == Kind.GRADE else person_name(value)


def plain_column(fact: OfficialFact, name: str) -> Any:
    return plain(getattr(fact, name))


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def sentence(told: Told) -> list[str]:
    """[what, how it is told], for the list of a row's reasons."""
    listed = told["kind"] in LISTS
    words = [f"{told['year']} 年度" if told.get("year") else "", str(told.get("result") or "")]
    if told.get("starts_on"):
        words.append(f"{told['starts_on']} {'列入' if listed else '起'}")
    if told.get("ends_on"):
        words.append(f"{told['ends_on']} 移出" if listed else f"至 {day_before(told['ends_on'])}")
    if told.get("amount_fen"):
        words.append(f"{told['amount_fen'] / 100:.2f}元")
    words += [f"{label}：{told[key]}" for key, label in SHOWN.items() if told.get(key)]
    if told.get("old"):
        before = "、".join(f"{value or '空'}" for value in told["old"].values())
        words.append(f"（原为 {before}）")
    return [LABELS[told["kind"]], " ".join(word for word in words if word) or "列入"]


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
