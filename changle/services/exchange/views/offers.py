"""One offer: shown, made, changed, moved, taken."""

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
from changle.services.exchange.actions.offering import (
    OPEN,
    a_year_from,
    change_offer,
    move_offer,
    offer,
)
from changle.services.exchange.actions.using import reserve
from changle.services.exchange.forms.sharing import OfferForm, TakeForm, begun
from changle.services.exchange.lifecycle import OFFER
from changle.services.exchange.models import Offer
from changle.services.exchange.queries.board import (
    TONES,
    offer_seen,
    request_seen,
    story_of,
)
from changle.services.exchange.queries.free import claims_of, left_now, slots
from changle.services.exchange.queries.kinds import kinds
from changle.services.exchange.queries.matching import for_offer
from changle.services.exchange.queries.mine import my_requests, uses_of
from changle.services.exchange.queries.seats import Party, contact_of, partners_served, seats


AHEAD = timedelta(days=90)


def found(request: Asking, pk: int) -> Offer:
    row = offer_seen(request.actor, pk, timezone.localdate())
    if row is None:
        raise Http404
    return row


def own(request: Asking, pk: int) -> Offer:
    """One that the asker may change."""
    row = found(request, pk)
    if not request.actor.reaches(row, Permission.OFFER_MAKE):
        raise Http404
    return row


