"""The overview (总览) of a place and a year: its figures, beside those of a year before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.urls import reverse

from changle.core.indicators import CATALOGUE, parts, standing, value
from changle.core.periods import Period
from changle.ground.territory.models import Node


@dataclass(frozen=True)
class Shown:
    """One number as the overview prints it: with its link and its definition."""

    text: str
    unit: str
    href: str
    hint: str
    number: float = 0
    of: str = ""  # of a quotient: what is divided by what, "597/601"


FAR = 1000  # percent, beyond which a change tells nothing but that there was next to nothing


@dataclass(frozen=True)
class Before:
    """The same figure a year before, and how far it has moved since."""

    shown: Shown
    change: str  # "+12.3%", or empty where there was nothing
    rises: bool


def printed(number: float | None) -> str:
    """Whole numbers with thousands, averages to one place."""
    if number is None:
        return "—"
    return f"{number:,}" if float(number).is_integer() else f"{number:,.1f}"


@dataclass(frozen=True)
class Scope:
    """The place and the year an overview is of."""

    node: Node
    period: Period
    today: date
    stamp: str = dataclass_field(default_factory=standing)  # asked once for the whole page

    @property
    def as_of(self) -> date:
        return min(self.period.last_day, self.today)

    def asking(self) -> dict[str, Any]:
        return {
            "path": self.node.path or "",
            "period": self.period,
            "today": self.today,
            "stamp": self.stamp,
        }

    @cached_property
    def a_year_before(self) -> "Scope":
        """The same days of the year before: up to the day that this year has come to."""
        until = self.as_of + timedelta(days=1)
        span = Period(self.period.start, max(until, self.period.start + timedelta(days=1)))
        return replace(self, period=span.same_last_year())

    @cached_property
    def stem(self) -> tuple[str, str]:
        """What the addresses of all rows on this page have in common, before and after the code."""
        span = {"node": self.node.pk, "from": self.period.start, "to": self.period.end}
        return f"{reverse('statistics:rows')}?code=", f"&{urlencode(span)}"

    @cached_property
    def hints(self) -> dict[str, str]:
        return {
            code: f"{one.name}：{one.definition}（截至 {self.as_of}）"
            for code, one in CATALOGUE.items()
        }

    def href(self, code: str, *, by: str = "", key: str = "") -> str:
        """The rows behind a number; `key` as an indicator's part gave it."""
        part = f"&by={by}&key={quote_plus(key)}" if by else ""
        before, after = self.stem
        return f"{before}{code}{after}{part}"

    def shown(self, code: str, number: float | None, **part: Any) -> Shown:
        href = self.href(code, **part)
        return Shown(printed(number), CATALOGUE[code].unit, href, self.hints[code], number or 0)

    def average(self, filed: float, communities: float, **part: str) -> Shown:
        """The rate of the whole or of one part; its rows are those of the numerator."""
        quotient = round(filed / communities, 4) if communities else None
        rate = self.shown("registry.filed_per_community", quotient)
        rate = replace(rate, of=f"{filed:g}/{communities:g}" if communities else "")
        return replace(rate, href=self.href("registry.filed", **part)) if part else rate

    def one(self, code: str) -> Shown:
        return self.shown(code, value(code, **self.asking()).value)

    def before(self, code: str, now: float) -> Before:
        was = self.a_year_before.one(code)
        percent = (now - was.number) * 100 / was.number if was.number else FAR
        return Before(was, f"{percent:+.1f}%" if percent < FAR else "", now >= was.number)


def cards(scope: Scope) -> dict[str, Shown]:
    """The figures of the four cards, each asked once."""
    kinds = {
        part.key: part.value for part in parts("registry.registered", "kind", **scope.asking())
    }
    told = {
        "registered": scope.shown("registry.registered", sum(kinds.values())),
        "st": scope.shown("registry.registered", kinds.get("ST", 0), by="kind", key="ST"),
        "mf": scope.shown("registry.registered", kinds.get("MF", 0), by="kind", key="MF"),
        "jjh": scope.shown("registry.registered", kinds.get("JJH", 0), by="kind", key="JJH"),
    }
    for name, code in (
        ("here", "registry.registered_by_district"), ("filed", "registry.filed"),
        ("filings", "registry.filings"), ("registrations", "registry.registrations"),
        ("deregistrations", "registry.deregistrations"), ("conversions", "registry.conversions"),
        ("communities", "territory.communities"), ("teams", "registry.teams"),
    ):  # fmt: skip
        told[name] = scope.one(code)
    told["average"] = scope.average(told["filed"].number, told["communities"].number)
    for name, code in WORK:
        if code in CATALOGUE:  # a figure joins when its records do
            told[name] = scope.one(code)
    return told


