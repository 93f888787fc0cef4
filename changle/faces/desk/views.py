from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page, signed_in
from changle.core.indicators import CATALOGUE
from changle.core.notices import inbox, mark_read
from changle.core.periods import Period
from changle.faces.desk.queries.home import forget, glance, grants_of, todo
from changle.faces.desk.queries.menu import doors
from changle.faces.desk.queries.overview import (
    MEASURES,
    Scope,
    by_part,
    cards,
    compared,
    place_rows,
    tile_map,
    trend,
)
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import place_of


FIRST_YEAR = 2021
INBOX = 50


@page(Permission.DESK_OPEN)
@require_safe
def front(request: Request) -> HttpResponse:
    """Who oversees a district begins with its figures, everybody else with their work."""
    node = place_of(request.actor, "")
    oversees = node is not None and node.kind == Node.Kind.DISTRICT
    return redirect("desk:overview" if oversees else "desk:home")


def scope_of(request: Request) -> Scope:
    """The place and year of the address; the widest place and this year where it names none."""
    today = timezone.localdate()
    node = place_of(request.actor, request.GET.get("node", ""))
    if node is None:
        raise Http404
    told = request.GET.get("year", "")
    year = int(told) if told.isascii() and told.isdigit() and len(told) == 4 else today.year  # noqa: PLR2004  four digits
    if not FIRST_YEAR <= year <= today.year:
        year = today.year
    return Scope(node, Period.year(year), today)


@page(Permission.FIGURE_VIEW)
@require_safe
def overview(request: Request) -> HttpResponse:
    scope = scope_of(request)
    if scope.node.kind == Node.Kind.CENTRE:  # a house has no bodies under it: it shares
        return redirect(f"{reverse('statistics:commons')}?node={scope.node.pk}")
    cut, rows = place_rows(scope)
    up = (
        scope.node.parent
        if request.actor.holds_at(Permission.FIGURE_VIEW, parent_path(scope.node))
        else None
    )
    charts = [
        (heading, by_part(scope, code, by)) for heading, code, by in CHARTS if code in CATALOGUE
    ]
    context: dict[str, Any] = {
        **told_of(scope, rows, request.GET.get("map", "")),
        "up": up, "by_street": cut == "street",
        "years": [(y, y == scope.period.start.year) for y in range(scope.today.year, FIRST_YEAR - 1, -1)],
        "charts": [(heading, told, chart(told, heading)) for heading, told in charts],
        "todo": glance(request.actor, scope.today),
    }  # fmt: skip
    return render(request, "desk/overview.html", context)


CHARTS = (
    ("服务人次 · 按服务领域", "activities.person_times", "field"),
    ("登记的社会组织 · 按服务领域", "registry.registered", "field"),
    ("社区社会组织 · 按类别", "registry.filed", "category"),
)


def told_of(scope: Scope, rows: list[dict[str, Any]], wished: str) -> dict[str, Any]:
    """What the overview and the wall have in common."""
    told = cards(scope)
    months = trend(scope, "activities.person_times")
    measure = wished if wished in MEASURES else "filed"
    return {
        "scope": scope, "node": scope.node, "cards": told, "before": compared(scope, told),
        "rows": rows, "months": months,
        "map": tile_map(rows, measure) if scope.node.kind == Node.Kind.DISTRICT else None,
        "measures": [(name, label, name == measure) for name, label in MEASURES.items()],
        "trend": {
            "kind": "line", "labels": [f"{n}月" for n in range(1, 13)], "unit": "人次",
            "series": [{"name": year, "values": numbers} for year, numbers in months.items()],
        },
    }  # fmt: skip


@page(Permission.FIGURE_VIEW)
@require_safe
def wall(request: Request) -> HttpResponse:
    """The figures for a big screen: it fetches itself anew every minute, and nothing is drawn by script."""
    scope = scope_of(request)
    if scope.node.kind == Node.Kind.CENTRE:
        raise Http404
    _cut, rows = place_rows(scope)
    fields = by_part(scope, "activities.person_times", "field")
    context = told_of(scope, rows, request.GET.get("map", "")) | {
        "bars": bars([(label, shown.number, shown) for label, shown in fields]),
        "columns": columns(list(told_numbers(trend(scope, "activities.person_times")))),
        "now": timezone.localtime(),
        "query": f"?node={scope.node.pk}&year={scope.period.start.year}",
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "desk/wall_part.html" if part else "desk/wall.html", context)


def told_numbers(months: dict[str, list[int]]) -> list[int]:
    return next(iter(months.values()), [])


def bars(told: list[tuple[str, float, Any]]) -> list[tuple[str, Any, int]]:
    """Label, number and length in percent of the longest."""
    most = max((number for _label, number, _shown in told), default=0) or 1
    return [(label, shown, round(number * 100 / most)) for label, number, shown in told]


def columns(numbers: list[int]) -> list[dict[str, Any]]:
    """The columns of the year's months on the wall, in the units of its drawing."""
    most = max(numbers, default=0) or 1
    return [
        {"x": n * 50 + 8, "y": 170 - round(number * 140 / most), "height": round(number * 140 / most),
         "middle": n * 50 + 25, "label": f"{n + 1}月", "text": f"{number:,}"}
        for n, number in enumerate(numbers)
    ]  # fmt: skip


def parent_path(node: Node) -> str:
    steps = (node.path or "").rstrip(".").split(".")[:-1]
    return ".".join(steps) + "." if steps else "-"


def chart(told: list[Any], name: str) -> dict[str, Any]:
    """What the chart's script reads; the same numbers stand in the table beneath it."""
    return {
        "kind": "rows",
        "labels": [label for label, _shown in told],
        "series": [{"name": name, "values": [shown.number for _label, shown in told]}],
        "unit": "家",
    }


@page(Permission.DESK_OPEN)
@require_safe
def home(request: Request) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    context: dict[str, Any] = {
        "grants": grants_of(actor),
        "todo": todo(actor, today, most=10),
        "today": today,
        "notices": list(inbox(actor)[:5]),
    }
    node = place_of(actor, "")
    if node is not None and node.kind != Node.Kind.CENTRE:
        context["scope"] = Scope(node, Period.year(today.year), today)
        context["cards"] = cards(context["scope"])
    ways = doors(actor, "", figures=node is not None)
    context["shortcuts"] = [door for door in ways if door["url"] != reverse("desk:home")]
    return render(request, "desk/home.html", context)


@signed_in
@require_safe
def todo_list(request: Request) -> HttpResponse:
    today = timezone.localdate()
    return render(request, "desk/todo.html", {"todo": todo(request.actor, today), "today": today})


@signed_in
@require_safe
def notices(request: Request) -> HttpResponse:
    return render(request, "desk/notices.html", {"notices": list(inbox(request.actor)[:INBOX])})


@signed_in
@require_POST
def notices_read(request: Request) -> HttpResponse:
    mark_read(by=request.actor, now=timezone.now())
    forget(request.actor)
    return redirect("desk:notices")
