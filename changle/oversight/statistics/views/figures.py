"""The catalogue, one figure, and the rows behind it."""

from typing import Any
from urllib.parse import quote_plus

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.addresses import row_url
from changle.core.indicators import (
    CATALOGUE,
    Figure,
    Indicator,
    as_of,
    cross,
    parts,
    standing,
    value,
)
from changle.core.reach import Actor
from changle.core.sheets import csv_lines
from changle.ground.annual.queries import LEDGERS
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import (
    TABLES,
    Asked,
    above,
    asked,
    counted,
    export_columns,
    export_rows,
    page_of,
    place_of,
    places,
    printed,
)
from changle.oversight.statistics.queries.words import halves, spoken
from changle.oversight.statistics.views.answers import chosen, named, sheet, spans


def question(request: Request) -> Asked:
    told = asked(request.actor, request.GET.dict(), timezone.localdate())
    if told is None:
        raise Http404
    return told


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
        lines.append((indicator, spoken(figure.value), f"{reverse('statistics:figure')}?{query}"))
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


@page(Permission.FIGURE_VIEW)
@require_safe
def figure(request: Request) -> HttpResponse:
    told, today = question(request), timezone.localdate()
    asking = {"path": told.path, "period": told.period, "today": today, "stamp": standing()}
    figure = value(told.indicator.code, **asking)  # type: ignore[arg-type]
    stem = f"{reverse('statistics:rows')}?{told.query(by='', key='')}"  # a cut may have hundreds of parts
    cuts = [
        (cut, [(part, spoken(part.value), f"{stem}&by={cut.name}&key={quote_plus(part.key)}")
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
        "of": halves(figure),
        "value": spoken(figure.value),
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
    return [(CATALOGUE[c], spoken(number), f"{at}?{told.query(code=c)}") for c, number in halves]


@page(Permission.FIGURE_VIEW)
@require_safe
def figure_rows(request: Request) -> HttpResponse:
    told, today = question(request), timezone.localdate()
    found = told.rows(today)
    rows, after = page_of(printed(told.indicator, found), request.GET.get("after", ""))
    number, part, second = sum_of(told, today)
    opens = page_behind(counted(told.indicator), request.actor)
    lines = [
        (row, row_url(opens, row.row_subject) if opens and row.row_subject else "") for row in rows
    ]
    context = heading(told) | {
        "lines": lines,
        "next": f"{reverse('statistics:rows')}?{told.query()}&after={after}" if after else "",
        "value": spoken(number), "part": part, "second": second,
        "cut": told.indicator.cut(told.by).label if told.by else "",
        "across": told.indicator.cut(told.across).label if told.across else "",
    }  # fmt: skip
    return render(request, "statistics/rows.html", context)


def page_behind(shown: Indicator, actor: Actor) -> str:
    """The route of the rows' own page, or none where this person may not open it."""
    needs = getattr(resolve(row_url(shown.opens, 0)).func, "access", "")
    return shown.opens if needs in {"public", "signed_in", *actor.reach} else ""


def sum_of(told: Asked, today: Any) -> tuple[Any, str, str]:
    """The value above the rows, and what the parts that were asked for are called."""
    code = told.indicator.above or told.indicator.code
    asking = {"path": told.path, "period": told.period, "today": today}
    if not told.by:
        return value(code, **asking).value, "", ""
    part = next((p for p in parts(code, told.by, **asking) if p.key == told.key), None)
    label = part.label if part else ""
    if not told.across:
        return part.value if part else 0, label, ""
    second = next((p for p in parts(code, told.across, **asking) if p.key == told.part), None)
    crossed = cross(code, told.by, told.across, **asking)
    return crossed.get((told.key, told.part), 0), label, second.label if second else told.part


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
