"""One body: its page, its extract, and the moves between its states."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.documents import facts_sheet
from changle.core.refusals import Refused
from changle.ground.registry.actions import move
from changle.ground.registry.forms import MoveForm
from changle.ground.registry.lifecycle import CLOSES, ORGANISATION
from changle.ground.registry.models import Identity, Organisation
from changle.ground.registry.queries import (
    detail,
    facts_of,
    history_of,
    identities_of,
    key_of,
    sections_of,
    tone,
)
from changle.ground.registry.queries.details import successions_of
from changle.ground.registry.queries.eligibility import standing_from
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission


MOST_FACTS = 5  # the rest stand in the room of credit


def found(request: Request, pk: int) -> Organisation:
    row = detail(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.ORGANISATION_VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    """A record put into another leads there, where the asker may see that; `record` asks for itself."""
    row = found(request, pk)
    if (
        row.merged_into_id
        and "record" not in request.GET
        and detail(request.actor, row.merged_into_id)
    ):
        there = reverse("registry:organisation", args=[row.merged_into_id])
        return redirect(f"{there}?from={pk}")
    return shown(request, row)


def came_from(request: Request, row: Organisation) -> Organisation | None:
    """The record that was asked for, if it was put into this one."""
    asked = key_of(request.GET.get("from", ""))
    told = detail(request.actor, asked) if asked else None
    return told if told and told.merged_into_id == row.pk else None


def shown(
    request: Request, row: Organisation, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is the reason that was typed with a refused move."""
    actor, today = request.actor, timezone.localdate()
    offered, facts = ORGANISATION.buttons(row, to=actor), list(facts_of(row))
    context = {
        "row": row,
        "came_from": came_from(request, row),
        "into_name": row.merged_into.name if row.merged_into else "",
        "into": detail(actor, row.merged_into_id) if row.merged_into_id else None,
        "tone": tone(row.state),
        "overdue": row.overdue_days(today),
        "moves": [one for one in offered if not one.refusal],
        "refused": [one for one in offered if one.refusal],
        "closes": CLOSES,
        "today": today.isoformat(),
        "sections": sections_of(row, actor),
        "identities": list(identities_of(row)),
        "successions": list(successions_of(row)),
        "joins": row.is_registered
        and row.state in Organisation.LIVING
        and actor.reaches(row, Permission.ORGANISATION_MOVE),
        "facts": facts[:MOST_FACTS],
        "standing": standing_from(facts, today),
        "history": in_words(history_of(row)),
        "edits": actor.reaches(row, Permission.ORGANISATION_EDIT),
        "explains": actor.reaches(row, Permission.REACH_EXPLAIN),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "registry/organisation.html", context, status=status)


@page(Permission.ORGANISATION_VIEW)
@require_POST
def move_state(request: Request, pk: int, name: str) -> HttpResponse:
    row, form = found(request, pk), MoveForm(request.POST)
    if name not in ORGANISATION.moves or not request.actor.reaches(
        row, ORGANISATION.moves[name].needs
    ):
        raise Http404
    note = request.POST.get("note", "")
    if not form.is_valid():
        sentence = "".join(str(error) for errors in form.errors.values() for error in errors)
        return shown(request, row, refusal=sentence, told=note, status=422)
    try:
        move(pk, name, by=request.actor, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{ORGANISATION.moves[name].label}”。")
    return redirect(reverse("registry:organisation", args=[pk]))


@page(Permission.ORGANISATION_VIEW)
def extract(request: Request, pk: int) -> HttpResponse:
    """The facts as a sheet of paper, for the file."""
    row, now = found(request, pk), timezone.now()
    sections = [
        ("名称与状态", [("名称", row.name), ("状态", row.state_label())]),
        *((section.heading, section.facts) for section in sections_of(row, request.actor)),
        ("历史名称与身份", [(told_span(one), str(one)) for one in identities_of(row)]),
    ]
    notes = [
        f"由{request.actor.name}于 {timezone.localtime(now):%Y-%m-%d %H:%M} 打印。",
        "本件由平台名录生成，以登记（备案）机关的证书和公示为准。",
    ]
    pdf = facts_sheet(title=f"{row.name}（名录摘录）", sections=sections, notes=notes)
    headers = {"Content-Disposition": f'inline; filename="organisation-{pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def told_span(identity: Identity) -> str:
    return f"{identity.starts_on} 至 {identity.ends_on or '今'}"
