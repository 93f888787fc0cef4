from datetime import date
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import table_report
from changle.core.indicators import CATALOGUE, Figure, Indicator, as_of, parts, standing, value
from changle.core.periods import BadPeriod, Period
from changle.core.sheets import Column, csv_lines, write_xlsx
from changle.ground.annual.queries import LEDGERS
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import (
    TABLES,
    Asked,
    Filled,
    Line,
    above,
    asked,
    counted,
    export_columns,
    export_rows,
    fill,
    page_of,
    period_of,
    place_of,
    places,
    printed,
    sheet_of,
)


AnswerT = TypeVar("AnswerT", bound=HttpResponseBase)
FIRST_YEAR = 2021  # the first whose figures are offered
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def question(request: Request) -> Asked:
    told = asked(request.actor, request.GET.dict(), timezone.localdate())
    if told is None:
        raise Http404
    return told


def chosen(request: Request) -> Period:
    try:
        return period_of(request.GET.dict(), timezone.localdate())
    except BadPeriod:
        raise Http404 from None


Choice = tuple[str, str, bool]  # code, label, whether it is the one asked for


def spans(period: Period, today: date) -> list[tuple[str, list[Choice]]]:
    """The periods to choose from: years, then halves, quarters and months of the year shown."""
    year = period.start.year
    groups = {
        "年": [Period.year(each) for each in range(today.year, FIRST_YEAR - 1, -1)],
        f"{year}年半年": [Period.half(year, each) for each in (1, 2)],
        f"{year}年季度": [Period.quarter(year, each) for each in (1, 2, 3, 4)],
        f"{year}年月份": Period.year(year).months(),
    }
    if period not in {each for group in groups.values() for each in group}:
        groups = {"所选": [period]} | groups
    return [
        (label, [(e.code, e.label, e == period) for e in group if e.start <= today or e == period])
        for label, group in groups.items()
    ]


def heading(told: Asked) -> dict[str, Any]:
    today = timezone.localdate()
    indicator = told.indicator
    return {
        "asked": told,
        "indicator": indicator,
        "counted": counted(indicator),
        "as_of": as_of(told.period, today),
        "spans": spans(told.period, today),
        "asking": {"code": indicator.code, "node": told.node.pk},
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
    period = chosen(request)
    lines, stamp = [], standing()
    for indicator in CATALOGUE.values():
        figure = value(
            indicator.code, path=node.path or "", period=period, today=today, stamp=stamp
        )
        query = Asked(indicator, node, period).query()
        lines.append((indicator, shown(figure.value), f"{reverse('statistics:figure')}?{query}"))
    query = f"?node={node.pk}&period={period.code}"
    context = {
        "lines": lines, "node": node, "period": period, "as_of": as_of(period, today),
        "tables": [(t, reverse("statistics:report", args=[t.code]) + query) for t in TABLES.values()]
        + ledgers(request, min(period.start.year, today.year - 1)),
        "spans": spans(period, today), "asking": {"node": node.pk},
    }  # fmt: skip
    return render(request, "statistics/catalogue.html", context)


def ledgers(request: Request, year: int) -> list[tuple[Any, str]]:
    """The ledgers that list body by body; the annual reports keep them."""
    if not request.actor.holds(Permission.ANNUAL_VIEW):
        return []
    return [
        (one, f"{reverse('annual:ledger', args=[one.code])}?year={year}")
        for one in LEDGERS.values()
    ]


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
    stem = f"{reverse('statistics:rows')}?{told.query(by='', key='')}"  # a cut may have hundreds of parts
    cuts = [
        (cut, [(part, shown(part.value), f"{stem}&by={cut.name}&key={quote_plus(part.key)}")
               for part in parts(told.indicator.code, cut.name, **asking)])  # type: ignore[arg-type]
        for cut in told.indicator.cuts
    ]  # fmt: skip
    below = (
        places(request.actor).filter(parent=told.node, ends_on=None).exclude(kind="organisation")
    )
    parent = above(request.actor, told.node)
    context = heading(told) | {
        "above": parent,
        "above_url": f"?{told.query(node=str(parent.pk))}" if parent else "",
        "figure": figure,
        "quotient": quotient(told, figure),
        "value": shown(figure.value),
        "cuts": cuts,
        "children": [
            (child, told.query(node=str(child.pk))) for child in below.order_by("sort", "pk")
        ],
    }
    return render(request, "statistics/figure.html", context)


def quotient(told: Asked, figure: Figure) -> list[tuple[Indicator, str, str]]:
    """Of a rate: what is divided by what, each leading to its own rows."""
    if figure.denominator is None:
        return []
    halves = ((told.indicator.above, figure.numerator), (told.indicator.below, figure.denominator))
    at = reverse("statistics:rows")
    return [(CATALOGUE[c], shown(number), f"{at}?{told.query(code=c)}") for c, number in halves]


@page(Permission.FIGURE_VIEW)
@require_safe
def figure_rows(request: Request) -> HttpResponse:
    told, today = question(request), timezone.localdate()
    found = told.rows(today)
    rows, after = page_of(printed(told.indicator, found), request.GET.get("after", ""))
    total = sum_of(told, today)
    stem = reverse(sheet_of(told.indicator), args=[0])
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
