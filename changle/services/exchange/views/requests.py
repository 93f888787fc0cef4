"""One request: shown with the offers that may meet it, made, changed, moved."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request as Asking
from changle.core.access import page
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.exchange.actions.asking import ask, change_request, move_request
from changle.services.exchange.forms.sharing import RequestForm, begun_request
from changle.services.exchange.lifecycle import REQUEST
from changle.services.exchange.models import Request
from changle.services.exchange.queries.board import TONES, request_seen, story_of
from changle.services.exchange.queries.kinds import kinds
from changle.services.exchange.queries.matching import for_request
from changle.services.exchange.queries.seats import Party, contact_of, seats


USUAL = timedelta(days=30)  # for how long a request is proposed to stand


def found(request: Asking, pk: int) -> Request:
    row = request_seen(request.actor, pk, timezone.localdate())
    if row is None:
        raise Http404
    return row


@page(Permission.OFFER_VIEW)
def one(request: Asking, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Asking, row: Request, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    sees = actor.reaches(row, Permission.OFFER_VIEW)
    mine = actor.reaches(row, Permission.OFFER_MAKE)
    is_open = row.state == Request.State.OPEN
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "weekday": "一二三四五六日"[row.weekday] if row.weekday is not None else "",
        "moves": [one.move for one in REQUEST.buttons(row, to=actor) if not one.refusal],
        "edits": mine and is_open,
        "mine": mine and row.node.path in actor.reach.get(Permission.OFFER_MAKE, ()),
        "offers_one": is_open and not mine and actor.holds(Permission.OFFER_MAKE),
        "clear": sees and actor.holds(Permission.CONTACT_VIEW),
        "matches": for_request(row, now) if is_open else [],
        "history": in_words(story_of(row)) if sees else [],
        "refusal": refusal,
        "told": told,
    }
    return render(request, "exchange/request.html", context, status=status)


@page(Permission.OFFER_MAKE)
def add(request: Asking) -> HttpResponse:
    today = timezone.localdate()
    name, number = contact_of(request.actor)
    begins: dict[str, Any] = {
        "starts_on": today, "ends_on": today + USUAL, "contact_name": name, "contact_phone": number,
        "kind": request.GET.get("kind", ""),
    }  # fmt: skip
    form = RequestForm(
        request.POST or None, parties=seats(request.actor), kinds=kinds(today), initial=begins
    )
    sheet = Sheet(
        heading="发布资源需求", button="发布", done="已发布。", back=reverse("exchange:mine"),
        about="只征集实物、场地、服务和信息，不征集钱款。发布后按类别、时间、数量和所在街道推荐合适的资源。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: ask(
        party=form.cleaned_data["whom"], draft=form.draft(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.OFFER_MAKE)
def edit(request: Asking, pk: int) -> HttpResponse:
    row = found(request, pk)
    if not request.actor.reaches(row, Permission.OFFER_MAKE):
        raise Http404
    form = RequestForm(
        request.POST or None, parties=[Party(row.node, row.organisation)],
        kinds=kinds(timezone.localdate()), initial=begun_request(row),
    )  # fmt: skip
    sheet = Sheet(heading=f"修改“{row.title}”", button="保存", done="已保存。",
                  back=reverse("exchange:request", args=[pk]))  # fmt: skip
    return fill(request, form, sheet, lambda: change_request(
        pk=pk, draft=form.draft(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.OFFER_MAKE)
@require_POST
def move(request: Asking, pk: int, name: str) -> HttpResponse:
    row, known = found(request, pk), REQUEST.moves.get(name)
    if known is None or known.by_action or not request.actor.reaches(row, known.needs):
        raise Http404
    note = request.POST.get("note", "").replace("\x00", "")[:1000]
    try:
        move_request(pk=pk, name=name, by=request.actor, now=timezone.now(), note=note)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{known.label}”。")
    return redirect("exchange:request", pk)
