"""Report tables as declared layouts over indicators: every cell leads to the rows it counts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from changle.core.indicators import CATALOGUE, cross, parts, standing, value
from changle.core.periods import Period
from changle.core.sheets import Column
from changle.core.sheets.writing import ColumnKind
from changle.ground.territory.models import Node
from changle.oversight.statistics.queries.lines import Line


@dataclass(frozen=True)
class Measure:
    """One column: an indicator, one part of it, or its quotient over another."""

    label: str
    code: str
    cut: str = ""
    part: str = ""
    over: str = ""  # an average: total ÷ this indicator, never an average of averages
    distinct: str = ""  # how many different parts by this cut, those without one left out
    says: Callable[[date], str] | None = None  # words instead of a number, of the day it is as of

    def sums(self, lines: list[Line], node: Node) -> bool:
        """Whether the lines sum to the total: not where what is held together counts at each side."""
        if self.over or self.distinct or self.says:
            return False
        asked = CATALOGUE[self.code]
        if asked.within and node.kind != Node.Kind.DISTRICT:
            return False
        cuts = {line.cut for line in lines}
        return all(cut.additive for cut in asked.cuts if cut.name in cuts)

    @property
    def kind(self) -> ColumnKind:
        if self.says:
            return "text"
        return "decimal" if self.over else "int"


@dataclass(frozen=True)
class Cell:
    text: str
    number: int | float | None
    query: str = ""  # what the rows behind it are asked by
    counted: bool = True  # the number is that of those rows
    of: str = ""  # of a quotient: what is divided by what, "597/601"


@dataclass(frozen=True)
class TableOf:
    """A report as declared: which rows, which columns, which columns must sum to which."""

    code: str
    name: str
    about: str
    lines: Callable[[Node], list[Line]]
    columns: tuple[Measure, ...]
    check: tuple[str, tuple[str, ...]] = ("", ())  # total column, and those that sum to it
    finer: Callable[[Node], list[Line]] | None = None  # with the lines below these, where any are


@dataclass(frozen=True)
class Filled:
    """A table for a place and a period, with what does not add up said in `faults`."""

    table: TableOf
    node: Node
    period: Period
    as_of: date
    rows: list[tuple[Line, list[Cell]]]
    total: list[Cell]
    faults: list[str]

    def columns(self) -> list[Column]:
        """As a spreadsheet has them: numbers as numbers, a line's list beside its name."""
        head = [Column("note", "类别", "text", 16)] if any(ln.note for ln, _ in self.rows) else []
        return [
            *head,
            Column("line", "项目", "text", 20),
            *(Column(m.label, m.label, m.kind, 16) for m in self.table.columns),
        ]

    def records(self) -> list[dict[str, Any]]:
        """A record for each line, the total last."""
        labels = [measure.label for measure in self.table.columns]
        whole = Line("合计", "", "")
        return [
            {"note": line.note, "line": line.label}
            | {
                label: cell.number if cell.query else cell.text
                for label, cell in zip(labels, cells, strict=True)
            }
            for line, cells in [*self.rows, (whole, self.total)]
        ]

    def printed(self) -> list[list[str]]:
        """The lines as paper has them."""
        lines = [
            [f"{ln.note} {ln.label}".strip(), *(c.text for c in cells)] for ln, cells in self.rows
        ]
        return [*lines, ["合计", *(c.text for c in self.total)]]


def fill(table: TableOf, *, node: Node, period: Period, today: date, finer: bool = False) -> Filled:
    """The table for a place and a period; a handful of grouped queries whatever its size."""
    # A column joins its table when its records have an indicator.
    known = tuple(m for m in table.columns if not m.code or m.code in CATALOGUE)
    table = replace(table, columns=known)
    lines = table.finer(node) if finer and table.finer else table.lines(node)
    asking = {"path": node.path or "", "period": period, "today": today, "stamp": standing()}
    columns = [column_of(m, lines, asking) for m in table.columns]
    as_of = min(period.last_day, today)
    span = f"from={period.start}&to={period.end}"  # one for all the thousands of cells
    rows = [
        (
            line,
            [
                cell(m, node, line, span, c[line.cut, line.key], as_of)
                for m, c in zip(table.columns, columns, strict=True)
            ],
        )
        for line in lines
    ]
    sums = [total_of(m, asking) for m in table.columns]
    total = [cell(m, node, None, span, s, as_of) for m, s in zip(table.columns, sums, strict=True)]
    return Filled(table, node, period, as_of, rows, total, faults(table, node, rows, total))


class Ratio(NamedTuple):
    """An average before it is rounded; over nothing it is no number."""

    above: int
    below: int

    @property
    def quotient(self) -> float | None:
        return round(self.above / self.below, 2) if self.below else None


Number = int | float | Ratio | None
Numbers = dict[tuple[str, str], Number]


