"""A number is an indicator: a definition, a unit, and exactly the rows that add up to it.

A stock counts what stands at the end of the period, or today when the period has not ended; a
flow counts what happened within it. Both lie in the territory by a path, and can be cut.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from changle.core.kept import kept, standing
from changle.core.periods import Period
from changle.core.refusals import Refused


__all__ = [
    "CATALOGUE", "Cut", "Figure", "Indicator", "NoSuchFigure", "Slice", "as_of", "cross",
    "cross_of_rows", "declare", "indicator", "kept", "matching", "measure_of", "parts", "rate",
    "rows", "standing", "total", "value",
]  # fmt: skip
A_KEY = re.compile(r"[0-9]{1,18}")  # within a bigint


class NoSuchFigure(Refused):
    """No indicator, or no cut of it, bears this name."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One way to part the rows: each row falls under one key, or under none ("")."""

    name: str
    label: str
    key: str  # lookup to the key
    text: str = ""  # lookup to what people read; the key itself where empty
    labels: Mapping[str, str] = field(default_factory=dict)  # or fixed words for the keys
    order: str = ""  # lookup to the order in which people expect the parts
    additive: bool = True  # the parts sum to the whole
    none: str = "未填"

    def within(self, key: str) -> Q | None:
        """The rows under a key, which an address may have brought; None: no row can be."""
        of_a_row = self.key == "pk" or self.key.endswith("_id")
        if not key:
            blank = Q(**{f"{self.key}__isnull": True})
            return blank if of_a_row else blank | Q(**{self.key: ""})
        sound = bool(A_KEY.fullmatch(key)) if of_a_row else "\x00" not in key
        return Q(**{self.key: key}) if sound else None


@dataclass(frozen=True, kw_only=True)
class Indicator:
    code: str
    name: str
    definition: str  # 口径, in words
    unit: str
    kind: Literal["stock", "flow", "rate"]
    records: Callable[[date, date], QuerySet[Any]] | None = None
    # A stock is asked (day, day after): what stands on the day. A flow: (first day, day after the last).
    place: str = ""  # lookup to the TreePath in which a row lies
    # Or the rows of the place with this path, where several places of a row let it in.
    within: Any = None  # Callable[[str], Q]; others hand on dicts of texts
    measure: str = ""  # what is summed; the rows are counted where empty
    distinct: str = ""  # lookup; rows that share it count once, whatever they are cut by
    cuts: tuple[Cut, ...] = ()
    above: str = ""  # of a rate: the codes of its numerator and denominator
    below: str = ""
    label: str = ""  # lookup to what a row of the drill-down is called
    subject: str = ""  # lookup to the key of the record that people open
    opens: str = "registry:organisation"  # the route of its page, whose one argument is the key
    dated: str = ""  # lookup to the day by which a row counts; else rows tell from when to when
    version: str = "1"
    # Sums that the app keeps by two cuts: which, and (code, path, period, today) -> their values by
    # the two keys, or None where nothing is kept for the question. They equal the rows at any time.
    kept_by: Any = ()  # a pair of texts; others hand on dicts of texts
    sums: Any = None

    def cut(self, name: str) -> Cut:
        for cut in self.cuts:
            if cut.name == name:
                return cut
        known = "、".join(cut.name for cut in self.cuts) or "无"
        raise NoSuchFigure(f"“{self.name}”不能按“{name}”分组，可用：{known}。")


@dataclass(frozen=True)
class Figure:
    """A value as it is shown: `value` is a whole number, or a rate (see `rate`)."""

    indicator: Indicator
    path: str
    period: Period
    as_of: date
    value: int | float | None  # of a rate over nothing: None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Slice:
    key: str
    label: str
    value: int


CATALOGUE: dict[str, Indicator] = {}


def declare(*indicators: Indicator) -> None:
    for indicator in indicators:
        CATALOGUE[indicator.code] = indicator


def indicator(code: str) -> Indicator:
    try:
        return CATALOGUE[code]
    except KeyError:
        raise NoSuchFigure(f"没有代码为“{code}”的指标。") from None


def as_of(period: Period, today: date) -> date:
    """The last day of the period, or today while it has not come."""
    return min(period.last_day, today)


def rows(
    code: str, *, path: str, period: Period, today: date, by: str = "", key: str = "",
    across: str = "", part: str = "",
) -> QuerySet[Any]:  # fmt: skip
    """Exactly the records that add up to the value, to one part of it, or to one of a crossing."""
    asked = indicator(code)
    found = matching(code, path=path, period=period, today=today, by=by, key=key)
    if across:
        found = under(found, asked, across, part)
    if asked.distinct:
        firsts = found.order_by().values(asked.distinct).annotate(first=Min("pk")).values("first")
        # Once, also where it falls under the part by several of its sides.
        found = found.filter(pk__in=firsts).distinct()
    return found.order_by("pk")


