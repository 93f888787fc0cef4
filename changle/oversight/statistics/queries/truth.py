"""Whether every value is the sum of exactly its rows, everywhere and in every month."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from changle.core.indicators import (
    CATALOGUE,
    Cut,
    Indicator,
    NoSuchFigure,
    matching,
    parts,
    rows,
    value,
)
from changle.core.periods import Period
from changle.ground.territory.models import Node
from changle.ground.territory.queries.grants import prefixes
from changle.oversight.statistics.queries.asking import WITH_FIGURES


WITH_PARTS = (Node.Kind.DISTRICT, Node.Kind.STREET)  # where the sums of the parts are compared too


@dataclass
class Checked:
    """How many values were compared with their rows, and the sentences about those that differ."""

    values: int = 0
    wrong: int = 0


def check(
    today: date, periods: Iterable[Period], *, told: Checked, every: int = 1
) -> Iterator[str]:
    """Every indicator at every place for every period; yields a sentence for each that is wrong.

    Under a place whose rows are none there can be none either: it is compared, those below not.
    `every`: only each so manieth community, where the whole check would take too long.
    """
    rows = Node.objects.filter(kind__in=WITH_FIGURES, path__isnull=False).order_by("path")
    nodes = [
        node for n, node in enumerate(rows) if node.kind != Node.Kind.COMMUNITY or n % every == 0
    ]
    for period in periods:
        for indicator in CATALOGUE.values():
            counted = CATALOGUE[indicator.above] if indicator.kind == "rate" else indicator
            sums = {} if counted.within else sums_of(counted, period, today)
            empty = ""
            for node in nodes:
                path = str(node.path)
                if empty and path.startswith(empty):
                    continue
                asking: dict[str, Any] = {"path": path, "period": period, "today": today}
                total = added_up(counted, asking) if counted.within else sums.get(path, 0)
                sentences = compare(indicator, node, total, asking)
                told.values += 1
                told.wrong += len(sentences)
                yield from sentences
                empty = "" if total else path


def sums_of(counted: Indicator, period: Period, today: date) -> dict[str, int]:
    """Path of a place -> what the rows under it add up to; all rows are read, once."""
    found = matching(counted.code, path="", period=period, today=today).order_by()
    lines = found.values_list(counted.place, counted.measure or "pk", counted.distinct or "pk")
    seen: set[tuple[str, Any]] = set()
    sums: dict[str, int] = defaultdict(int)
    for place, adds, thing in lines.iterator(5000):
        for path in prefixes(str(place)) if place else ():
            if counted.distinct and (path, thing) in seen:
                continue
            if counted.distinct:
                seen.add((path, thing))
            sums[path] += int(adds or 0) if counted.measure else 1
    return sums


def added_up(counted: Indicator, asking: dict[str, Any]) -> int:
    adds = rows(counted.code, **asking).values_list(counted.measure or "pk", flat=True)
    return sum(int(one or 0) for one in adds) if counted.measure else len(adds)


def compare(indicator: Indicator, node: Node, total: int, asking: dict[str, Any]) -> list[str]:
    """What is wrong with the value over rows that add up to `total`."""
    figure = value(indicator.code, stamp="", **asking)
    shown = figure.numerator if indicator.kind == "rate" else figure.value
    where = f"{indicator.code}，{node.label}，{asking['period'].label}"
    if total != shown:
        return [f"{where}：显示 {shown}，记录合计 {total}。"]
    if indicator.kind == "rate" or not total or node.kind not in WITH_PARTS:
        return []
    return [
        f"{where}：按{cut.label}各部分之和与 {shown} 不等。"
        for cut in indicator.cuts
        if cut.additive and sum_of(indicator, cut, asking) != shown
    ]


def sum_of(indicator: Indicator, cut: Cut, asking: dict[str, Any]) -> int:
    return sum(part.value for part in parts(indicator.code, cut.name, stamp="", **asking))


def check_parts(today: date, periods: Iterable[Period], *, told: Checked) -> Iterator[str]:
    """Each part of each cut, at the widest place, against its own rows."""
    root = Node.objects.filter(kind=Node.Kind.DISTRICT, parent=None).order_by("pk").first()
    if root is None:
        raise NoSuchFigure("还没有辖区。")
    for period in periods:
        asking: dict[str, Any] = {"path": str(root.path), "period": period, "today": today}
        for indicator in CATALOGUE.values():
            for cut in indicator.cuts if indicator.records else ():
                for part in parts(indicator.code, cut.name, stamp="", **asking):
                    found = rows(indicator.code, by=cut.name, key=part.key, **asking)
                    adds = list(found.values_list(indicator.measure or "pk", flat=True))
                    total = sum(int(one or 0) for one in adds) if indicator.measure else len(adds)
                    told.values += 1
                    if total != part.value:
                        told.wrong += 1
                        yield (f"{indicator.code}，{cut.label}“{part.label}”，{period.label}："
                               f"显示 {part.value}，记录合计 {total}。")  # fmt: skip