def column_of(measure: Measure, lines: list[Line], asking: dict[str, Any]) -> Numbers:
    """The numbers of a column, by cut and key of the line."""
    told: Numbers = {}
    for cut in dict.fromkeys(line.cut for line in lines):
        keys = [line.key for line in lines if line.cut == cut]
        told |= {(cut, key): number for key, number in by_key(measure, cut, keys, asking).items()}
    return told


def by_key(
    measure: Measure, cut: str, keys: list[str], asking: dict[str, Any]
) -> dict[str, Number]:
    if measure.says:
        return dict.fromkeys(keys)
    if measure.distinct:
        both = cross(measure.code, cut, measure.distinct, **asking)
        found = Counter(key for (key, part), count in both.items() if part and count)
        return {key: found[key] for key in keys}
    if measure.cut:
        both = cross(measure.code, cut, measure.cut, **asking)
        return {key: both.get((key, measure.part), 0) for key in keys}
    if not knows(measure.code, cut):
        # What is not told by this cut lies outside its parts: in the line that has no key.
        return {key: value(measure.code, **asking).value if not key else None for key in keys}
    above = {part.key: part.value for part in parts(measure.code, cut, **asking)}
    if not measure.over:
        return {key: above.get(key, 0) for key in keys}
    below = {part.key: part.value for part in parts(measure.over, cut, **asking)}
    return {key: Ratio(above.get(key, 0), below.get(key, 0)) for key in keys}


def knows(code: str, cut: str) -> bool:
    """Whether the figure is told by this cut."""
    return any(one.name == cut for one in CATALOGUE[code].cuts)


def total_of(measure: Measure, asking: dict[str, Any]) -> Number:
    if measure.says:
        return None
    if measure.distinct:
        return sum(bool(part.key) for part in parts(measure.code, measure.distinct, **asking))
    if measure.cut:
        told = parts(measure.code, measure.cut, **asking)
        return sum(part.value for part in told if part.key == measure.part)
    above = value(measure.code, **asking).value
    if not measure.over:
        return above
    below = value(measure.over, **asking).value
    return Ratio(int(above or 0), int(below or 0))


def cell(
    measure: Measure,
    node: Node,
    line: Line | None,
    span: str,
    told: Number,
    as_of: date,
) -> Cell:
    if measure.says:
        return Cell(measure.says(as_of), None)
    if told is None and line is not None and not knows(measure.code, line.cut):
        return Cell("—", None)
    number = told.quotient if isinstance(told, Ratio) else told
    of = f"{told.above}/{told.below}" if isinstance(told, Ratio) else ""
    text = "—" if number is None else f"{number:,.2f}" if measure.over else f"{number:,}"
    # Under a street lies what others held together with it, too: its line is the part by place.
    own = bool(line and line.node and not CATALOGUE[measure.code].within)
    at = line.node if line and own else node.pk
    query = f"code={measure.code}&node={at}&{span}"
    if line is not None and not own and knows(measure.code, line.cut):
        query += f"&by={line.cut}&key={quote_plus(line.key)}"
        if measure.cut:
            query += f"&across={measure.cut}&part={quote_plus(measure.part)}"
    elif measure.cut:
        query += f"&by={measure.cut}&key={quote_plus(measure.part)}"
    return Cell(text, number, query, counted=not measure.distinct, of=of)


def faults(
    table: TableOf, node: Node, rows: list[tuple[Line, list[Cell]]], total: list[Cell]
) -> list[str]:
    """The sums that do not hold, said before anybody publishes the table."""
    labels = [m.label for m in table.columns]
    told = []
    for name, cells in [*((line.label, cells) for line, cells in rows), ("合计", total)]:
        by_label = dict(zip(labels, cells, strict=True))
        whole, others = table.check
        if whole and by_label[whole].number != sum(by_label[o].number or 0 for o in others):
            told.append(f"{name}：各类之和与“{whole}”不等。")
    main = [cells for line, cells in rows if not line.deep]
    lines = [line for line, _cells in rows]
    summing = [n for n, one in enumerate(table.columns) if one.sums(lines, node)]
    told += [
        f"“{labels[n]}”有 {gap:g} 未落到所列各行。" for n, gap in missing(summing, main, total)
    ]
    below: list[list[Cell]] = []
    for line, cells in rows:
        if line.deep:
            below.append(cells)
            continue
        if below and (gaps := missing(summing, below, cells)):
            said = "、".join(f"{labels[n]} {gap:g}" for n, gap in gaps)
            told.append(f"{line.label}中未落到社区的：{said}。")
        below = []
    return told


def missing(
    columns: list[int], lines: list[list[Cell]], whole: list[Cell]
) -> list[tuple[int, int | float]]:
    """By column: what the whole has beyond the lines that should make it up."""
    gaps = [
        (n, (whole[n].number or 0) - sum(cells[n].number or 0 for cells in lines)) for n in columns
    ]
    return [(n, gap) for n, gap in gaps if gap]