def matching(
    code: str, *, path: str, period: Period, today: date, by: str = "", key: str = ""
) -> QuerySet[Any]:
    """The records that the value is computed from; those of one thing not yet made one."""
    asked = indicator(code)
    if asked.records is None:
        return matching(asked.above, path=path, period=period, today=today, by=by, key=key)
    if asked.kind == "stock":
        day = as_of(period, today)
        found = asked.records(day, day + timedelta(days=1))
    else:
        found = asked.records(period.start, period.end)
    if path:
        here = asked.within(path) if asked.within else Q((f"{asked.place}__under", path))
        found = found.filter(here)
    if by:
        found = under(found, asked, by, key)
    return found.order_by("pk")


def under(found: QuerySet[Any], asked: Indicator, by: str, key: str) -> QuerySet[Any]:
    within = asked.cut(by).within(key)
    return found.none() if within is None else found.filter(within)


def measure_of(asked: Indicator) -> Sum | Count:
    if asked.distinct:
        return Count(asked.distinct, distinct=True)
    return Sum(asked.measure) if asked.measure else Count("pk")


def total(asked: Indicator, found: QuerySet[Any]) -> int:
    return int(found.order_by().aggregate(value=measure_of(asked))["value"] or 0)


def value(code: str, *, path: str, period: Period, today: date, stamp: str | None = None) -> Figure:
    """The figure. `stamp`: that of `standing`, where one page asks for many figures."""
    return kept(
        ("value", code, path, period, today), lambda: _value(code, path, period, today), stamp
    )


def _value(code: str, path: str, period: Period, today: date) -> Figure:
    asked = indicator(code)
    bare = Figure(asked, path, period, as_of(period, today), value=None)
    if asked.kind == "rate":
        above = _value(asked.above, path, period, today).value
        below = _value(asked.below, path, period, today).value
        return rate(bare, int(above or 0), int(below or 0))
    if not asked.distinct and (told := sums_kept(asked, path, period, today)) is not None:
        return replace(bare, value=sum(told.values()))
    found = matching(code, path=path, period=period, today=today)
    return replace(bare, value=total(asked, found))


def sums_kept(
    asked: Indicator, path: str, period: Period, today: date
) -> dict[tuple[str, str], int] | None:
    if asked.sums is None:
        return None
    told: dict[tuple[str, str], int] | None = asked.sums(asked.code, path, period, today)
    return told


def rate(bare: Figure, above: int, below: int) -> Figure:
    """A rate is computed from its own numerator and denominator, never from other rates.

    In percent to two places where its unit is %, else a quotient to four.
    """
    percent = bare.indicator.unit == "%"
    quotient = (
        (round(above * 100 / below, 2) if percent else round(above / below, 4)) if below else None
    )
    return replace(bare, value=quotient, numerator=above, denominator=below)


def parts(
    code: str, by: str, *, path: str, period: Period, today: date, stamp: str | None = None
) -> list[Slice]:
    """The value by one cut, in one grouped query; parts without rows are not listed."""
    return kept(
        ("parts", code, by, path, period, today),
        lambda: _parts(code, by, path, period, today),
        stamp,
    )


def _parts(code: str, by: str, path: str, period: Period, today: date) -> list[Slice]:
    asked = indicator(code)
    cut = asked.cut(by)
    found = matching(code, path=path, period=period, today=today).order_by()
    grouping = {
        "part": F(cut.key),
        "part_text": F(cut.text or cut.key),
        "part_order": F(cut.order or cut.key),
    }
    told = found.values(**grouping).annotate(part_value=measure_of(asked))
    # The engines disagree about where nothing sorts: what is not filled in comes last.
    told = told.order_by(F("part_order").asc(nulls_last=True), "part")
    return [
        Slice(
            _key(row["part"]),
            cut.labels.get(str(row["part"])) or str(row["part_text"] or cut.none),
            int(row["part_value"] or 0),
        )
        for row in told
    ]


def cross(
    code: str,
    by: str,
    across: str,
    *,
    path: str,
    period: Period,
    today: date,
    stamp: str | None = None,
) -> dict[tuple[str, str], int]:
    """The value parted by two cuts at once: (key of the first, key of the second) -> value."""
    return kept(
        ("cross", code, by, across, path, period, today),
        lambda: _cross(code, by, across, path, period, today),
        stamp,
    )


def _cross(
    code: str, by: str, across: str, path: str, period: Period, today: date
) -> dict[tuple[str, str], int]:
    asked = indicator(code)
    if {by, across} == set(asked.kept_by) and by != across:
        told = sums_kept(asked, path, period, today)
        if told is not None:
            return told if by == asked.kept_by[0] else {(b, a): n for (a, b), n in told.items()}
    return cross_of_rows(asked, by, across, path=path, period=period, today=today)


def cross_of_rows(
    asked: Indicator, by: str, across: str, *, path: str, period: Period, today: date
) -> dict[tuple[str, str], int]:
    """As `cross`, always from the rows themselves."""
    code = asked.code
    first, second = asked.cut(by), asked.cut(across)
    found = matching(code, path=path, period=period, today=today).order_by()
    rows_ = found.values(part=F(first.key), other=F(second.key)).annotate(
        part_value=measure_of(asked)
    )
    return {
        (_key(row["part"]), _key(row["other"])): int(row["part_value"] or 0)
        for row in rows_.order_by("part", "other")
    }


def _key(part: Any) -> str:
    return "" if part is None else str(part)
