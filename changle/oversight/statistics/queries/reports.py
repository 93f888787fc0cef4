"""Report tables as declared layouts over indicators: every cell leads to the rows it counts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote_plus

from changle.core.indicators import cross, parts, standing, value
from changle.core.periods import Period
from changle.core.sheets import Column
from changle.core.sheets.writing import ColumnKind
from changle.ground.territory.models import Node
from changle.oversight.statistics.queries.lines import (
    Line,
    class_lines,
    community_lines,
    kind_lines,
    place_lines,
)


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

    @property
    def sums(self) -> bool:
        """Whether the lines sum to the total."""
        return not (self.over or self.distinct or self.says)

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


FILED, COMMUNITIES = "registry.filed", "territory.communities"
REPORT_KINDS = [
    ("行业协会类个数", "trade"),
    ("社会服务类个数", "service"),
    ("公益慈善类个数", "charity"),
    ("其他类个数", "other"),
]
# What comes beside the revocations, which are counted by the identities that they closed.
FINER_PENALTIES = ("警告", "罚款", "没收", "限期停止活动")
INSPECTED = [
    ("合格", "credit.inspection_passed"),
    ("基本合格", "credit.inspection_basic"),
    ("不合格", "credit.inspection_failed"),
    ("一年未检", "credit.inspection_missed"),
    ("两年未检", "credit.inspection_missed_twice"),
    ("尚无结论", "credit.inspection_open"),
]
TABLES = {
    table.code: table
    for table in (
        TableOf(
            "T1", "社区社会组织汇总", "备案的社区社会组织，按街道或社区。平均数为合计除以社区数；"
            "主管单位为现登记的不同单位数，同一单位在几处的，合计中只算一次；数字由平台实时汇总，未经填报和上报。",
            place_lines,
            (
                Measure("社区数量", COMMUNITIES),
                Measure("社会组织总数", FILED),
                Measure("社会组织平均数", FILED, over=COMMUNITIES),
                Measure("主管单位总数", FILED, distinct="unit"),
                *(Measure(label, FILED, "report", part) for label, part in REPORT_KINDS),
                Measure("未分类", FILED, "report", ""),
                Measure("成员总数", "registry.members"),
                Measure("成员平均数", "registry.members", over=COMMUNITIES),
                Measure("办公场所数量", "registry.premises"),
                Measure("办公场所总面积", "registry.premises_area"),
                Measure("办公场所平均面积", "registry.premises_area", over=COMMUNITIES),
                Measure("填报日期", "", says=lambda day: day.isoformat()),
                Measure("填报状态", "", says=lambda _day: "平台实时"),
                Measure("上报日期", "", says=lambda _day: "平台未上报"),
            ),
            ("社会组织总数", (*(label for label, _part in REPORT_KINDS), "未分类")),
            community_lines,
        ),
        TableOf(
            "T9", "登记存量与行业分布", "登记的社会组织，按社会团体、民办非企业单位、基金会的行业分类。",
            class_lines,
            (
                Measure("期末数", "registry.registered"),
                Measure("新登记", "registry.registrations"),
                Measure("注销", "registry.deregistrations"),
                Measure("撤销登记", "registry.revocations"),
                *(Measure(label, "credit.penalties", "type", label) for label in FINER_PENALTIES),
            ),
        ),
        TableOf(
            "T10", "年检汇总", "登记的社会组织按类型的年检结论；年度是被检年度，即时段最后一天所在的年度，其年检在次年进行。",
            kind_lines,
            (
                Measure("应检", "credit.inspection_must"),
                Measure("不需检", "credit.inspection_exempt"),
                Measure("已参检", "credit.inspection_submitted"),
                *(Measure(label, code) for label, code in INSPECTED),
                Measure("整改完成", "credit.inspection_rectified"),
            ),
            ("应检", tuple(label for label, _code in INSPECTED)),
        ),
    )
}  # fmt: skip


def fill(table: TableOf, *, node: Node, period: Period, today: date, finer: bool = False) -> Filled:
    """The table for a place and a period; a handful of grouped queries whatever its size."""
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
    return Filled(table, node, period, as_of, rows, total, faults(table, rows, total))


Numbers = dict[tuple[str, str], int | float | None]


def column_of(measure: Measure, lines: list[Line], asking: dict[str, Any]) -> Numbers:
    """The numbers of a column, by cut and key of the line."""
    told: Numbers = {}
    for cut in dict.fromkeys(line.cut for line in lines):
        keys = [line.key for line in lines if line.cut == cut]
        told |= {(cut, key): number for key, number in by_key(measure, cut, keys, asking).items()}
    return told


def by_key(
    measure: Measure, cut: str, keys: list[str], asking: dict[str, Any]
) -> dict[str, int | float | None]:
    if measure.says:
        return dict.fromkeys(keys)
    if measure.distinct:
        both = cross(measure.code, cut, measure.distinct, **asking)
        found = Counter(key for (key, part), count in both.items() if part and count)
        return {key: found[key] for key in keys}
    if measure.cut:
        both = cross(measure.code, cut, measure.cut, **asking)
        return {key: both.get((key, measure.part), 0) for key in keys}
    above = {part.key: part.value for part in parts(measure.code, cut, **asking)}
    if not measure.over:
        return {key: above.get(key, 0) for key in keys}
    below = {part.key: part.value for part in parts(measure.over, cut, **asking)}
    return {key: quotient(above.get(key, 0), below.get(key, 0)) for key in keys}


def total_of(measure: Measure, asking: dict[str, Any]) -> int | float | None:
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
    return quotient(int(above or 0), int(below or 0))


def quotient(above: int, below: int) -> float | None:
    return round(above / below, 2) if below else None


def cell(
    measure: Measure,
    node: Node,
    line: Line | None,
    span: str,
    number: float | None,
    as_of: date,
) -> Cell:
    if measure.says:
        return Cell(measure.says(as_of), None)
    text = "—" if number is None else f"{number:,.2f}" if measure.over else f"{number:,}"
    at = line.node if line and line.node else node.pk
    told = f"code={measure.code}&node={at}&{span}"
    if line is not None and not line.node:
        told += f"&by={line.cut}&key={quote_plus(line.key)}"
    elif measure.cut:
        told += f"&by={measure.cut}&key={quote_plus(measure.part)}"
    return Cell(text, number, told, counted=not measure.distinct)


def faults(table: TableOf, rows: list[tuple[Line, list[Cell]]], total: list[Cell]) -> list[str]:
    """The sums that do not hold, said before anybody publishes the table."""
    labels = [m.label for m in table.columns]
    told = []
    for name, cells in [*((line.label, cells) for line, cells in rows), ("合计", total)]:
        by_label = dict(zip(labels, cells, strict=True))
        whole, others = table.check
        if whole and by_label[whole].number != sum(by_label[o].number or 0 for o in others):
            told.append(f"{name}：各类之和与“{whole}”不等。")
    main = [cells for line, cells in rows if not line.deep]
    told += [f"“{label}”有 {n:g} 未落到所列各行。" for label, n in missing(table, main, total)]
    below: list[list[Cell]] = []
    for line, cells in rows:
        if line.deep:
            below.append(cells)
            continue
        if below and (gaps := missing(table, below, cells)):
            said = "、".join(f"{label} {n:g}" for label, n in gaps)
            told.append(f"{line.label}中未落到社区的：{said}。")
        below = []
    return told


def missing(
    table: TableOf, lines: list[list[Cell]], whole: list[Cell]
) -> list[tuple[str, int | float]]:
    """By column: what the whole has beyond the lines that should make it up."""
    gaps = [
        (measure.label, (whole[n].number or 0) - sum(cells[n].number or 0 for cells in lines))
        for n, measure in enumerate(table.columns)
        if measure.sums
    ]
    return [(label, gap) for label, gap in gaps if gap]
