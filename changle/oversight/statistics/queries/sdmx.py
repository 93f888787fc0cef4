"""Figures as SDMX-CSV 1.0 tells observations: one a line, its dimensions before its value.

Frequencies and periods follow the SDMX code lists (A 2026, S 2026-S1, Q 2026-Q1, M 2026-03); the
areas bear the statistical code where they have one.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from changle.core.indicators import CATALOGUE, Indicator, parts, value
from changle.core.periods import Period
from changle.core.sheets import Column
from changle.ground.territory.models import Node


DATAFLOW = "CHANGLE:FIGURES(1.0)"
FREQUENCIES = {"year": "A", "half": "S", "quarter": "Q", "month": "M"}
COLUMNS = [
    Column(name, name, "text", 18)
    for name in (
        "DATAFLOW", "FREQ", "REF_AREA", "INDICATOR", "BREAKDOWN", "BREAKDOWN_KEY", "BREAKDOWN_LABEL",
        "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "OBS_STATUS",
    )
]  # fmt: skip
WHOLE = "_T"  # the code lists' word for the total


def time_period(period: Period) -> str:
    if period.unit == "half":
        return period.code.replace("H", "S")
    return period.code.replace("..", "/")


def area(node: Node, today: date) -> str:
    """The statistical code in force, or the number by which the API knows the place."""
    codes = node.codes.filter(system="stats", starts_on__lte=today).order_by("-starts_on")
    return codes.values_list("code", flat=True).first() or str(node.pk)


def observations(
    codes: Iterable[str], *, node: Node, periods: Iterable[Period], today: date, by: str = ""
) -> Iterator[dict[str, object]]:
    """The values, and by one cut their parts; a period that has not ended is provisional (P)."""
    where = area(node, today)
    for period in periods:
        for code in codes:
            asked = CATALOGUE[code]
            yield from of_one(asked, where, node, period, today, by)


def of_one(
    asked: Indicator, where: str, node: Node, period: Period, today: date, by: str
) -> Iterator[dict[str, object]]:
    asking = {"path": node.path or "", "period": period, "today": today}
    common: dict[str, object] = {
        "DATAFLOW": DATAFLOW, "FREQ": FREQUENCIES.get(period.unit, "N"), "REF_AREA": where,
        "INDICATOR": asked.code, "TIME_PERIOD": time_period(period), "UNIT_MEASURE": asked.unit,
        "OBS_STATUS": "P" if period.end > today else "A",
    }  # fmt: skip
    figure = value(asked.code, **asking)  # type: ignore[arg-type]
    none: dict[str, object] = {
        "BREAKDOWN": WHOLE,
        "BREAKDOWN_KEY": WHOLE,
        "BREAKDOWN_LABEL": "合计",
    }
    told = "" if figure.value is None else str(figure.value)
    missing: dict[str, object] = {"OBS_STATUS": "M"} if figure.value is None else {}
    yield common | none | {"OBS_VALUE": told} | missing
    for part in parts(asked.code, by, **asking) if by else []:  # type: ignore[arg-type]
        yield common | {
            "BREAKDOWN": by, "BREAKDOWN_KEY": part.key, "BREAKDOWN_LABEL": part.label,
            "OBS_VALUE": str(part.value),
        }  # fmt: skip
