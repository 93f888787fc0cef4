from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import table_report
from changle.core.indicators import CATALOGUE, as_of, parts, standing, value
from changle.core.periods import BadPeriod
from changle.core.sheets import Column, csv_lines, write_xlsx
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import (
    TABLES,
    Asked,
    Filled,
    asked,
    export_columns,
    export_rows,
    fill,
    page_of,
    period_of,
    place_of,
    places,
    printed,
)


AnswerT = TypeVar("AnswerT", bound=HttpResponseBase)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def question(request: Request) -> Asked:
    told = asked(request.actor, request.GET.dict(), timezone.localdate())
    if told is None:
        raise Http404
    return told


def periods(year: int, today_year: int) -> list[tuple[int, bool]]:
    """The years to choose from, the newest first."""
    return [(each, each == year) for each in range(today_year, 2020, -1)]


def heading(told: Asked) -> dict[str, Any]:
    today = timezone.localdate()
    indicator = told.indicator
    return {
        "asked": told,
        "indicator": indicator,
        "as_of": as_of(told.period, today),
        "years": periods(told.period.start.year, today.year),
        "rows_url": f"{reverse('statistics:rows')}?{told.query()}",
        "figure_url": f"{reverse('statistics:figure')}?{told.query(by='', key='')}",
        "file": f"{reverse('statistics:rows_file', args=['xlsx'])}?{told.query()}",
        "csv": f"{reverse('statistics:rows_file', args=['csv'])}?{told.query()}",
    }


@page(Permission.FIGURE_VIEW)
@require_safe
def catalogue(request: Request) -> HttpResponse:
    node, today = place_of(request.actor, request.GET.get("node", "")), timezone.localdate()
    if node is None:
        raise Http404
    period = period_of({}, today)
    lines, stamp = [], standing()
    for indicator in CATALOGUE.values():
        figure = value(
            indicator.code, path=node.path or "", period=period, today=today, stamp=stamp
        )
        query = Asked(indicator, node, period).query()
        lines.append((indicator, shown(figure.value), f"{reverse('statistics:figure')}?{query}"))
    tables = [(t, reverse("statistics:report", args=[t.code])) for t in TABLES.values()]
    context = {"lines": lines, "tables": tables, "node": node, "today": today, "period": period}
    return render(request, "statistics/catalogue.html", context)


def shown(number: float | None) -> str:
    if number is None:
        return "—"
    return f"{number:,}" if float(number).is_integer() else f"{number:,.2f}"


@page(Permission.FIGURE_VIEW)
@require_safe
def figure(request: Request) -> HttpResponse:
    told, today = question(request), timezone.localdate()
    asking = {"path": told.path, "period": told.period, "today": today, "stamp": standing()}
    figure = value(told.indicator.code, **asking)  # type: ignore[arg-type]
    cuts = [
        (cut, [(part, shown(part.value), f"{reverse('statistics:rows')}?{told.query(by=cut.name, key=part.key)}")
               for part in parts(told.indicator.code, cut.name, **asking)])  # type: ignore[arg-type]
        for cut in told.indicator.cuts
    ]  # fmt: skip
    below = (
        places(request.actor).filter(parent=told.node, ends_on=None).exclude(kind="organisation")
    )
    context = heading(told) | {
        "figure": figure,
        "value": shown(figure.value),
        "cuts": cuts,
        "children": [
            (child, told.query(node=str(child.pk))) for child in below.order_by("sort", "pk")
        ],
    }
    return render(request, "statistics/figure.html", context)


@page(Permission.FIGURE_VIEW)
@require_safe
def figure_rows(request: Request) -> HttpResponse:
    told, today = question(request), timezone.localdate()
    found = told.rows(today)
    rows, after = page_of(printed(told.indicator, found), request.GET.get("after", ""))
    total = sum_of(told, today)
    stem = reverse(
        "territory:node" if told.indicator.subject == "pk" else "registry:organisation", args=[0]
    )
    lines = [(row, stem.replace("/0/", f"/{row.row_subject}/")) for row in rows]
    part = next((p for p in total[1] if p.key == told.key), None) if told.by else None
    context = heading(told) | {
        "lines": lines,
        "next": f"{reverse('statistics:rows')}?{told.query()}&after={after}" if after else "",
        "value": shown(part.value if part else 0) if told.by else shown(total[0]),
        "part": part.label if part else "",
        "cut": told.indicator.cut(told.by).label if told.by else "",
    }
    return render(request, "statistics/rows.html", context)


