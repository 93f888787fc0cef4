"""One base: its record, what the standard asks, its evaluations, and its moves."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.bases.actions.recognising import move_base
from changle.services.bases.lifecycle import BASE, fault_of
from changle.services.bases.models import Base
from changle.services.bases.queries.bases import (
    base_seen,
    checklist_of,
    facts_of,
    history_of,
    money_of,
    photos_of,
    safety_of,
    term_of,
    tone,
    zones_of,
)
from changle.services.bases.queries.evaluations import evaluations_of, spoken
from changle.services.bases.queries.operators import contract_of
from changle.services.bases.views.moving import moved, offered


EDIT, DECIDE = Permission.BASE_EDIT, Permission.BASE_DECIDE
PREPARING = (Base.State.PLANNED, Base.State.BUILT)


def found(request: Request, pk: int, needs: str = Permission.BASE_VIEW) -> Base:
    row = base_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def around(request: Request, row: Base, tab: str) -> dict[str, Any]:
    """What every page of a base prints at its head."""
    today, actor = timezone.localdate(), request.actor
    term, term_tone = term_of(row, today)
    edits = actor.reaches(row, EDIT)
    return {
        "row": row,
        "tab": tab,
        "tone": tone(row.state),
        "term": term,
        "term_tone": term_tone,
        "overdue": row.overdue_days(today),
        "edits": edits and row.state != Base.State.WITHDRAWN,
        "prepares": edits and row.state in PREPARING,
        "decides": actor.reaches(row, DECIDE) and not fault_of(row, actor),
        "operates": actor.reaches(row, Permission.OPERATOR_EDIT),
    }


@page(Permission.BASE_VIEW)
def base(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Request, row: Base, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    contract = contract_of(row, today)
    context = {
        **around(request, row, "base"),
        **offered(BASE, row, request.actor, "bases:move"),
        "facts": facts_of(row),
        "zones": zones_of(row),
        "safety": safety_of(row),
        "money": money_of(row),
        "photos": list(photos_of(row)),
        "contract": contract,
        "history": in_words(history_of(row)),
        "today": today,
        "refusal": refusal,
        "told": told,
    }
    return render(request, "bases/base.html", context, status=status)


@page(Permission.BASE_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row = found(request, pk)
    return moved(
        request, BASE, row, name,
        deed=lambda note: move_base(pk, name, by=request.actor, now=timezone.now(), note=note),
        shown=lambda **told: shown(request, found(request, pk), **told),
        back=reverse("bases:base", args=[pk]),
    )  # fmt: skip


@page(Permission.BASE_VIEW)
def criteria(request: Request, pk: int) -> HttpResponse:
    """The papers and conditions of the standard, and what of them is there."""
    row = found(request, pk)
    context = {
        **around(request, row, "criteria"),
        "asked": checklist_of(row, timezone.localdate()),
        "confirms": row.state == Base.State.APPLIED,
    }
    return render(request, "bases/criteria.html", context)


@page(Permission.BASE_VIEW)
def evaluations(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk)
    context = {
        **around(request, row, "evaluations"),
        "rounds": [(one, spoken(one.points)) for one in evaluations_of(row)],
        "starts": row.state == Base.State.OPERATING,
        "rectifies": row.state == Base.State.RECTIFYING,
    }
    return render(request, "bases/evaluations.html", context)
