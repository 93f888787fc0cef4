"""The explorer (自由分析): indicators a person picks, by place, month or category, for a place and a period.

Each number leads to exactly its rows: a place and a month are asked of themselves, a category as
the part of the cut. So rates and stocks can be told by place and month too, which no cut can.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.db.models import Q, QuerySet

from changle.core.indicators import CATALOGUE, Cut, Indicator, parts, standing, value
from changle.core.periods import BadPeriod, Period
from changle.core.reach import Actor
from changle.core.sheets import Column
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.models import SavedCut
from changle.oversight.statistics.queries.asking import (
    ANY_DAY,
    counted,
    period_of,
    place_of,
    places,
)
from changle.oversight.statistics.queries.reports import Cell
from changle.oversight.statistics.queries.words import halves, spoken


MOST_FIGURES, MOST_LINES, MOST_COLUMNS = 6, 200, 40
PLACE, MONTH = "place", "month"
BY_PLACE, BY_MONTH = "下级地区", "各月"


@dataclass(frozen=True)
class Question:
    """What is asked, as it stands in the address and as it is kept for later."""

    indicators: tuple[Indicator, ...]
    node: Node
    period: Period
    rows: str = PLACE  # `place`, `month`, or a cut that all the indicators know
    across: str = ""  # a cut of the one indicator, beside places or months

    def query(self) -> str:
        told = [("code", one.code) for one in self.indicators]
        told += [("node", str(self.node.pk)), ("period", self.period.code), ("rows", self.rows)]
        return urlencode([*told, *([("across", self.across)] if self.across else [])])

    @property
    def title(self) -> str:
        return "、".join(one.name for one in self.indicators)


@dataclass(frozen=True)
class Spot:
    """Where a line stands: a place, a period and perhaps a part of a cut."""

    label: str
    node: Node
    period: Period
    by: str = ""
    key: str = ""

    def query(self, code: str, by: str = "", key: str = "") -> str:
        by, key = (by, key) if by else (self.by, self.key)
        part = f"&by={by}&key={quote_plus(key)}" if by else ""
        return (
            f"code={code}&node={self.node.pk}&from={self.period.start}&to={self.period.end}{part}"
        )


@dataclass(frozen=True)
class Explored:
    question: Question
    head: str  # what the lines are
    columns: list[str]
    lines: list[tuple[str, list[Cell]]]
    total: list[Cell]
    left_out: int = 0  # lines and columns beyond what a page can show

    def sheet_columns(self) -> list[Column]:
        kind = [
            "decimal" if any(isinstance(c[n].number, float) for _l, c in self.lines) else "int"
            for n in range(len(self.columns))
        ]
        return [
            Column("line", self.head, "text", 24),
            *(Column(f"c{n}", label, kind[n], 16) for n, label in enumerate(self.columns)),  # type: ignore[arg-type]
        ]

    def records(self) -> Iterator[dict[str, Any]]:
        for label, cells in [*self.lines, ("合计", self.total)]:
            yield {"line": label} | {f"c{n}": cell.number for n, cell in enumerate(cells)}


def question_of(
    actor: Actor, params: dict[str, str], codes: list[str], today: date
) -> Question | None:
    """The question of an address; None where it reaches too far or names what is not there."""
    node = place_of(actor, params.get("node", ""))
    codes = list(dict.fromkeys(codes))[:MOST_FIGURES]
    if node is None or not all(code in CATALOGUE for code in codes):
        return None
    try:
        period = period_of(params, today)
    except BadPeriod:
        return None
    asked = Question(tuple(CATALOGUE[code] for code in codes), node, period)
    rows, across = params.get("rows", PLACE), params.get("across", "")
    if rows not in dict(ways(asked)):
        rows = PLACE
    asked = replace(asked, rows=rows)
    return replace(asked, across=across) if across in dict(crossings(asked)) else asked


def cuts_kept(actor: Actor) -> "QuerySet[SavedCut]":
    """One's own, and those that others share about places within reach."""
    rows = actor.rows(SavedCut, Permission.FIGURE_VIEW).filter(
        Q(is_shared=True) | Q(made_by_id=actor.user_id)
    )
    return rows.select_related("node", "made_by").order_by("name", "pk")


def ways(question: Question) -> list[tuple[str, str]]:
    """How the lines can be parted: name and label."""
    told = [(PLACE, BY_PLACE), (MONTH, BY_MONTH)]
    if not question.indicators:
        return told
    first, *others = (cuts_of(one) for one in question.indicators)
    shared = [(name, cut.label) for name, cut in first.items() if all(name in o for o in others)]
    return [*told, *((name, label) for name, label in shared if name != MONTH)]


