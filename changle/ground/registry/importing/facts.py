"""What a row tells of inspection, grade and credit lists, beside what is known."""

from collections.abc import Iterable
from typing import Any

from changle.ground.registry.importing.options import Options
from changle.ground.registry.models import OfficialFact


FACT_KEYS = frozenset(
    {"inspection", "inspection_year", "grade", "listed_on", "removed_on", "document", "authority"}
)
Told = dict[str, Any]  # the columns of OfficialFact, days as ISO text
LABELS = dict(OfficialFact.Kind.choices)


def told_facts(values: dict[str, Any], options: Options) -> list[Told]:
    facts: list[Told] = []
    if result := values.get("inspection"):
        year = values.get("inspection_year") or options.inspection_year
        facts.append({"kind": "inspection", "result": result, "year": year})
    if result := values.get("grade"):
        facts.append({"kind": "grade", "result": result})
    if options.listing:
        listed_on = values.get("listed_on") or (
            options.listed_on.isoformat() if options.listed_on else None
        )
        facts.append(
            {
                "kind": options.listing,
                "starts_on": listed_on,
                "ends_on": values.get("removed_on"),
                "authority": values.get("authority") or options.authority,
                "document": values.get("document", ""),
            }
        )
    return facts


def unheard(facts: Iterable[Told], known: Iterable[OfficialFact]) -> list[Told]:
    """The facts that are new, and those that differ from a known one (`id` names it)."""
    answers = []
    standing = list(known)
    for told in facts:
        same = next((fact for fact in standing if speaks_of(fact, told)), None)
        if same is None:
            answers.append(told)
            continue
        differing = {k: v for k, v in told.items() if v and v != plain_column(same, k)}
        if differing:
            old = {k: plain_column(same, k) for k in differing}
            answers.append({**told, "id": same.pk, "set": differing, "old": old})
    return answers


def speaks_of(fact: OfficialFact, told: Told) -> bool:
    """Whether both are the same fact: of one year, or of one stay on a list."""
    if fact.kind != told["kind"]:
        return False
    if told["kind"] in {OfficialFact.Kind.ABNORMAL, OfficialFact.Kind.SERIOUS}:
        began = fact.starts_on.isoformat() if fact.starts_on else None
        return began == told["starts_on"] or (not told["starts_on"] and fact.ends_on is None)
    return fact.year == told.get("year")


def plain_column(fact: OfficialFact, name: str) -> Any:
    value = getattr(fact, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def sentence(told: Told) -> list[str]:
    """[what, how it is told], for the list of a row's reasons."""
    words = [f"{told['year']} 年度" if told.get("year") else "", str(told.get("result") or "")]
    if told.get("starts_on"):
        words.append(f"{told['starts_on']} 列入")
    if "set" in told:
        before = "、".join(f"{value or '空'}" for value in told["old"].values())
        words.append(f"（原为 {before}）")
    return [LABELS[told["kind"]], " ".join(word for word in words if word) or "列入"]
