"""The explorer: pick indicators, see them as a table and a chart, follow, export, keep for others."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.indicators import as_of
from changle.core.sheets import csv_lines
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.oversight.statistics.actions.keeping import CutRefused, forget_cut, keep_cut
from changle.oversight.statistics.forms import KeepForm
from changle.oversight.statistics.queries.asking import above, places
from changle.oversight.statistics.queries.exploring import (
    MONTH,
    Explored,
    Question,
    crossings,
    cuts_kept,
    explore,
    groups,
    question_of,
    ways,
)
from changle.oversight.statistics.views.answers import named, sheet, spans


EXAMPLES = [
    ("各街道的备案组织与新增", "code=registry.filed&code=registry.filings&rows=place"),
    (
        "每月的活动场次和服务人次",
        "code=activities.sessions&code=activities.person_times&rows=month",
    ),
    ("各街道活动人次按领域", "code=activities.person_times&rows=place&across=field"),
    ("每月场地使用", "code=venue.uses&rows=month"),
]


def asked(request: Request) -> Question:
    asking = request.GET
    told = question_of(request.actor, asking.dict(), asking.getlist("code"), timezone.localdate())
    if told is None:
        raise Http404
    return told


@page(Permission.FIGURE_VIEW)
@require_safe
def explorer(request: Request) -> HttpResponse:
    told, today = asked(request), timezone.localdate()
    picked = {one.code for one in told.indicators}
    found = explore(told, request.actor, today) if picked else None
    here = reverse("statistics:explore")
    context: dict[str, Any] = {
        "asked": told, "found": found, "as_of": as_of(told.period, today),
        "groups": [(name, [(one, one.code in picked) for one in ones], any(one.code in picked for one in ones))
                   for name, ones in groups()],
        "ways": [(name, label, name == told.rows) for name, label in ways(told)],
        "crossings": [(name, label, name == told.across) for name, label in crossings(told)],
        "places": [*filter(None, [above(request.actor, told.node)]), told.node,
                   *places(request.actor).filter(parent=told.node, ends_on=None).order_by("sort", "pk")],
        "spans": spans(told.period, today), "rows_at": reverse("statistics:rows"),
        "kept": [(row, f"{here}?{row.query}", row.made_by_id == request.actor.user_id)
                 for row in cuts_kept(request.actor)],
        "chart": chart(found) if found else None,
        "files": [(form.upper(), f"{reverse('statistics:explore_file', args=[form])}?{told.query()}")
                  for form in ("xlsx", "csv")],
        "examples": [(text, f"{here}?{query}") for text, query in EXAMPLES],
        "keep": f"{reverse('statistics:keep_cut')}?{told.query()}",
    }  # fmt: skip
    return render(request, "statistics/explore.html", context)


def chart(found: Explored) -> dict[str, Any]:
    """What the chart's script reads: the table's own numbers, months as a line."""
    many = len(found.columns) > 1 or len(found.lines) > 12  # noqa: PLR2004  bars that a page can bear lying
    kind = "line" if found.question.rows == MONTH else "bar" if many else "rows"
    return {
        "kind": kind,
        "labels": [label for label, _cells in found.lines],
        "series": [
            {"name": name, "values": [cells[n].number for _label, cells in found.lines]}
            for n, name in enumerate(found.columns)
        ],
        "stacked": bool(found.question.across),
        "unit": found.question.indicators[0].unit if len(found.question.indicators) == 1 else "",
    }


@page(Permission.FIGURE_VIEW)
@require_safe
def explore_file(request: Request, form: str) -> HttpResponseBase:
    told, today = asked(request), timezone.localdate()
    if not told.indicators or form not in {"csv", "xlsx"}:
        raise Http404
    found = explore(told, request.actor, today)
    columns, records = found.sheet_columns(), list(found.records())
    name = f"{told.title[:40]}-{told.node.label}-{told.period.code}.{form}"
    if form == "csv":
        lines = csv_lines(columns, records)
        return named(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), name)
    facts = [("范围", told.node.name), ("期间", told.period.label),
             ("截至", as_of(told.period, today).isoformat())]  # fmt: skip
    facts += [(one.name, one.definition) for one in told.indicators]
    return sheet(columns, records, facts, name)


@page(Permission.FIGURE_VIEW)
def keep(request: Request) -> HttpResponse:
    told = asked(request)
    if not told.indicators:
        raise Http404
    form = KeepForm(
        request.POST or None, initial={"name": f"{told.title[:40]}（{told.node.label}）"}
    )
    words = Sheet(
        heading="保存这张表", button="保存", done="已保存，在“自由分析”里随时打开。",
        back=f"{reverse('statistics:explore')}?{told.query()}",
        about="保存的是问法，不是数字：下次打开，数字按当时的记录重新汇总。",
    )  # fmt: skip

    def deed() -> None:
        keep_cut(
            name=form.cleaned_data["name"], is_shared=form.cleaned_data["is_shared"],
            node=told.node, query=told.query(), by=request.actor, now=timezone.now(),
        )  # fmt: skip

    return fill(request, form, words, deed)


@page(Permission.FIGURE_VIEW)
@require_POST
def forget(request: Request, pk: int) -> HttpResponse:
    try:
        forget_cut(pk=pk, by=request.actor, now=timezone.now())
    except CutRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已删去。")
    return redirect("statistics:explore")