WORK = (
    ("sessions", "activities.sessions"), ("person_times", "activities.person_times"),
    ("bases", "bases.bases"), ("desks", "leases.desks"), ("desks_taken", "leases.desks_taken"),
    ("incubating", "incubation.incubating"), ("graduated", "incubation.graduated"),
)  # fmt: skip
COMPARED = (
    ("registered", "registry.registered"), ("filed", "registry.filed"),
    ("sessions", "activities.sessions"), ("person_times", "activities.person_times"),
)  # fmt: skip


def compared(scope: Scope, told: dict[str, Shown]) -> dict[str, Before]:
    """The figures of the cards beside those of a year before."""
    return {name: scope.before(code, told[name].number) for name, code in COMPARED}


COLUMNS = (
    ("registered", "registry.registered"), ("filed", "registry.filed"),
    ("filings", "registry.filings"), ("sessions", "activities.sessions"),
    ("person_times", "activities.person_times"),
)  # fmt: skip


def place_rows(scope: Scope) -> tuple[str, list[dict[str, Any]]]:
    """A line for each street of a district, or each community of a street."""
    by = "street" if scope.node.kind == Node.Kind.DISTRICT else "community"
    codes = [code for _name, code in COLUMNS]
    told = {
        code: {part.key: part.value for part in parts(code, by, **scope.asking())} for code in codes
    }
    below = {p.key: p.value for p in parts("territory.communities", by, **scope.asking())}
    children = Node.objects.filter(parent=scope.node, kind=by).order_by("sort", "pk")
    most = max((told["registry.filed"].get(str(c.pk), 0) for c in children), default=0) or 1
    rows = []
    page = reverse("desk:overview")
    for child in children:
        key = str(child.pk)
        filed, count = told["registry.filed"].get(key, 0), below.get(key, 0)
        rows.append(
            {
                "name": child.name,
                "href": f"{page}?node={child.pk}&year={scope.period.start.year}",
                **{
                    name: scope.shown(code, told[code].get(key, 0), by=by, key=key)
                    for name, code in COLUMNS
                },
                "node": child,
                "communities": scope.shown("territory.communities", count, by=by, key=key),
                "average": scope.average(filed, count, by=by, key=key),
                "share": filed * 100 // most,
            }
        )
    return by, rows


def by_part(scope: Scope, code: str, cut: str) -> list[tuple[str, Shown]]:
    return [
        (part.label, scope.shown(code, part.value, by=cut, key=part.key))
        for part in parts(code, cut, **scope.asking())
    ]


@dataclass(frozen=True)
class Tile:
    """A street on the schematic map (示意图): where it is drawn, how dark, and its number."""

    x: int
    y: int
    name: str
    href: str
    shown: Shown
    shade: int  # 0 to 4


@dataclass(frozen=True)
class TileMap:
    tiles: list[Tile]
    width: int
    height: int
    measure: str


TILE_WIDTH, TILE_HEIGHT, SHADES = 100, 76, 4
MEASURES = {
    "filed": "备案组织",
    "registered": "登记组织",
    "sessions": "活动场次",
    "person_times": "服务人次",
}


def tile_map(rows: Iterable[dict[str, Any]], measure: str) -> TileMap:
    """Streets as tiles where somebody has placed them; the others follow in their order.

    It is a scheme and no map: borders of real places need a review number (审图号).
    """
    rows = list(rows)
    most = max((row[measure].number for row in rows), default=0) or 1
    spots = spots_of([row["node"] for row in rows])
    tiles = [
        Tile(
            (column - 1) * TILE_WIDTH, (line - 1) * TILE_HEIGHT, row["node"].label, row["href"],
            row[measure], round(row[measure].number * SHADES / most),
        )
        for row, (line, column) in zip(rows, spots, strict=True)
    ]  # fmt: skip
    lines, columns = (max((spot[n] for spot in spots), default=1) for n in (0, 1))
    return TileMap(tiles, columns * TILE_WIDTH, lines * TILE_HEIGHT, measure)


def spots_of(nodes: list[Node]) -> list[tuple[int, int]]:
    """Line and column of each, from 1; nobody shares a spot."""
    wide = max(1, round(len(nodes) ** 0.5))
    taken: set[tuple[int, int]] = set()
    told: list[tuple[int, int] | None] = []
    for node in nodes:
        spot = (node.tile_row or 0, node.tile_column or 0)
        fits = all(spot) and spot not in taken
        told.append(spot if fits else None)
        taken.add(spot)
    free = (
        (line, column)
        for line in range(1, 2 * len(nodes) + 2)
        for column in range(1, wide + 1)
        if (line, column) not in taken
    )
    return [spot or next(free) for spot in told]


def trend(scope: Scope, code: str) -> dict[str, list[int]]:
    """By month of the year, and of the year before, up to where each has come."""
    told = {}
    for one in (scope, replace(scope, period=scope.period.same_last_year())):
        months = {part.key: part.value for part in parts(code, "month", **one.asking())}
        come = [month for month in one.period.months() if month.start <= one.today]
        told[f"{one.period.start.year}年"] = [months.get(month_key(m), 0) for m in come]
    return told


def month_key(month: Period) -> str:
    return f"{month.start:%Y-%m}"
