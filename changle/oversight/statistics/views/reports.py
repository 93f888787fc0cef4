"""The four commons of a place, and the report tables."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import table_report
from changle.core.indicators import as_of
from changle.core.sheets import csv_lines
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import (
    TABLES,
    Filled,
    Line,
    above,
    fill,
    four_commons,
    place_of,
    places,
)
from changle.oversight.statistics.views.answers import chosen, named, sheet, spans


@page(Permission.FIGURE_VIEW)
@require_safe
def commons(request: Request) -> HttpResponse:
    """The four commons of a centre, a street or the district."""
    node, today = place_of(request.actor, request.GET.get("node", "")), timezone.localdate()
    if node is None:
        raise Http404
    period = chosen(request)
    below = places(request.actor).filter(parent=node, ends_on=None).exclude(kind="community")
    context = {
        "node": node, "period": period, "as_of": as_of(period, today),
        "above": above(request.actor, node), "children": list(below.order_by("sort", "pk")),
        "parts": four_commons(node=node, period=period, today=today),
        "rows_at": reverse("statistics:rows"), "figure_at": reverse("statistics:figure"),
        "spans": spans(period, today), "asking": {"node": node.pk},
        "table": f"{reverse('statistics:report', args=['T16'])}?node={node.pk}&period={period.code}",
    }  # fmt: skip
    return render(request, "statistics/commons.html", context)


def filled(request: Request, table: str) -> Filled:
    today = timezone.localdate()
    node = place_of(request.actor, request.GET.get("node", ""))
    if table not in TABLES or node is None:
        raise Http404
    finer = request.GET.get("detail") == "community"
    return fill(TABLES[table], node=node, period=chosen(request), today=today, finer=finer)


@page(Permission.FIGURE_VIEW)
@require_safe
def report(request: Request, table: str) -> HttpResponse:
    told = filled(request, table)
    rows_at, here = reverse("statistics:rows"), reverse("statistics:report", args=[table])
    query, span = f"?node={told.node.pk}&period={told.period.code}", f"&period={told.period.code}"
    finer = request.GET.get("detail") == "community"
    detail = "&detail=community" if finer else ""
    context = {
        "report": told,
        "above": above(request.actor, told.node),
        "rows": [(line, f"{here}?node={line.node}{span}" if opens(told, line) else "",
                  [(cell, f"{rows_at}?{cell.query}") for cell in cells]) for line, cells in told.rows],
        "total": [(cell, f"{rows_at}?{cell.query}") for cell in told.total],
        "spans": spans(told.period, timezone.localdate()),
        "asking": {"node": told.node.pk, "detail": "community" if finer else ""},
        "files": [(form.upper(), reverse("statistics:report_file", args=[table, form]) + query + detail)
                  for form in ("xlsx", "csv", "pdf")],
        "finer": finer,
        "other": (here + query + ("" if finer else "&detail=community")
                  if told.table.finer and told.node.kind == Node.Kind.DISTRICT else ""),
    }  # fmt: skip
    return render(request, "statistics/report.html", context)


def opens(told: Filled, line: Line) -> bool:
    """A street's line leads to the table of that street."""
    return bool(line.node) and told.node.kind == Node.Kind.DISTRICT and not line.deep


@page(Permission.FIGURE_VIEW)
@require_safe
def report_file(request: Request, table: str, form: str) -> HttpResponseBase:
    told = filled(request, table)
    name = f"{told.table.name}-{told.node.label}-{told.period.code}.{form}"
    notes = [told.table.about, f"{told.period.label}，截至 {told.as_of}", *told.faults]
    if form == "pdf":
        title = f"{told.node.name}{told.table.name}"
        labels = ["项目", *(column.label for column in told.table.columns)]
        pdf = table_report(title=title, columns=labels, rows=told.printed(), notes=notes)
        return named(HttpResponse(pdf, content_type="application/pdf"), name)
    columns, records = told.columns(), told.records()
    if form == "csv":
        answer = StreamingHttpResponse(
            csv_lines(columns, records), content_type="text/csv; charset=utf-8"
        )
        return named(answer, name)
    if form != "xlsx":
        raise Http404
    return sheet(columns, records, [("说明", note) for note in notes], name)
