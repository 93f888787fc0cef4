"""The district's reports of a year, taken together; and the ledgers made of them."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.core.sheets import Column, csv_lines, write_xlsx
from changle.ground.annual.actions import accept_sound, doubt_of, open_season
from changle.ground.annual.forms import YearForm
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import LEDGERS, Ledger, ledger_rows
from changle.ground.annual.queries.ledgers import bodies, records
from changle.ground.annual.queries.ledgers import page_of as ledger_page
from changle.ground.annual.queries.listing import (
    EXPORT_COLUMNS,
    GROUPS,
    Filters,
    export_rows,
    lines,
    listed,
    page_of,
    tally,
    years_seen,
)
from changle.ground.registry.actions import note_export
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of, streets_seen
from changle.ground.territory.roles import Permission


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = [pair for pair in Organisation.Kind.choices if pair[0] in Organisation.REGISTERED]


def filters_of(request: Request) -> Filters:
    """The year shown unasked: the last one that has ended."""
    return Filters.of(request.GET, year=timezone.localdate().year - 1)


@page(Permission.ANNUAL_VIEW)
@require_safe
def reports(request: Request) -> HttpResponse:
    actor, today, filters = request.actor, timezone.localdate(), filters_of(request)
    here, asked = reverse("annual:reports"), filters.asked()
    rows, following = page_of(listed(actor, filters), request.GET.get("after", ""))
    reviews = actor.holds(Permission.ANNUAL_REVIEW)
    doubts = {row.pk: doubt_of(row) for row in rows}
    counts = tally(actor, filters.year)
    context = {
        "here": here,
        "filters": filters,
        "lines": [(line, doubts[line["pk"]]) for line in lines(rows, here, today)],
        "counts": counts,
        "rate": round(counts["reported"] * 100 / counts["due"], 1) if counts["due"] else None,
        "next": f"{here}?{urlencode({**asked, 'after': following})}" if following else "",
        "first": f"{here}?{urlencode(asked)}" if request.GET.get("after") else "",
        "asked": urlencode(asked),
        "years": years_seen(actor, today.year),
        "groups": GROUPS,
        "kinds": KINDS,
        "streets": list(streets_seen(actor).values_list("pk", "name")),
        "reviews": reviews,
        "accepts": reviews and any(line_ok(row, doubts) for row in rows),
        "opens": reviews and filters.year < today.year,
        "dates": actor.holds(Permission.DICTIONARY_EDIT),
        "exports": actor.holds(Permission.ORGANISATION_EXPORT),
        "ledgers": LEDGERS.values(),
    }
    return render(request, "annual/reports.html", context)


def line_ok(row: AnnualReport, doubts: dict[int, str]) -> bool:
    return row.state == AnnualReport.State.SUBMITTED and not doubts[row.pk]


@page(Permission.ANNUAL_REVIEW)
@require_POST
def accept_many(request: Request) -> HttpResponse:
    """Accept the sound ones among those ticked; the doubtful stay, each with why."""
    keys = [key for text in request.POST.getlist("pk") if (key := key_of(text))]
    done, doubtful = accept_sound(pks=keys, by=request.actor, now=timezone.now())
    if done:
        messages.success(request, f"已核对 {done} 份。")
    for name, why in doubtful[:20]:
        messages.warning(request, f"{name}：{why}，请单独核对。")
    if not done and not doubtful:
        messages.warning(request, "没有选中待核对的报告。")
    year = key_of(request.POST.get("year", "")) or timezone.localdate().year - 1
    return redirect(
        f"{reverse('annual:reports')}?{urlencode({'year': year, 'state': 'submitted'})}"
    )


@page(Permission.ANNUAL_REVIEW)
@require_POST
def open_year(request: Request) -> HttpResponse:
    form = YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请选择报告年度。")
        return redirect("annual:reports")
    year = form.cleaned_data["year"]
    try:
        count = open_season(year=year, by=request.actor, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已为 {count} 家建立 {year} 年度报告，平台已有的内容已填好。")
    return redirect(f"{reverse('annual:reports')}?year={year}")


@page(Permission.ORGANISATION_EXPORT)
@require_safe
def export(request: Request, kind: str) -> HttpResponseBase:
    if not request.actor.holds(Permission.ANNUAL_VIEW):
        raise Http404
    filters = filters_of(request)
    rows = export_rows(listed(request.actor, filters, needs=Permission.ANNUAL_VIEW))
    name, title = f"annual-{filters.year}", f"{filters.year}年度报告"
    return sent(request, kind, EXPORT_COLUMNS, rows, name=name, title=title)


def sent(
    request: Request, form: str, columns: list[Column], rows: Any, *, name: str, title: str
) -> HttpResponseBase:
    """A file of rows, streamed where its form allows; the log says who took it."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    now = timezone.now()
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    note_export(by=request.actor, now=now, note=f"{title}（{form}）")
    if form == "csv":
        told = csv_lines(columns, rows)
        return StreamingHttpResponse(told, content_type="text/csv; charset=utf-8", headers=headers)
    facts = [
        ("内容", title), ("导出人", request.actor.name),
        ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"), ("金额单位", "元"),
    ]  # fmt: skip
    file = BytesIO()
    write_xlsx(columns, rows, file, facts=facts, sheet=title[:31])
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def ledger_asked(request: Request, table: str) -> tuple[Ledger, int]:
    ledger = LEDGERS.get(table)
    if ledger is None:
        raise Http404
    return ledger, filters_of(request).year


@page(Permission.ANNUAL_VIEW)
@require_safe
def ledger(request: Request, table: str) -> HttpResponse:
    told, year = ledger_asked(request, table)
    found, following = ledger_page(bodies(request.actor, told, year), request.GET.get("after", ""))
    here = reverse("annual:ledger", args=[table])
    rows = records(told, found, year, request.actor)
    context = {
        "ledger": told,
        "others": [one for one in LEDGERS.values() if one is not told],
        "year": year,
        "years": years_seen(request.actor, timezone.localdate().year),
        "rows": [
            (reverse("annual:of_organisation", args=[row["pk"]]),
             [(column, row[column.key]) for column in told.columns])
            for row in rows
        ],
        "here": here,
        "next": f"{here}?{urlencode({'year': year, 'after': following})}" if following else "",
        "first": f"{here}?year={year}" if request.GET.get("after") else "",
        "exports": request.actor.holds(Permission.ORGANISATION_EXPORT),
    }  # fmt: skip
    return render(request, "annual/ledger.html", context)


@page(Permission.ORGANISATION_EXPORT)
@require_safe
def ledger_file(request: Request, table: str, form: str) -> HttpResponseBase:
    if not request.actor.holds(Permission.ANNUAL_VIEW):
        raise Http404
    told, year = ledger_asked(request, table)
    rows = ledger_rows(table, year, request.actor)
    columns = [column.sheet for column in told.columns]
    title = f"{year}年{told.name}"
    return sent(request, form, columns, rows, name=f"{table}-{year}", title=title)
