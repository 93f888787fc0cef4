"""The board of the pipeline, one body's story with its moves, and the room of a body."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.documents import letter
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions import step
from changle.services.incubation.forms.intake import NoteForm
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee
from changle.services.incubation.queries.leaving import appraisals_of, follow_ups_of
from changle.services.incubation.queries.letters import LETTER_LABELS, LETTERS
from changle.services.incubation.queries.papers import papers_of
from changle.services.incubation.queries.pipeline import (
    APPLY,
    EDIT,
    VIEW,
    board,
    body_seen,
    calls_shown,
    centres_of,
    objections_of,
    of_body,
    panel_told,
    seen,
    story_of,
    streets_of,
    tone,
)
from changle.services.incubation.queries.readiness import appraisal_of
from changle.services.incubation.queries.scoring import (
    average_of,
    complete,
    open_sheets,
    outcome,
)


DECIDE = Permission.INCUBATION_DECIDE
# What follows from a move, told beside its button.
FOLLOWS = {
    "accept": "材料齐全、符合条件，转评审组打分；初审的人不能再公示和准入。",
    "resubmit": "材料补齐后交回中心，中心在 5 个工作日内答复。",
    "publicise": "向公众公示 5 个工作日，任何人可以提出异议。",
    "diagnose": "中心和组织一起做八个方面的需求评估。",
    "start": "按服务计划开始孵化，计入在孵组织。",
    "return": "退回组织补正，不影响其他申请。",
    "reject": "申请到此结束，组织可以申请以后的招募。",
    "withdraw": "退出孵化，名额让给其他组织；有工位的须退还。",
    "midterm": "组织提交自评，中心按评估表打分，10 个工作日内完成。",
    "continue": "回到在孵，按计划继续。",
    "probation": "限期一个月整改，期满再评一次。",
    "exit_review": "组织提交自评，评审组打分；到期或提前达标都可以申请。",
    "close": "四次回访都完成后办结。",
}


def found(request: Request, pk: int, needs: str = VIEW) -> Incubatee:
    row = seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def here(pk: int) -> str:
    return reverse("incubation:incubatee", args=[pk])


@page(VIEW)
def stages(request: Request) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    centre, street = key_of(request.GET.get("centre", "")), key_of(request.GET.get("street", ""))
    columns, beyond = board(actor, today, centre=centre, street=street)
    context = {
        "columns": columns, "beyond": beyond, "centre": centre, "street": street,
        "centres": centres_of(actor), "streets": streets_of(actor),
        "total": sum(len(one.cards) for one in columns),
        "late": sum(one.late for one in columns),
    }  # fmt: skip
    return render(request, "incubation/board.html", context)


@page(VIEW)
def incubatee(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def doors_of(request: Request, row: Incubatee) -> list[tuple[str, str]]:
    """The moves and deeds that have a page of their own."""
    actor, doors = request.actor, []
    if row.state == "admitted" and row.signed_at is None and actor.reaches(row, APPLY):
        doors.append((reverse("incubation:sign", args=[row.pk]), "签署协议和承诺书"))
    if row.signed_at is not None and INCUBATEE.may(row, "sign", actor):
        doors.append((reverse("incubation:countersign", args=[row.pk]), "会签并安排工位"))
    if INCUBATEE.may(row, "admit", actor):
        doors.append((reverse("incubation:admit", args=[row.pk]), "准入"))
    house = actor.reaches(row, EDIT)
    if row.state in {"review", "exit_review"} and house and not complete(row):
        doors.append((reverse("incubation:appoint", args=[row.pk]), "安排评审人"))
    stage = STAGE_OF.get(row.state)
    if stage:
        told = appraisal_of(row, stage)
        if told and told.scored_at is None and actor.reaches(row, APPLY):
            doors.append((reverse("incubation:report", args=[row.pk, stage]), "提交自评"))
        if told and told.scored_at is None and stage == "midterm" and house:
            doors.append((reverse("incubation:score", args=[row.pk]), "中期打分"))
    doors += [
        (reverse(f"incubation:{name}", args=[row.pk]), INCUBATEE.moves[name].label)
        for name in ("graduate", "extend", "force_out", "hand_over")
        if INCUBATEE.may(row, name, actor) and (name != "force_out" or row.exit_ground)
        and (name != "extend" or not row.extended)
    ]  # fmt: skip
    if row.state in Incubatee.INSIDE and house and not row.exit_ground:
        doors.append((reverse("incubation:propose_exit", args=[row.pk]), "提请强制退出"))
    return doors


STAGE_OF = {"midterm": "midterm", "probation": "midterm", "exit_review": "exit"}


def panels_of(request: Request, row: Incubatee) -> list[dict[str, object]]:
    """The panel of the admission and of each exit review; points once a panel is complete."""
    told: list[dict[str, object]] = []
    for turn in range(row.round + 1):
        done = complete(row, turn)
        sheets = open_sheets(row, request.actor, turn).select_related("reviewer") if done else []
        told.append({
            "turn": turn, "people": panel_told(row, turn), "done": done,
            "outcome": outcome(row) if done and turn == 0 else None,
            "average": average_of(row, turn) if done else None,
            "sheets": [(one, sum(one.scores.values())) for one in sheets],
        })  # fmt: skip
    return [one for one in told if one["people"]]


def shown(
    request: Request, row: Incubatee, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    offered = INCUBATEE.buttons(row, to=actor)
    house = actor.reaches(row, EDIT)
    open_now = [one for one in offered if not one.refusal]
    context = {
        "row": row, "tone": tone(row.state), "overdue": row.overdue_days(today),
        "moves": [(one.move, FOLLOWS.get(one.move.name, "")) for one in open_now
                  if not one.move.reasoned],
        "reasoned": [(one.move, FOLLOWS.get(one.move.name, "")) for one in open_now
                     if one.move.reasoned],
        "refused": [one for one in offered if one.refusal], "doors": doors_of(request, row),
        "papers": papers_of(row), "house": house,
        "hands": row.state in {"applied", "returned"} and actor.reaches(row, APPLY),
        "panels": panels_of(request, row) if house else [],
        "appraisals": appraisals_of(row), "visits": follow_ups_of(row),
        "letters": [(name, label) for name, label in LETTER_LABELS.items() if LETTERS[name](row)],
        "grown": row.starts_on is not None, "team": row.organisation.kind in TEAMS,
        "objections": objections_of(actor, row) if house else [],
        "decides": actor.reaches(row, DECIDE),
        "story": in_words(story_of(actor, row, of_the_house=house)),
        "label": row._meta.label, "refusal": refusal, "told": told,
    }  # fmt: skip
    return render(request, "incubation/incubatee.html", context, status=status)


TEAMS = (Organisation.Kind.BA, Organisation.Kind.PRE)


@page(VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    chosen = INCUBATEE.moves.get(name)
    if chosen is None or chosen.by_action:
        raise Http404
    row = found(request, pk, chosen.needs)
    form, told = NoteForm(request.POST), request.POST.get("note", "")
    if not form.is_valid():
        return shown(request, row, refusal="理由最多 1000 字。", told=told, status=422)
    note = form.cleaned_data["note"]
    try:
        step(incubatee=pk, name=name, by=request.actor, now=timezone.now(), note=note)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    messages.success(request, f"已办理“{chosen.label}”。")
    return redirect(here(pk))


def printed(request: Request, back: str, name: str, make: Callable[[], bytes]) -> HttpResponse:
    """A paper as PDF, or the sentence why there is none."""
    try:
        pdf = make()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@page(VIEW)
@require_safe
def paper_letter(request: Request, pk: int, name: str) -> HttpResponse:
    """One of the letters of an incubation, as soon as there is something to tell."""
    row = found(request, pk)
    facts = LETTERS[name](row)
    if facts is None:
        raise Http404
    return printed(request, here(pk), f"incubation-{name}-{pk}.pdf", lambda: letter(**facts))


@page(VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    row = body_seen(request.actor, pk)
    if row is None:
        raise Http404
    today = timezone.localdate()
    applies = request.actor.reaches(row, APPLY)
    held = of_body(row)
    context = {
        "row": row, "held": [(one, tone(one.state), one.overdue_days(today)) for one in held],
        "calls": [one for one in calls_shown() if one.opens_on <= today < one.closes_on]
        if applies and all(one.state in Incubatee.OVER for one in held) else [],
    }  # fmt: skip
    return render(request, "incubation/organisation.html", context)