@page(Permission.OFFER_VIEW)
def one(request: Asking, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Asking, row: Offer, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is what was typed with a refused move."""
    actor, now = request.actor, timezone.now()
    today = timezone.localdate(now)
    mine = actor.reaches(row, Permission.OFFER_MAKE)
    sees = actor.reaches(row, Permission.OFFER_VIEW)
    times = list(row.times.all())
    listed = row.state == Offer.State.LISTED
    dates = []
    if listed and times and not row.is_gift:
        claims = claims_of([row.pk], now)[row.pk]
        dates = slots(row, times, today, today + AHEAD, claims)
    uses = uses_of(row) if sees else []
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "overdue": row.overdue_days(today),
        "times": times,
        "left": left_now([row], now)[row.pk],
        "dates": dates,
        "moves": [one.move for one in OFFER.buttons(row, to=actor) if not one.refusal],
        "edits": mine and row.state in OPEN,
        "takes": listed and actor.holds(Permission.OFFER_MAKE) and takes(request, row),
        "sees": sees,
        "clear": sees and actor.holds(Permission.CONTACT_VIEW),
        "own_offer": row.offered_by_id == actor.user_id and row.state == Offer.State.OFFERED,
        "uses": [{"row": one, "tone": TONES.get(one.state, "")} for one in uses],
        "matches": for_offer(row, now) if listed and sees else [],
        "history": in_words(story_of(row)) if sees else [],
        "refusal": refusal,
        "told": told,
    }
    return render(request, "exchange/offer.html", context, status=status)


def takes(request: Asking, row: Offer) -> bool:
    """Whether the asker sits anywhere but with the giver."""
    paths = request.actor.reach.get(Permission.OFFER_MAKE, ())
    return any(path != row.node.path for path in paths)


def parties_of(request: Asking) -> list[Party]:
    return [*seats(request.actor), *partners_served(request.actor)]


@page(Permission.OFFER_MAKE)
def add(request: Asking) -> HttpResponse:
    today = timezone.localdate()
    name, number = contact_of(request.actor)
    begins: dict[str, Any] = {
        "starts_on": today, "ends_on": a_year_from(today), "contact_name": name,
        "contact_phone": number, "kind": request.GET.get("kind", ""),
        "title": request.GET.get("title", "").replace("\x00", "")[:60],
        "whom": request.GET.get("whom", ""),
    }  # fmt: skip
    form = OfferForm(
        request.POST or None, request.FILES or None, parties=parties_of(request),
        kinds=kinds(today), initial=begins,
    )  # fmt: skip
    sheet = Sheet(
        heading="发布共享资源", button="发布", done="已发布，等待核实；一般三个工作日内有答复。",
        back=reverse("exchange:mine"),
        about="实物、场地、专家时间、宣传渠道、车辆、志愿队伍、政策信息都可以。平台不收、也不转交钱款。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: offer(
        party=form.cleaned_data["whom"], draft=form.draft(), upload=form.cleaned_data["photo"],
        by=request.actor, now=timezone.now(),
    ), template="exchange/offer_form.html")  # fmt: skip


@page(Permission.OFFER_MAKE)
def edit(request: Asking, pk: int) -> HttpResponse:
    row = own(request, pk)
    party = Party(row.node, row.organisation, row.partner)
    form = OfferForm(
        request.POST or None, request.FILES or None, parties=[party],
        kinds=kinds(timezone.localdate()), initial=begun(row),
    )  # fmt: skip
    sheet = Sheet(
        heading=f"修改“{row.title}”", button="保存", done="已保存。",
        back=reverse("exchange:offer", args=[pk]),
        about="类别、名称、说明、数量和可用时间改了，要重新核实后再上架。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: change_offer(
        pk=pk, draft=form.draft(), upload=form.cleaned_data["photo"], by=request.actor,
        now=timezone.now(),
    ), template="exchange/offer_form.html")  # fmt: skip


@page(Permission.OFFER_VIEW)
@require_POST
def move(request: Asking, pk: int, name: str) -> HttpResponse:
    row = found(request, pk)
    known = OFFER.moves.get(name)
    if known is None or known.by_action or not request.actor.reaches(row, known.needs):
        raise Http404
    note = request.POST.get("note", "").replace("\x00", "")[:1000]
    try:
        move_offer(pk=pk, name=name, by=request.actor, now=timezone.now(), note=note)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{known.label}”。")
    if request.POST.get("back") == "queue":
        return redirect("exchange:queue")
    return redirect("exchange:offer", pk)


@page(Permission.OFFER_MAKE)
def take(request: Asking, pk: int) -> HttpResponse:
    row = found(request, pk)
    if row.state != Offer.State.LISTED:
        raise Http404
    wanted = request_seen(request.actor, key(request.GET.get("request", "")), timezone.localdate())
    name, number = contact_of(request.actor)
    begins: dict[str, Any] = {
        "contact_name": name, "contact_phone": number,
        "request": str(wanted.pk) if wanted else "", "purpose": wanted.title if wanted else "",
        "quantity": wanted.quantity if wanted else 1,
    }  # fmt: skip
    begins |= {n: request.GET[n][:10] for n in ("on", "start", "end") if n in request.GET}
    mine = [
        one
        for one in my_requests(request.actor)
        if one.state == "open" and one.kind_id == row.kind_id
    ]
    form = TakeForm(
        request.POST or None, parties=[one for one in seats(request.actor) if one.node != row.node],
        offer=row, requests=mine, initial=begins,
    )  # fmt: skip
    sheet = Sheet(
        heading=f"{'领取' if row.is_gift else '预约'}“{row.title}”",
        button="预约", done="已预约，等待对方确认。", back=reverse("exchange:mine"),
    )  # fmt: skip

    def deed() -> None:
        starts_at, ends_at = form.span()
        reserve(
            offer=pk, party=form.cleaned_data["whom"], quantity=form.cleaned_data["quantity"],
            starts_at=starts_at, ends_at=ends_at, purpose=form.cleaned_data["purpose"],
            contact_name=form.cleaned_data["contact_name"],
            contact_phone=form.cleaned_data["contact_phone"], request=form.chosen_request(),
            by=request.actor, now=timezone.now(),
        )  # fmt: skip

    return fill(
        request, form, sheet, deed, template="exchange/take.html", row=row,
        times=list(row.times.all()),
    )  # fmt: skip


def key(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0  # noqa: PLR2004
