from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page, signed_in
from changle.core.notices import inbox, mark_read
from changle.core.periods import Period
from changle.faces.desk.queries.home import (
    Scope,
    by_part,
    cards,
    forget,
    glance,
    grants_of,
    place_rows,
    todo,
)
from changle.faces.desk.queries.menu import doors
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
    fields = by_part(scope, "registry.registered", "field")
    categories = by_part(scope, "registry.filed", "category")
    up = (
        scope.node.parent
        if request.actor.holds_at(Permission.FIGURE_VIEW, parent_path(scope.node))
        else None
    )
    context: dict[str, Any] = {
        "scope": scope, "node": scope.node, "cards": cards(scope), "rows": rows, "up": up,
        "by_street": cut == "street", "fields": fields, "categories": categories,
        "years": [(y, y == scope.period.start.year) for y in range(scope.today.year, FIRST_YEAR - 1, -1)],
        "chart": chart(fields, "登记的社会组织"), "chart_filed": chart(categories, "备案的社区社会组织"),
        "todo": glance(request.actor, scope.today),
    }  # fmt: skip
    return render(request, "desk/overview.html", context)


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
