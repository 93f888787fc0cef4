"""The months' reports: who has sent theirs, one report, and what is done with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import Table, tables_report, tables_report_docx
from changle.core.periods import BadPeriod, Period
from changle.core.sheets import Column
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.oversight.statistics.actions.closing import close, publish, send_back, type_cell
from changle.oversight.statistics.forms import CloseForm, PublishForm, ReasonForm, TypeForm
from changle.oversight.statistics.lifecycle import REPORT
from changle.oversight.statistics.models import Edition, MonthlyReport
from changle.oversight.statistics.queries.monthly import (
    ShownTable,
    content_of,
    count_cells,
    last_edition,
    months_with_reports,
    report_seen,
    reports_of,
    shown_tables,
    tables_of,
    typed_in,
    unsent,
)
from changle.oversight.statistics.views.answers import named, sheet


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COLUMNS = [
    Column("table", "表", "text", 22), Column("line", "行", "text", 24),
    Column("column", "列", "text", 18), Column("text", "数值", "text", 14),
    Column("now", "现在", "text", 14), Column("difference", "修订差额", "text", 12),
    Column("typed", "手工填报的理由", "text", 40),
]  # fmt: skip
P = Permission


def report_or_404(request: Request, pk: int) -> MonthlyReport:
    row = report_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(P.FIGURE_VIEW)
@require_safe
def monthly(request: Request) -> HttpResponse:
    """Which places have sent the month's report, and which not."""
    months = months_with_reports(request.actor)
    month = asked_month(request.GET.get("month", ""), months)
    rows = reports_of(request.actor, month) if month else []
    today = timezone.localdate()
    context = {
        "months": [(one, Period.month(one.year, one.month), one == month) for one in months],
        "rows": [(row, row.overdue_days(today)) for row in rows],
        "period": Period.month(month.year, month.month) if month else None,
        "sent": sum(row.state in MonthlyReport.CLOSED for row in rows),
    }
    return render(request, "statistics/monthly.html", context)


def asked_month(text: str, months: list[date]) -> date | None:
    """The month in the address where it has reports; else the last."""
    try:
        start = Period.parse(text).start if text else None
    except BadPeriod:
        start = None
    if start in months:
        return start
    return months[0] if months else None


class Told:
    """A report with its tables as they are shown: live while it is open, else its last edition."""

    def __init__(self, row: MonthlyReport) -> None:
        self.row = row
        now = tables_of(row, timezone.localdate())
        is_closed = row.state in MonthlyReport.CLOSED
        self.edition: Edition | None = last_edition(row)
        self.live = not (is_closed and self.edition)
        if self.live or self.edition is None:
            content = content_of(now, typed_in(row))
            self.missing, self.cells = unsent(row), count_cells(content)
        else:
            content = self.edition.content
            self.missing = self.edition.missing
            self.cells = (self.edition.cell_count, self.edition.typed_count)
        self.tables: list[ShownTable] = shown_tables(content, now, live=self.live)

    @property
    def differs(self) -> int:
        return sum(table.differs for table in self.tables)

    @property
    def title(self) -> str:
        return f"{self.row.node.name}{self.row.period.label}社会组织工作月报"

    @property
    def lead(self) -> list[str]:
        cells, typed = self.cells
        told = [
            f"共 {cells:,} 个数，其中平台自动汇总 {cells - typed:,} 个，手工填报 {typed:,} 个。"
        ]
        if self.edition is not None and not self.live:
            told.insert(0, f"{self.edition}关账，摘要 {self.edition.sha256[:16]}。")
            if self.edition.note:
                told.append(f"说明：{self.edition.note}")
            told.append(f"关账后有 {self.differs} 个数发生变化（修订差额）。" if self.differs
                        else "关账后没有变化。")  # fmt: skip
        else:
            told.insert(0, "尚未关账，数字随业务变化。")
        if self.missing:
            told.append(f"未上报的下级：{'、'.join(self.missing)}。")
        return told


