"""One report: its page, its submission, and the moves between its states."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.calendar import Calendar
from changle.core.refusals import Refused
from changle.ground.matters.actions import move, submit
from changle.ground.matters.forms import MoveForm, SubmitForm
from changle.ground.matters.lifecycle import EDITABLE, LICENSABLE, MATTER, State
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import (
    facts_of,
    history_of,
    licence_rules,
    matter_seen,
    missing,
    tone,
)
from changle.ground.matters.queries.days import demands_of
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission


def found(request: Request, pk: int) -> Matter:
    row = matter_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.MATTER_VIEW)
def matter(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Request, row: Matter, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is the reason that was typed with a refused move."""
    actor, now = request.actor, timezone.now()
    today = timezone.localdate(now)
    reports = actor.reaches(row, Permission.MATTER_REPORT)
    offered = MATTER.buttons(row, to=actor)
    demand = demands_of(row, today=today, calendar=Calendar.load(), rules=licence_rules())
    begun = row.starts_at is not None and row.starts_at <= now
    context = {
        "row": row,
        "tone": tone(row.state),
        "overdue": row.overdue_days(today),
        "moves": [one for one in offered if not one.refusal],
        "refused": [one for one in offered if one.refusal],
        "reasoned": [one for one in offered if not one.refusal and one.move.reasoned],
        "reports": reports,
        "edits": reports and row.state in EDITABLE,
        "lacking": missing(row) if reports and row.state in EDITABLE else [],
        "late": demand.is_late and row.submitted_on is None and row.state == State.DRAFT,
        "licensable": reports and demand.licence and row.state in LICENSABLE,
        "holds": reports and begun and row.state in MATTER.moves["hold"].sources,
        "tells": reports and row.state in MATTER.moves["report"].sources,
        "demand": demand,
        "asks": row.state in EDITABLE | {State.SUBMITTED},
        "facts": facts_of(row, clear=actor.reaches(row, Permission.CONTACT_VIEW)),
        "papers": [
            (label, file)
            for label, file in (
                ("安全方案", row.safety_plan), ("安全许可", row.licence), ("总结材料", row.report)
            )
            if file is not None
        ],
        "history": in_words(history_of(row)),
        "refusal": refusal,
        "told": told,
    }  # fmt: skip
    return render(request, "matters/matter.html", context, status=status)


def sentences(form: MoveForm | SubmitForm) -> str:
    return "".join(str(error) for errors in form.errors.values() for error in errors)


@page(Permission.MATTER_REPORT)
@require_POST
def send(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk), SubmitForm(request.POST)
    if not request.actor.reaches(row, Permission.MATTER_REPORT):
        raise Http404
    told = request.POST.get("late_reason", "")
    if not form.is_valid():
        return shown(request, row, refusal=sentences(form), told=told, status=422)
    try:
        submit(pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    messages.success(request, "已提交报告。")
    return redirect(reverse("matters:matter", args=[pk]))


@page(Permission.MATTER_VIEW)
@require_POST
def move_state(request: Request, pk: int, name: str) -> HttpResponse:
    row, form = found(request, pk), MoveForm(request.POST)
    chosen = MATTER.moves.get(name)
    if chosen is None or (chosen.by_action and name != "hold"):
        raise Http404
    if not request.actor.reaches(row, chosen.needs):
        raise Http404
    note = request.POST.get("note", "")
    if not form.is_valid():
        return shown(request, row, refusal=sentences(form), told=note, status=422)
    try:
        move(pk, name, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{chosen.label}”。")
    return redirect(reverse("matters:matter", args=[pk]))
