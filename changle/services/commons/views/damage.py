"""What broke is written down and settled; who did not come may say why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.money import yuan
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.commons.actions.deciding import of_theirs
from changle.services.commons.actions.missed import answer_appeal, appeal, lift_suspension
from changle.services.commons.actions.using import find_damage, settle_damage
from changle.services.commons.forms.board import DamageForm, PhotoForm, WhyForm
from changle.services.commons.lifecycle import DAMAGE, NO_SHOW
from changle.services.commons.models import Booking, Damage, NoShow
from changle.services.commons.queries.board import (
    MOST_LISTED,
    booking_in_house,
    damages_of,
    no_shows_of,
    photos_of,
    suspensions_of,
)
from changle.services.commons.views.board import keep_photos


WORDS = {"settle": "如何处理（赔偿、修复情况）", "waive": "免予赔偿的理由",
         "appeal": "申诉理由", "uphold": "维持的理由", "lift": "撤销的理由"}  # fmt: skip


def runs(request: Request, booking: Booking, needs: str) -> bool:
    return request.actor.holds_at(needs, booking.centre.node.path or "")


@page(Permission.BOOKING_OPERATE)
def find(request: Request, pk: int) -> HttpResponse:
    """What the inspection found broken."""
    row = booking_in_house(request.actor, pk, Permission.BOOKING_OPERATE)
    if row is None:
        raise Http404
    form = DamageForm(request.POST or None, request.FILES or None)
    back = reverse("commons:board", args=[row.centre_id])

    def deed() -> None:
        typed = form.cleaned_data
        find_damage(
            pk=pk, what=typed["what"], amount_fen=typed["amount"], by=request.actor,
            now=timezone.now(),
        )  # fmt: skip
        keep_photos(request, typed["photos"], row)

    about = f"{row.title}，{row.organisation or row.on_behalf or row.person}"
    sheet = Sheet(heading="登记损坏", button="登记", back=back, about=about,
                  done="已登记损坏，预约方已收到通知。")  # fmt: skip
    return fill(request, form, sheet, deed)


@page(Permission.BOOKING_VIEW)
def damages(request: Request) -> HttpResponse:
    """Of the houses and of the side of a person; what is still to be settled first."""
    state = request.GET.get("state", Damage.State.FOUND)
    rows = damages_of(request.actor)
    if state in Damage.State.values:
        rows = rows.filter(state=state)
    told = [
        {"row": row, "amount": "未估价" if row.amount_fen is None else yuan(row.amount_fen)}
        for row in rows.order_by("-found_at", "-pk")[:MOST_LISTED]
    ]
    context = {"rows": told, "state": state, "states": Damage.State.choices}
    return render(request, "commons/damages.html", context)


def damage_or_404(request: Request, pk: int) -> Damage:
    return get_object_or_404(damages_of(request.actor), pk=pk)


@page(Permission.BOOKING_VIEW)
def damage(request: Request, pk: int) -> HttpResponse:
    return damage_shown(request, damage_or_404(request, pk))


def damage_shown(
    request: Request, row: Damage, refused: Any = None, status: int = 200
) -> HttpResponse:
    operates = runs(request, row.booking, Permission.BOOKING_OPERATE)
    moves = []
    for name, move in DAMAGE.moves.items():
        if row.state in move.sources and operates and runs(request, row.booking, move.needs):
            form = (
                refused[1]
                if refused and refused[0] == name
                else WhyForm(label=WORDS[name], prefix=name)
            )
            moves.append((move, form))
    context = {
        "row": row,
        "booking": row.booking,
        "amount": "未估价" if row.amount_fen is None else yuan(row.amount_fen),
        "photos": photos_of(row),
        "photo_form": PhotoForm() if operates else None,
        "moves": moves,
    }
    return render(request, "commons/damage.html", context, status=status)


@page(Permission.BOOKING_OPERATE)
@require_POST
def settle(request: Request, pk: int, name: str) -> HttpResponse:
    row = damage_or_404(request, pk)
    if name not in DAMAGE.moves or not runs(request, row.booking, DAMAGE.moves[name].needs):
        raise Http404
    form = WhyForm(request.POST, label=WORDS[name], prefix=name)
    if status := refused_by(form, lambda why: settle_damage(
        pk=pk, name=name, how=why, by=request.actor, now=timezone.now()
    )):  # fmt: skip
        return damage_shown(request, row, (name, form), status)
    messages.success(request, f"已登记“{DAMAGE.moves[name].label}”。")
    return redirect("commons:damage", pk)


def refused_by(form: forms.Form, deed: Any) -> int:
    """Do it with the reason that was typed; the status of the refusal, or 0."""
    if not form.is_valid():
        return 422
    try:
        deed(form.cleaned_data["why"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 409
    return 0


@page(Permission.BOOKING_OPERATE)
@require_POST
def add_photos(request: Request, pk: int) -> HttpResponse:
    row = damage_or_404(request, pk)
    if not runs(request, row.booking, Permission.BOOKING_OPERATE):
        raise Http404
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        keep_photos(request, form.cleaned_data["photos"], row.booking)
    else:
        messages.warning(request, "".join(str(one) for one in form["photos"].errors))
    return redirect("commons:damage", pk)


@page(Permission.BOOKING_VIEW)
def no_shows(request: Request) -> HttpResponse:
    """One's own side's and one's houses', the appeals first; and who is suspended there."""
    rows = no_shows_of(request.actor)
    asked = rows.filter(state=NoShow.State.APPEALED).order_by("state_since", "pk")
    others = rows.exclude(state=NoShow.State.APPEALED).order_by("-at", "-pk")[:MOST_LISTED]
    context = {
        "appeals": list(asked[:MOST_LISTED]),
        "rows": list(others),
        "suspensions": suspensions_of(request.actor, timezone.localdate()),
    }
    return render(request, "commons/noshows.html", context)


def no_show_or_404(request: Request, pk: int) -> NoShow:
    return get_object_or_404(no_shows_of(request.actor), pk=pk)


def open_to(request: Request, row: NoShow) -> list[str]:
    """The moves of an absence: the side that booked appeals, the house answers."""
    decides = runs(request, row.booking, Permission.BOOKING_DECIDE)
    mine = of_theirs(row.booking, request.actor)
    judge = decides and row.booking.booked_by_id != request.actor.user_id
    return [
        name
        for name, move in NO_SHOW.moves.items()
        if row.state in move.sources and (mine if name == "appeal" else judge)
    ]


@page(Permission.BOOKING_VIEW)
def no_show(request: Request, pk: int) -> HttpResponse:
    return no_show_shown(request, no_show_or_404(request, pk))


def no_show_shown(
    request: Request, row: NoShow, refused: Any = None, status: int = 200
) -> HttpResponse:
    moves = []
    for name in open_to(request, row):
        form = (
            refused[1]
            if refused and refused[0] == name
            else WhyForm(label=WORDS[name], prefix=name)
        )
        moves.append((NO_SHOW.moves[name], form))
    context = {"row": row, "booking": row.booking, "moves": moves}
    return render(request, "commons/noshow.html", context, status=status)


@page(Permission.BOOKING_VIEW)
@require_POST
def answer(request: Request, pk: int, name: str) -> HttpResponse:
    row = no_show_or_404(request, pk)
    if name not in NO_SHOW.moves:
        raise Http404
    if name not in open_to(request, row):
        messages.error(request, "现在不能这样办，请看最新的状态。")
        return redirect("commons:no_show", pk)
    form = WhyForm(request.POST, label=WORDS[name], prefix=name)
    facts: dict[str, Any] = {"pk": pk, "by": request.actor, "now": timezone.now()}

    def deed(why: str) -> None:
        if name == "appeal":
            appeal(why=why, **facts)
        else:
            answer_appeal(name=name, answer=why, **facts)

    if status := refused_by(form, deed):
        return no_show_shown(request, row, (name, form), status)
    messages.success(request, f"已办理“{NO_SHOW.moves[name].label}”。")
    return redirect("commons:no_show", pk)


@page(Permission.BOOKING_DECIDE)
def lift(request: Request, pk: int) -> HttpResponse:
    """Take bookings from somebody again before the time is over."""
    rows = {row.pk: row for row in suspensions_of(request.actor, timezone.localdate())}
    if pk not in rows:
        raise Http404
    row, form = rows[pk], WhyForm(request.POST or None, label="解除的理由")
    sheet = Sheet(
        heading="解除暂停预约", button="解除", back=reverse("commons:no_shows"),
        about=f"{row.organisation or row.person}：{row.reason}，到 {row.ends_on} 止。",
        done="已解除，对方已收到通知。",
    )  # fmt: skip
    return fill(
        request, form, sheet,
        lambda: lift_suspension(
            pk=pk, why=form.cleaned_data["why"], by=request.actor, now=timezone.now()
        ),
    )  # fmt: skip
