"""One use, as its two sides see it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request as Asking
from changle.core.access import page
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.using import move_use
from changle.services.exchange.lifecycle import USE
from changle.services.exchange.models import Use
from changle.services.exchange.queries.board import TONES, story_of
from changle.services.exchange.queries.mine import use_seen


S = Use.State
AGREED = {
    S.ACCEPTED,
    S.IN_USE,
    S.RETURNED,
    S.PROBLEM,
}  # in which each side sees the other's contact


def found(request: Asking, pk: int) -> Use:
    row = use_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.OFFER_VIEW)
def one(request: Asking, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Asking, row: Use, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    gives = actor.holds_at(Permission.OFFER_MAKE, row.offer.node.path or "")
    takes = actor.holds_at(Permission.OFFER_MAKE, row.node.path or "")
    buttons = USE.buttons(row, to=actor)
    moves = [one.move for one in buttons if not one.refusal]
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "late": row.state == S.IN_USE and row.ends_at <= now,
        "plain": [one for one in moves if not one.reasoned and one.name != "give_back"],
        "reasoned": [one for one in moves if one.reasoned],
        "refused": [one for one in buttons if one.refusal],
        "returns": any(one.name == "give_back" for one in moves),
        "giver_contact": row.state in AGREED and (gives or takes),
        "taker_contact": gives or takes,
        "waits": row.state == S.RESERVED and takes and not gives,
        "one_day": timezone.localdate(row.starts_at) == timezone.localdate(row.ends_at),
        "history": in_words(story_of(row)),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "exchange/use.html", context, status=status)


@page(Permission.OFFER_MAKE)
@require_POST
def move(request: Asking, pk: int, name: str) -> HttpResponse:
    row, known = found(request, pk), USE.moves.get(name)
    if known is None or known.by_action or not request.actor.reaches(row, known.needs):
        raise Http404
    note = request.POST.get("note", "").replace("\x00", "")[:300]
    try:
        move_use(pk=pk, name=name, by=request.actor, now=timezone.now(), note=note)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{known.label}”。")
    return redirect("exchange:use", pk)