def sum_of(told: Asked, today: Any) -> tuple[Any, list[Any]]:
    """The value above the rows, and its parts where one part was asked for."""
    code = told.indicator.above or told.indicator.code
    asking = {"path": told.path, "period": told.period, "today": today}
    if told.by:
        return None, parts(code, told.by, **asking)
    return value(code, **asking).value, []


@page(Permission.FIGURE_VIEW)
@require_safe
def rows_file(request: Request, form: str) -> HttpResponseBase:
    told, today = question(request), timezone.localdate()
    columns = export_columns(told.indicator)
    lines = export_rows(told.indicator, told.rows(today))
    name = f"{told.indicator.name}-{told.node.label}-{told.period.code}"
    if form == "csv":
        answer = StreamingHttpResponse(
            csv_lines(columns, lines), content_type="text/csv; charset=utf-8"
        )
        return named(answer, f"{name}.csv")
    if form != "xlsx":
        raise Http404
    facts = [
        ("指标", told.indicator.name), ("口径", told.indicator.definition), ("范围", told.node.name),
        ("期间", told.period.label), ("截至", as_of(told.period, today).isoformat()),
    ]  # fmt: skip
    return sheet(columns, lines, facts, f"{name}.xlsx")


def sheet(
    columns: list[Column], lines: Any, facts: list[tuple[str, str]], name: str
) -> HttpResponse:
    file = BytesIO()
    write_xlsx(columns, lines, file, facts=facts)
    return named(HttpResponse(file.getvalue(), content_type=XLSX), name)


def named(answer: AnswerT, name: str) -> AnswerT:
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def filled(request: Request, table: str) -> Filled:
    today = timezone.localdate()
    node = place_of(request.actor, request.GET.get("node", ""))
    if table not in TABLES or node is None:
        raise Http404
    try:
        period = period_of(request.GET.dict(), today)
    except BadPeriod:
        raise Http404 from None
    return fill(TABLES[table], node=node, period=period, today=today)


@page(Permission.FIGURE_VIEW)
@require_safe
def report(request: Request, table: str) -> HttpResponse:
    told = filled(request, table)
    rows_at, query = reverse("statistics:rows"), f"?node={told.node.pk}&period={told.period.code}"
    context = {
        "report": told,
        "rows": [(line, [(cell, f"{rows_at}?{cell.query}") for cell in cells]) for line, cells in told.rows],
        "total": [(cell, f"{rows_at}?{cell.query}") for cell in told.total],
        "years": periods(told.period.start.year, timezone.localdate().year),
        "files": [(form.upper(), reverse("statistics:report_file", args=[table, form]) + query)
                  for form in ("xlsx", "csv", "pdf")],
    }  # fmt: skip
    return render(request, "statistics/report.html", context)


@page(Permission.FIGURE_VIEW)
@require_safe
def report_file(request: Request, table: str, form: str) -> HttpResponseBase:
    told = filled(request, table)
    name = f"{told.table.name}-{told.node.label}-{told.period.code}.{form}"
    labels = ["项目", *(column.label for column in told.table.columns)]
    lines = [[line.label, *(c.text for c in cells)] for line, cells in told.rows]
    lines.append(["合计", *(c.text for c in told.total)])
    notes = [told.table.about, f"{told.period.label}，截至 {told.as_of}", *told.faults]
    if form == "pdf":
        title = f"{told.node.name}{told.table.name}"
        pdf = table_report(title=title, columns=labels, rows=lines, notes=notes)
        return named(HttpResponse(pdf, content_type="application/pdf"), name)
    columns = [Column(str(n), label, "text", 16) for n, label in enumerate(labels)]
    records = ({str(n): text for n, text in enumerate(line)} for line in lines)
    if form == "csv":
        answer = StreamingHttpResponse(
            csv_lines(columns, records), content_type="text/csv; charset=utf-8"
        )
        return named(answer, name)
    if form != "xlsx":
        raise Http404
    return sheet(columns, records, [("说明", note) for note in notes], name)
