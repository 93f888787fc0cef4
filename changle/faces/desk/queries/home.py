"""What the desk's own pages gather: who sits here, what waits, the figures of a place."""

from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from changle.core.indicators import CATALOGUE, parts, standing, value
from changle.core.lifecycle import ToDo, most_pressing, waiting_count
from changle.core.notices import unread_count
from changle.core.periods import Period
from changle.core.reach import Actor
from changle.faces.desk.queries.menu import OPENS, menu
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import in_force
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import widest_place


KEPT = 30  # seconds that a to-do count may be old


def surroundings(actor: Actor, path: str) -> dict[str, Any]:
    """Head and menu of every desk page; the counts come from a short-lived cache."""
    kept = cache.get_or_set(_drawer(actor), lambda: counted(actor), KEPT) or {}
    return {
        **menu(actor, path, figures=bool(kept.get("figures"))),
        "opens": actor.holds(Permission.DESK_OPEN),
        "searches": actor.holds(Permission.ORGANISATION_VIEW),
        **kept,
    }


def forget(actor: Actor) -> None:
    """What was counted for a person is no longer so, by their own doing."""
    cache.delete_many([_drawer(actor), f"{_drawer(actor)}:todo"])


def _drawer(actor: Actor) -> str:
    return f"desk:{actor.user_id}"


def counted(actor: Actor) -> dict[str, Any]:
    return {
        "figures": widest_place(actor) is not None,
        "todo_count": waiting_count(actor),
        "unread": unread_count(actor),
        "place": seat(actor),
    }


def grants_of(actor: Actor) -> list[Grant]:
    rows = Grant.objects.filter(in_force(timezone.localdate()), user_id=actor.user_id)
    return list(rows.select_related("node").order_by("node__path", "pk"))


def seat(actor: Actor) -> str:
    """The post as the head of the page names it."""
    held = grants_of(actor)
    if not held:
        return ""
    grant = held[0]
    return grant.role_name if grant.node.parent_id is None else grant.node.label


def todo(actor: Actor, today: date, most: int = 200) -> list[ToDo]:
    """The rows for which a table of moves waits for this person, the most pressing first."""
    return [
        ToDo(
            title=f"{row}（{row.state_label()}）",
            kind=str(row._meta.verbose_name),
            url=address(row._meta.label, row.pk),
            due_on=row.due_on,
            overdue_days=row.overdue_days(today),
        )
        for row in most_pressing(actor, most)
    ]


def glance(actor: Actor, today: date, most: int = 5) -> list[ToDo]:
    """The head of the list as the overview shows it; it may be as old as the counts are."""
    drawer = f"{_drawer(actor)}:todo"
    return cache.get_or_set(drawer, lambda: todo(actor, today, most), KEPT) or []


def address(label: str, pk: int) -> str:
    try:
        return reverse(OPENS[label], args=[pk])
    except (KeyError, NoReverseMatch):
        return reverse("desk:todo")


@dataclass(frozen=True)
class Shown:
    """One number as the overview prints it: with its link and its definition."""

    text: str
    unit: str
    href: str
    hint: str
    number: float = 0
    of: str = ""  # of a quotient: what is divided by what, "597/601"


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
    return told


def place_rows(scope: Scope) -> tuple[str, list[dict[str, Any]]]:
    """A line for each street of a district, or each community of a street."""
    by = "street" if scope.node.kind == Node.Kind.DISTRICT else "community"
    codes = ["registry.registered", "registry.filed", "registry.filings"]
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
                "registered": scope.shown(codes[0], told[codes[0]].get(key, 0), by=by, key=key),
                "filed": scope.shown(codes[1], filed, by=by, key=key),
                "filings": scope.shown(codes[2], told[codes[2]].get(key, 0), by=by, key=key),
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
