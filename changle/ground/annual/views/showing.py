"""One body's reports, and one report: where it stands, what is missing, what can be done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.lifecycle import Offered
from changle.core.refusals import Refused
from changle.ground.annual.actions import explain, move, prepare
from changle.ground.annual.forms import ExplainForm, MoveForm, YearForm
from changle.ground.annual.lifecycle import ANNUAL
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import (
    book,
    has_prepared,
    history_of,
    masks,
    official_result,
    official_results,
    read,
    report_seen,
    reports_of,
    scans_of,
    takes_part,
)
from changle.ground.annual.queries.listing import TONES, late_days
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import detail
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission


OWN_DOORS = {"submit"}  # moves that ask for more than a button


def found(request: Request, pk: int, *, needs: str = Permission.ANNUAL_VIEW) -> AnnualReport:
    try:
        return report_seen(request.actor, pk, needs=needs)
    except AnnualReport.DoesNotExist:
        raise Http404 from None


def body_of(request: Request, pk: int) -> Organisation:
    row = detail(request.actor, pk)
    if (
        row is None
        or not row.is_registered
        or not request.actor.reaches(row, Permission.ANNUAL_VIEW)
    ):
        raise Http404
    return row


@page(Permission.ANNUAL_VIEW)
@require_safe
def of_organisation(request: Request, pk: int) -> HttpResponse:
    return listed(request, body_of(request, pk))


def listed(request: Request, row: Organisation, *, refusal: str = "", status: int = 200) -> HttpResponse:  # fmt: skip
    today = timezone.localdate()
    reports = list(reports_of(request.actor, row))
    results = official_results(row)
    begun = {report.year for report in reports}
    edits = request.actor.reaches(row, Permission.ANNUAL_EDIT)
    years = [
        y for y in range(today.year, today.year - 4, -1) if y not in begun and takes_part(row, y)
    ]
    context = {
        "row": row,
        "lines": [(one, TONES[one.state], late_days(one, today), results.get(one.year)) for one in reports],
        "years": years if edits else [],
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "annual/of_organisation.html", context, status=status)


@page(Permission.ANNUAL_EDIT)
@require_POST
def prepare_report(request: Request, pk: int) -> HttpResponse:
    row, form = body_of(request, pk), YearForm(request.POST)
    if not request.actor.reaches(row, Permission.ANNUAL_EDIT):
        raise Http404
    if not form.is_valid():
        return listed(request, row, refusal="请选择报告年度。", status=422)
    try:
        report = prepare(
            organisation=row, year=form.cleaned_data["year"], by=request.actor, now=timezone.now()
        )
    except Refused as refusal:
        return listed(request, row, refusal=str(refusal), status=409)
    messages.success(request, "平台已有的内容已经填好，请补充其余部分。")
    return redirect(reverse("annual:report", args=[report.pk]))


@page(Permission.ANNUAL_VIEW)
@require_safe
def report(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Request, one: AnnualReport, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    reading = read(one, masked=masks(actor, one))
    offered = [o for o in ANNUAL.buttons(one, to=actor) if o.move.name not in OWN_DOORS]
    edits = actor.reaches(one, Permission.ANNUAL_EDIT)
    context = {
        "report": one,
        "row": one.organisation,
        "tone": TONES[one.state],
        "late": late_days(one, today),
        "reading": reading,
        "moves": [o for o in offered if not o.refusal],
        "refused": [o for o in offered if o.refusal],
        "submits": edits and one.state == AnnualReport.State.CHECKED,
        "edits": edits and one.is_open,
        "uploads": edits and one.state not in {"closed", "excused"},
        "hands": has_prepared(one, actor.user_id),
        "official": official_result(one),
        "attachments": book().attachments_of(one.kind),
        "scans": list(scans_of(one)),
        "history": named(in_words(history_of(one))),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "annual/report.html", context, status=status)


def named(lines: list[Any]) -> list[dict[str, Any]]:
    """The log with sections by their names; what was typed is told by count, not by value."""
    labels = {section.code: section.label for section in book().sections}
    return [
        {
            "deed": line.deed,
            "who": line.entry.actor_name,
            "note": labels.get(line.entry.note, line.entry.note)
            if line.entry.verb != "explain"
            else "",
            "count": len(line.entry.changes) if line.entry.verb == "save" else 0,
            "at": line.entry.at,
        }
        for line in lines
    ]


def usable(moves: list[Offered[AnnualReport]], name: str) -> bool:
    return any(one.move.name == name for one in moves)


@page(Permission.ANNUAL_VIEW)
@require_POST
def move_state(request: Request, pk: int, name: str) -> HttpResponse:
    one, form = found(request, pk), MoveForm(request.POST)
    known = ANNUAL.moves.get(name)
    if known is None or known.by_action or not request.actor.reaches(one, known.needs):
        raise Http404
    note = request.POST.get("note", "")
    if not form.is_valid():
        return shown(request, one, refusal="理由最多 300 字。", told=note[:1000], status=422)
    try:
        move(pk=pk, name=name, by=request.actor, now=timezone.now(), note=form.cleaned_data["note"])
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{known.label}”。")
    return redirect(reverse("annual:report", args=[pk]))


@page(Permission.ANNUAL_EDIT)
@require_POST
def explain_warning(request: Request, pk: int) -> HttpResponse:
    one, form = found(request, pk, needs=Permission.ANNUAL_EDIT), ExplainForm(request.POST)
    if not form.is_valid():
        sentence = "情况说明最多 300 字。"
        return shown(
            request, one, refusal=sentence, told=request.POST.get("reason", ""), status=422
        )
    try:
        explain(pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return shown(request, one, refusal=str(refusal), status=409)
    messages.success(request, "已记下情况说明。")
    return redirect(f"{reverse('annual:report', args=[pk])}#findings")