def crossings(question: Question) -> list[tuple[str, str]]:
    """By what one indicator's places or months can be parted once more."""
    if len(question.indicators) != 1 or question.rows not in {PLACE, MONTH}:
        return []
    return [(name, cut.label) for name, cut in cuts_of(question.indicators[0]).items()]


def cuts_of(one: Indicator) -> Mapping[str, Cut]:
    return {cut.name: cut for cut in one.cuts} if one.records else {}


@cache
def groups() -> list[tuple[str, list[Indicator]]]:
    """The catalogue under the names of the apps that keep the records."""
    told: dict[str, list[Indicator]] = {}
    for one in CATALOGUE.values():
        records = counted(one).records
        about = records(ANY_DAY, ANY_DAY).model._meta.app_config if records else None
        told.setdefault(str(about.verbose_name) if about else "其他", []).append(one)
    return list(told.items())


def explore(question: Question, actor: Actor, today: date) -> Explored:
    """The table. Its cost is that of so many values; those asked before are kept by their rows."""
    stamp = standing()
    spots, head = spots_of(question, actor, today, stamp)
    shown = spots[:MOST_LINES]
    whole = Spot("合计", question.node, question.period)
    if question.across:
        cut = cuts_of(question.indicators[0])[question.across]
        code = question.indicators[0].code
        heads = [(part.key, part.label) for part in parts_at(code, cut.name, whole, today, stamp)]
        kept = heads[:MOST_COLUMNS]
        lines = [(spot.label, crossed(code, cut.name, spot, kept, today, stamp)) for spot in shown]
        total = crossed(code, cut.name, whole, kept, today, stamp)
        left = len(spots) - len(shown) + len(heads) - len(kept)
        return Explored(question, head, [label for _key, label in kept], lines, total, left)
    told = {one.code: by_part(one, question, today, stamp) for one in question.indicators}
    lines = [
        (spot.label, [number_at(one, spot, told[one.code], today, stamp) for one in question.indicators])
        for spot in shown
    ]  # fmt: skip
    total = [number_at(one, whole, {}, today, stamp) for one in question.indicators]
    names = [f"{one.name}（{one.unit}）" for one in question.indicators]
    return Explored(question, head, names, lines, total, len(spots) - len(shown))


def spots_of(question: Question, actor: Actor, today: date, stamp: str) -> tuple[list[Spot], str]:
    node, period = question.node, question.period
    if question.rows == MONTH:
        months = [one for one in period.months() if one.start <= today]
        return [Spot(one.label, node, one) for one in months], BY_MONTH
    if question.rows == PLACE:
        below = places(actor).filter(parent=node, ends_on=None).order_by("sort", "pk")
        return [Spot(one.label, one, period) for one in below], BY_PLACE
    whole = Spot("", node, period)
    labels: dict[str, str] = {}
    for one in question.indicators:
        for part in parts_at(one.code, question.rows, whole, today, stamp):
            labels.setdefault(part.key, part.label)
    label = cuts_of(question.indicators[0])[question.rows].label
    return [Spot(text, node, period, question.rows, key) for key, text in labels.items()], label


def by_part(one: Indicator, question: Question, today: date, stamp: str) -> dict[str, int]:
    """The parts of a category, asked once for all its lines."""
    if question.rows in {PLACE, MONTH}:
        return {}
    whole = Spot("", question.node, question.period)
    return {p.key: p.value for p in parts_at(one.code, question.rows, whole, today, stamp)}


def parts_at(code: str, by: str, spot: Spot, today: date, stamp: str) -> list[Any]:
    path = spot.node.path or ""
    return parts(code, by, path=path, period=spot.period, today=today, stamp=stamp)


def crossed(
    code: str, by: str, spot: Spot, heads: list[tuple[str, str]], today: date, stamp: str
) -> list[Cell]:
    told = {part.key: part.value for part in parts_at(code, by, spot, today, stamp)}
    return [
        Cell(f"{told.get(key, 0):,}", told.get(key, 0), spot.query(code, by, key))
        for key, _label in heads
    ]


def number_at(one: Indicator, spot: Spot, told: dict[str, int], today: date, stamp: str) -> Cell:
    if spot.by:
        number = told.get(spot.key, 0)
        return Cell(f"{number:,}", number, spot.query(one.code))
    path = spot.node.path or ""
    figure = value(one.code, path=path, period=spot.period, today=today, stamp=stamp)
    return Cell(spoken(figure.value), figure.value, spot.query(one.code), of=halves(figure))
