"""What can be borrowed, the form, one's loans, and one of them with all that happened to it."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.loans import (
    LoanRulesBroken,
    NotEnough,
    approve_loan,
    ask_loan,
    cancel_loan,
    reject_loan,
)
from changle.services.commons.actions.loans_out import close_loan, confirm_receipt
from changle.services.commons.forms.loans import AskForm, begun_with, span_asked
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import Loan
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.lending import (
    FIELD,
    houses_that_lend,
    is_borrower,
    lent_of,
    near,
    rule_of,
    runs_house,
)
from changle.services.commons.queries.loans import (
    MOST_ON_A_PAGE,
    SIDES,
    TONES,
    LoansAsked,
    damages_of_loan,
    deeds_of_loan,
    lines_of,
    loan_of,
    loans_of,
    photos_of_loan,
)
from changle.services.commons.queries.mine import contact_of, names_of
from changle.services.commons.views.timeline import house_or_404


P = Permission
LAST_PAGE = 999
HOUSE = {"approve", "reject", "close"}  # by who runs the house that lends
Deed = Callable[..., Any]
DEEDS: dict[str, tuple[Deed, str]] = {  # move -> deed, and what it calls the note
    "approve": (approve_loan, ""),
    "reject": (reject_loan, "reason"),
    "cancel": (cancel_loan, "reason"),
    "confirm": (confirm_receipt, ""),
    "close": (close_loan, "note"),
}


@page(P.BOOKING_MAKE)
def catalogue(request: Request) -> HttpResponse:
    """By house: what may be carried away, and how many are free for the days chosen."""
    start, end = span_asked(request.GET, timezone.localdate())
    houses = houses_that_lend(timezone.localdate())
    asked = request.GET.get("centre", "")
    own = near(houses, request.actor) if not asked else []
    chosen = own[:1] or [house for house in houses if str(house.pk) == asked] or houses
    lent = lent_of([house.pk for house in chosen], start, end)
    context = {
        "groups": [
            {"centre": centre, "lent": list(group)}
            for centre, group in groupby(lent, key=lambda one: one.thing.centre)
        ],
        "houses": houses,
        "shown": str(chosen[0].pk) if len(chosen) == 1 else "",
        "start": timezone.localtime(start),
        "end": timezone.localtime(end),
    }
    return render(request, "commons/loans_catalogue.html", context)


@page(P.BOOKING_MAKE)
def ask(request: Request, pk: int) -> HttpResponse:
    house, actor = house_or_404(pk, request.actor), request.actor
    names, rule = names_of(actor), rule_of(pk)
    data = request.POST if request.method == "POST" else None
    span = span_asked(
        {"from": data.get("from_on", ""), "to": data.get("until_on", "")} if data else request.GET,
        timezone.localdate(),
    )
    lent = lent_of([pk], *span)
    told: dict[str, Any] = {
        "house": pk,
        "lent": lent,
        "names": names,
        "actor": actor,
        "alone": rule.residents_may,
    }
    if data is None:
        name, phone = contact_of(actor)
        initial = {"contact_name": name, "contact_phone": phone, **begun_with(request.GET, lent)}
        return asked_for(request, house, AskForm(initial=initial, **told))
    form = AskForm(data, **told)
    if not form.is_valid():
        return asked_for(request, house, form, status=422)
    try:
        loan = ask_loan(wish=form.wish(), by=actor, now=timezone.now())
    except LoanRulesBroken as refusal:
        form.refuse(refusal.objections)
        return asked_for(request, house, form, status=409)
    except NotEnough as refusal:
        for one in refusal.shortages:
            form.add_error(FIELD.format(one.pool_id), one.sentence())
        form.add_error(None, str(refusal))
        return asked_for(request, house, form, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return asked_for(request, house, form, status=409)
    done = loan.state == Loan.State.APPROVED
    messages.success(
        request, "已登记，请按时取用。" if done else "已提交，须经中心同意；结果会通知您。"
    )
    return redirect("commons:loan", loan.pk)


def asked_for(request: Request, house: Layout, form: AskForm, *, status: int = 200) -> HttpResponse:
    facts = ("from_on", "from_at", "until_on", "until_at")
    keys = {one.field for one in form.lent}
    context = {
        "house": house,
        "form": form,
        "things": form.rows(),
        "times": [form[name] for name in facts],
        "others": [field for field in form if field.name not in {*facts, *keys}],
        "runs": runs_house(house, request.actor),
    }
    return render(request, "commons/loans_ask.html", context, status=status)


@page(P.BOOKING_VIEW)
def loans(request: Request) -> HttpResponse:
    """One's own, one's side's, one's house's."""
    actor = request.actor
    houses = actor.holds(P.BOOKING_OPERATE)
    sides = [one for one in SIDES if one[0] != "house" or houses]
    side = request.GET.get("side", "")
    side = (
        side
        if side in dict(sides)
        else "house"
        if houses
        else "ours"
        if names_of(actor)
        else "mine"
    )
    typed = request.GET.get("page", "")[:4]
    number = min(int(typed), LAST_PAGE) if typed.isascii() and typed.isdecimal() else 0
    asked = LoansAsked(side=side, state=request.GET.get("state", "open"), page=number)
    rows = list(loans_of(actor, asked))
    context = {
        "sides": sides,
        "asked": asked,
        "rows": [
            {"row": row, "tone": TONES[row.state], "lines": list(row.lines.all())}
            for row in rows[:MOST_ON_A_PAGE]
        ],
        "next": number + 1 if len(rows) > MOST_ON_A_PAGE else 0,
        "states": [("open", "未办结"), ("all", "全部"), *Loan.State.choices],
        "late_at": timezone.now(),
    }
    return render(request, "commons/loans.html", context)


