"""Report tables run for any place and period, months as they were closed, figures as SDMX-CSV."""

import re

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query, Router

from changle.core.indicators import CATALOGUE
from changle.core.periods import BadPeriod, Period
from changle.core.sheets import csv_lines
from changle.faces.api.forms import Page
from changle.faces.api.forms.reports import (
    DataAsked,
    MonthlyPage,
    MonthlyTold,
    ReportAsked,
    ReportPage,
    ReportTold,
)
from changle.faces.api.queries.reports import monthly, monthly_told, tables, told
from changle.faces.api.views.answers import answered, number_after, paged, written
from changle.faces.api.views.figures import place
from changle.faces.api.views.gate import anybody, caller_of, known
from changle.faces.api.views.problems import Problem, invalid
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.queries import TABLES, fill
from changle.oversight.statistics.queries.monthly import (
    differences,
    last_edition,
    report_seen,
    tables_of,
)
from changle.oversight.statistics.queries.sdmx import COLUMNS, observations


router = Router(tags=["报表"])
A_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
MOST_PERIODS = 120


def period_of(text: str) -> Period:
    try:
        return Period.parse(text) if text else Period.year(timezone.localdate().year)
    except BadPeriod as bad:
        raise invalid("period", str(bad)) from None


def sees(request: HttpRequest) -> None:
    if not caller_of(request).actor.holds(Permission.FIGURE_VIEW):
        raise Problem("not-found", "没有这张报表，或不在您的权限范围内。")


@router.get(
    "/reports", response=ReportPage, auth=anybody, operation_id="listReports",
    url_name="reports", summary="全部报表：名称、说明、列",
)  # fmt: skip
def reports(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  ninja asks for the name
    return answered(written({"items": tables(), "next": None}))


@router.get(
    "/reports/{code}", response=ReportTold, auth=known, operation_id="runReport",
    url_name="report", summary="按地区和期间出一张报表；每格带它的记录的网址",
)  # fmt: skip
def report(request: HttpRequest, code: str, asked: Query[ReportAsked]) -> HttpResponse:
    sees(request)
    if code not in TABLES:
        raise Problem("not-found", "没有这张报表；全部报表见 /api/v1/reports。")
    node, period = place(caller_of(request).actor, asked.node), period_of(asked.period)
    filled = fill(TABLES[code], node=node, period=period, today=timezone.localdate())
    return answered(written(told(filled)))


@router.get(
    "/monthly-reports", response=MonthlyPage, auth=known, operation_id="listMonthlyReports",
    url_name="monthly_reports", summary="各单位的月报",
)  # fmt: skip
def monthly_reports(request: HttpRequest, page: Query[Page], month: str = "") -> HttpResponse:
    sees(request)
    if month and not A_MONTH.fullmatch(month):
        raise invalid("month", "月份写成 2026-07。")
    items = monthly(caller_of(request).actor, month, number_after(page.after), page.limit + 1)
    more = str(items[page.limit - 1]["id"]) if len(items) > page.limit else ""
    return paged(request, items[: page.limit], more)


@router.get(
    "/monthly-reports/{int:pk}", response=MonthlyTold, auth=known,
    operation_id="getMonthlyReport", url_name="monthly_report",
    summary="一份月报：关账时的各表，和此后变化了几个数",
)  # fmt: skip
def monthly_report(request: HttpRequest, pk: int) -> HttpResponse:
    sees(request)
    row = report_seen(caller_of(request).actor, pk)
    if row is None:
        raise Problem("not-found", "没有这份月报，或不在您的权限范围内。")
    edition = last_edition(row)
    changed = differences(edition, tables_of(row, timezone.localdate())) if edition else 0
    return answered(written(monthly_told(row, changed)))


@router.get(
    "/indicators/{code}/data.csv", auth=known, operation_id="getIndicatorData",
    url_name="indicator_data", summary="一个指标的值，SDMX-CSV 1.0",
    description="期间是一年的，逐年之外再给各月；可按一个分组展开。",
)  # fmt: skip
def indicator_data(request: HttpRequest, code: str, asked: Query[DataAsked]) -> HttpResponseBase:
    indicator = CATALOGUE.get(code)
    if indicator is None or not caller_of(request).actor.holds(Permission.FIGURE_VIEW):
        raise Problem("not-found", "没有这个指标，或不在您的权限范围内。")
    if asked.by and asked.by not in {cut.name for cut in indicator.cuts}:
        raise invalid("by", f"“{indicator.name}”不能按“{asked.by}”分组。")
    node, period, today = (
        place(caller_of(request).actor, asked.node), period_of(asked.period), timezone.localdate(),
    )  # fmt: skip
    months = (
        [one for one in period.months() if one.start <= today] if period.unit != "month" else []
    )
    if len(months) > MOST_PERIODS:
        raise invalid("period", f"一次最多 {MOST_PERIODS} 个月。")
    found = observations([code], node=node, periods=[period, *months], today=today, by=asked.by)
    answer = StreamingHttpResponse(
        (line.encode() for line in csv_lines(COLUMNS, found)),
        content_type="application/vnd.sdmx.data+csv; version=1.0.0; charset=utf-8",
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return answer