@page(P.FIGURE_VIEW)
@require_safe
def one(request: Request, pk: int) -> HttpResponse:
    row = report_or_404(request, pk)
    told = Told(row)
    buttons = {move.name for move in REPORT.offers([row], to=request.actor)[0][1]}
    submits = REPORT.moves["submit"]
    if (
        request.actor.holds_at(submits.needs, row.node.path or "")
        and row.state in submits.sources
        and not REPORT.may_not(row, request.actor, "submit")
    ):
        buttons.add("submit")
    context = {
        "told": told,
        "row": row,
        "buttons": buttons,
        "editions": list(row.editions.select_related("closed_by").order_by("-number")),
        "rows_at": reverse("statistics:rows"),
        "files": [(form, reverse("statistics:monthly_file", args=[pk, form]))
                  for form in ("pdf", "docx", "xlsx")],
        "types": "submit" in buttons and "type" in request.GET,
        "overdue": row.overdue_days(timezone.localdate()),
    }  # fmt: skip
    return render(request, "statistics/monthly_one.html", context)


def here(pk: int) -> str:
    return reverse("statistics:monthly_one", args=[pk])


def do(
    request: Request, pk: int, form: forms.Form, deed: Callable[..., Any], **words: Any
) -> HttpResponse:
    row = report_or_404(request, pk)
    about = Sheet(back=here(pk), about=str(row), **words)
    return fill(request, form, about, lambda: deed(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(P.REPORT_CLOSE)
def closing(request: Request, pk: int) -> HttpResponse:
    return do(request, pk, CloseForm(request.POST or None), close, heading="关账并上报",
              button="关账并上报", done="已关账并上报。")  # fmt: skip


@page(P.REPORT_DECIDE)
def sending_back(request: Request, pk: int) -> HttpResponse:
    return do(request, pk, ReasonForm(request.POST or None), send_back, heading="退回月报",
              button="退回", done="已退回。", grave=True)  # fmt: skip


@page(P.REPORT_DECIDE)
def publishing(request: Request, pk: int) -> HttpResponse:
    return do(request, pk, PublishForm(request.POST or None), publish, heading="发布月报",
              button="发布", done="已发布。")  # fmt: skip


@page(P.REPORT_CLOSE)
def typing(request: Request, pk: int) -> HttpResponse:
    """One cell; which one stands in the address."""
    row = report_or_404(request, pk)
    table, cut, key, column = (
        request.GET.get(name, "")[:40] for name in ("table", "cut", "key", "column")
    )
    place = (table, cut, key, column)
    there = typed_in(row).get(place)
    initial = {"number": there.number, "reason": there.reason} if there else None
    form = TypeForm(request.POST or None, initial=initial)
    about = Sheet(back=here(pk), heading=f"手工填报：{column}", button="保存", done="已保存。",
                  about="能由业务记录算出的数不应手工填；手工填的会变色、注明理由，并计入手工填报数。")  # fmt: skip
    return fill(request, form, about, lambda: type_cell(
        pk=pk, by=request.actor, now=timezone.now(), place=place, **form.cleaned_data
    ))  # fmt: skip


@page(P.FIGURE_VIEW)
@require_safe
def file(request: Request, pk: int, form: str) -> HttpResponseBase:
    told = Told(report_or_404(request, pk))
    name = f"{told.title}.{form}"
    if form == "xlsx":
        return sheet(COLUMNS, lines(told), [("说明", line) for line in told.lead], name)
    tables = [
        Table(
            heading=f"{table.code} {table.name}",
            columns=["项目", *table.columns],
            rows=[[label, *(on_paper(cell) for cell in cells)]
                  for label, _cut, _key, cells in table.lines],
            notes=[table.about, *table.faults,
                   *(f"{label} {cell.column} 为手工填报：{cell.typed}"
                     for label, _c, _k, cells in table.lines for cell in cells if cell.typed)],
        )
        for table in told.tables
    ]  # fmt: skip
    if form == "pdf":
        paper = tables_report(title=told.title, tables=tables, lead=told.lead)
        return named(HttpResponse(paper, content_type="application/pdf"), name)
    if form == "docx":
        paper = tables_report_docx(title=told.title, tables=tables, lead=told.lead)
        return named(HttpResponse(paper, content_type=WORD), name)
    raise Http404


def on_paper(cell: Any) -> str:
    return f"{cell.text}（{cell.difference}）" if cell.difference else cell.text


def lines(told: Told) -> list[dict[str, str]]:
    return [
        {"table": f"{table.code} {table.name}", "line": label, "column": cell.column,
         "text": cell.text, "now": cell.now or cell.text, "difference": cell.difference,
         "typed": cell.typed}
        for table in told.tables
        for label, _cut, _key, cells in table.lines
        for cell in cells
    ]  # fmt: skip