def found(request: Request, pk: int) -> Loan:
    row = loan_of(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(P.BOOKING_VIEW)
def loan(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def open_moves(request: Request, row: Loan) -> list[Any]:
    """Those that are a button here: the house's for the house, the borrower's for the borrower."""
    actor = request.actor
    runs = actor.holds_at(P.BOOKING_OPERATE, row.centre.node.path or "")
    moves = []
    for one in LOAN.offers([row], to=actor)[0][1]:
        if one.name not in DEEDS or (one.name in HOUSE and not runs):
            continue
        if one.name == "approve" and row.asked_by_id == actor.user_id:
            continue
        if one.name == "confirm" and not is_borrower(row, actor):
            continue
        moves.append(one)
    return moves


def shown(
    request: Request, row: Loan, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    runs = actor.holds_at(P.BOOKING_OPERATE, row.centre.node.path or "")
    mine = is_borrower(row, actor) or row.asked_by_id == actor.user_id
    photos = photos_of_loan(row)
    in_use = row.state in {Loan.State.IN_USE, Loan.State.OVERDUE}
    context = {
        "row": row,
        "tone": TONES[row.state],
        "lines": lines_of(row),
        "moves": open_moves(request, row),
        "runs": runs,
        "mine": mine,
        "late": row.state in Loan.OUT and row.ends_at <= now,
        "extends": in_use and (runs or (mine and row.ends_at > now)),
        "returns": runs and row.state in Loan.OUT,
        "damages": damages_of_loan(row) if row.returned_at else [],
        "photo_groups": [("交付时的照片", photos["out"]), ("归还时的照片", photos["back"])],
        "history": in_words(deeds_of_loan(row)),
        "refusal": refusal,
        "told": told,
        "after_hand_over": row.handed_at is not None,
    }
    return render(request, "commons/loans_one.html", context, status=status)


@page(P.BOOKING_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row = found(request, pk)
    if name not in DEEDS or not request.actor.reaches(row, LOAN.moves[name].needs):
        raise Http404
    note = request.POST.get("note", "").replace("\x00", "")[:200]
    deed, word = DEEDS[name]
    try:
        deed(pk=pk, by=request.actor, now=timezone.now(), **({word: note} if word else {}))
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=note, status=409)
    messages.success(request, f"已办理“{LOAN.moves[name].label}”。")
    back = request.POST.get("back", "")
    if back == "board" and request.actor.holds_at(P.BOOKING_OPERATE, row.centre.node.path or ""):
        return redirect("commons:loan_board", row.centre_id)
    return redirect("commons:loan", pk)
