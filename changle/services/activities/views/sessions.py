"""The sheet of one session: who came, what shows it, and whether it is so."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.privacy import read_contact
from changle.services.activities.actions.recording import hand_in
from changle.services.activities.actions.running import cancel_session, end, postpone, start
from changle.services.activities.actions.verifying import ask_more, may_verify, verify, void
from changle.services.activities.forms.plans import NoteForm
from changle.services.activities.lifecycle import SESSION
from changle.services.activities.models import Session, SignUp
from changle.services.activities.queries.evidence import missing_evidence, numbers
from changle.services.activities.queries.listing import TONES, history_of, session_seen
from changle.services.activities.queries.sheet import (
    Sides,
    corrections_of,
    evidence_of,
    expenses_of,
    last_count,
    methods_of,
    people_of,
    sides_of,
)


P = Permission
Deed = Callable[..., Any]
BOOK = ("ongoing", "ended", "recording")  # its record is open
DEEDS: dict[str, tuple[Deed, str, str]] = {  # move -> deed, key's word, the word for what was typed
    "start": (start, "pk", ""),
    "end": (end, "pk", ""),
    "hand_in": (hand_in, "session", ""),
    "verify": (verify, "pk", "note"),
    "ask_more": (ask_more, "pk", "reason"),
    "void": (void, "pk", "reason"),
    "postpone": (postpone, "pk", "reason"),
    "cancel": (cancel_session, "pk", "reason"),
}
LABELS = {"hand_in": "提交归档"}


def found(request: Request, pk: int) -> Session:
    row = session_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.ACTIVITY_VIEW)
def session(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def moves_of(request: Request, row: Session, sides: Sides, gaps: list[str]) -> list[dict[str, Any]]:
    """What may be pressed now, in the order of the day."""
    actor = request.actor
    told: list[dict[str, Any]] = []
    for name in DEEDS:
        move = SESSION.moves.get(name)
        if move is None:  # handing in moves nothing
            waits = row.state == "recording" and row.handed_in_at is None and not gaps
            if waits and sides.may(actor, P.SESSION_RUN):
                told.append({"name": name, "label": LABELS[name]})
            continue
        if row.state not in move.sources or (name == "verify" and gaps):
            continue
        if name == "start" and row.on > timezone.localdate():
            continue
        shared = move.needs == P.SESSION_RUN
        if not sides.may(actor, move.needs, shared=shared):
            continue
        if move.needs == P.SESSION_VERIFY and not may_verify(row, actor):
            continue
        told.append(
            {"name": name, "label": move.label, "reasoned": move.reasoned, "grave": move.grave}
        )
    return told


def shown(
    request: Request, row: Session, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is what was typed with a refused move."""
    actor = request.actor
    sides, shares = sides_of(row)
    lists = sides.may(actor, P.SIGN_UP_VIEW)
    gaps = missing_evidence(row) if row.state == "recording" else []
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "overdue": row.overdue_days(timezone.localdate()) if row.state == "recording" else 0,
        "moves": moves_of(request, row, sides, gaps),
        "shares": shares,
        "records": row.state in BOOK and sides.may(actor, P.SESSION_RUN),
        "plans": row.state in {*Session.AHEAD, "postponed"}
        and sides.may(actor, P.ACTIVITY_EDIT, shared=False),
        "corrects": row.state in Session.COUNTING
        and sides.may(actor, P.SESSION_VERIFY, shared=False)
        and may_verify(row, actor),
        "locked": row.state in Session.COUNTING,
        "numbers": numbers(row) if row.state in BOOK else None,
        "gaps": gaps,
        "evidence": list(evidence_of(row)),
        "expenses": list(expenses_of(row)),
        "corrections": list(corrections_of(row)),
        "count": last_count(row),
        "methods": methods_of(row),
        "people": list(people_of(row)) if lists else [],
        "lists": lists,
        "reads": lists and not row.verified_at and sides.may(actor, P.SESSION_RUN),
        "history": in_words(history_of("activities.Session", [row.pk])),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "activities/session.html", context, status=status)


@page(Permission.ACTIVITY_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row, form = found(request, pk), NoteForm(request.POST)
    if name not in DEEDS:
        raise Http404
    told = request.POST.get("note", "")
    if not form.is_valid():
        return shown(request, row, refusal="理由最多 200 个字。", told=told, status=422)
    deed, key, word = DEEDS[name]
    typed = {key: pk} | ({word: form.cleaned_data["note"]} if word else {})
    try:
        deed(by=request.actor, now=timezone.now(), **typed)
    except Session.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    label = LABELS.get(name) or SESSION.moves[name].label
    messages.success(request, f"已办理“{label}”。")
    return redirect("activities:session", pk)


@page(Permission.SESSION_RUN)
@require_POST
def contact(request: Request, pk: int, up: int) -> HttpResponse:
    """Name and number in clear, for a reason."""
    row, form = found(request, pk), NoteForm(request.POST)
    reason = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        told = read_contact(sign_up=up, reason=reason, by=request.actor, now=timezone.now())
    except SignUp.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return shown(request, row, refusal=str(refusal), status=409)
    return render(request, "activities/contact.html", {"row": row, "contact": told})


def back_to(row: Session) -> str:
    return reverse("activities:session", args=[row.pk])
