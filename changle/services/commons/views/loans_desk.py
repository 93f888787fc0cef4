"""The counter of a house: its board of loans, the lists that both sides sign, losses, the rule."""

from typing import Any

from django.conf import settings
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import facts_sheet
from changle.core.money import yuan
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.commons.actions.loans_lost import settle_loss
from changle.services.commons.actions.loans_out import (
    extend_loan,
    find_losses,
    hand_over,
    take_back,
    witness_receipt,
)
from changle.services.commons.actions.loans_rule import set_loan_rule
from changle.services.commons.forms.loans import (
    USUAL,
    CheckForm,
    ExtendForm,
    HandOverForm,
    ReturnForm,
    RuleForm,
    SettleForm,
    WitnessForm,
)
from changle.services.commons.models import Centre, Loan, LoanDamage
from changle.services.commons.queries.lending import is_borrower, rule_of
from changle.services.commons.queries.loans import (
    TONES,
    houses_lending,
    lines_of,
    loan_board,
    loan_damage_of,
    loan_in_house,
    loan_of,
    photos_of_loan,
)
from changle.services.commons.views.board import keep_photos
from changle.services.commons.views.houses import house_to_edit
from changle.services.commons.views.printing import paper


P = Permission


def url(row: Loan) -> str:
    return reverse("commons:loan", args=[row.pk])


def in_house(request: Request, pk: int, *states: str) -> Loan:
    row = loan_in_house(request.actor, pk)
    if row is None or row.state not in states:
        raise Http404
    return row


@page(P.BOOKING_OPERATE)
def boards(request: Request) -> HttpResponse:
    """To the board of the only house, or the choice among several."""
    houses = houses_lending(request.actor)
    if len(houses) == 1:
        return redirect("commons:loan_board", houses[0].pk)
    return render(request, "commons/loans_houses.html", {"houses": houses})


@page(P.BOOKING_OPERATE)
def board(request: Request, pk: int) -> HttpResponse:
    centre = next((one for one in houses_lending(request.actor) if one.pk == pk), None)
    if centre is None:
        raise Http404
    told = loan_board(centre, request.actor, timezone.now())
    context = {
        "centre": centre,
        "board": told,
        "parts": told.parts(),
        "edits": request.actor.holds_at(P.SPACE_EDIT, centre.node.path or ""),
        "decides": request.actor.holds_at(P.BOOKING_DECIDE, centre.node.path or ""),
        "me": request.actor.user_id,
    }
    return render(request, "commons/loans_board.html", context)


def listed(request: Request, row: Loan, form: Any, sheet: Sheet, deed: Any) -> HttpResponse:
    """A form with the list of the loan; its pictures are kept when the deed is done."""

    def done() -> None:
        deed()
        keep_photos(request, form.cleaned_data["photos"], row)

    return fill(request, form, sheet, done, template="commons/loans_lines.html", row=row)


@page(P.BOOKING_OPERATE)
def hand(request: Request, pk: int) -> HttpResponse:
    row = in_house(request, pk, Loan.State.APPROVED)
    form = HandOverForm(request.POST or None, request.FILES or None, lines=lines_of(row))
    sheet = Sheet(
        heading=f"交付：{row}", button="交付", back=url(row), done="已交付。",
        about=f"借用方：{row.borrower}，{row.contact_name} {row.contact_phone}。请与对方一起逐项核对。",
    )  # fmt: skip
    return listed(request, row, form, sheet, lambda: hand_over(
        pk=pk, given=form.given(), receiver=form.cleaned_data["receiver"], by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(P.BOOKING_OPERATE)
def witness(request: Request, pk: int) -> HttpResponse:
    row = in_house(request, pk, Loan.State.HANDED)
    form = WitnessForm(request.POST or None, initial={"receiver": row.contact_name})
    sheet = Sheet(
        heading=f"当面签收：{row}", button="签收", back=url(row), done="已签收。",
        about="借用方没有账户或不便确认的，由您见证、填写领取人姓名。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: witness_receipt(
        pk=pk, receiver=form.cleaned_data["receiver"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(P.BOOKING_OPERATE)
def give_back(request: Request, pk: int) -> HttpResponse:
    row = in_house(request, pk, *Loan.OUT)
    lines = [line for line in lines_of(row) if line.out]
    form = ReturnForm(
        request.POST or None, request.FILES or None, lines=lines,
        initial={"returner": row.contact_name},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"收回：{row}", button="收回", back=url(row), done="已收回。",
        about="逐项点数。少了的改小归还数量，坏了的填损坏件数，并写明情况。",
    )  # fmt: skip
    return listed(request, row, form, sheet, lambda: take_back(
        pk=pk, back=form.back(), returner=form.cleaned_data["returner"],
        checked=form.cleaned_data["checked"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(P.BOOKING_OPERATE)
def check(request: Request, pk: int) -> HttpResponse:
    """A second look finds something."""
    row = in_house(request, pk, Loan.State.RETURNED)
    lines = [line for line in lines_of(row) if line.out]
    form = CheckForm(request.POST or None, request.FILES or None, lines=lines)
    sheet = Sheet(
        heading=f"核查发现损失：{row}", button="登记损失", back=url(row), done="已登记损失。",
        about="改小归还数量，或填损坏件数，并写明情况。全部完好的，请办理“核查无误”。",
    )  # fmt: skip
    return listed(request, row, form, sheet, lambda: find_losses(
        pk=pk, back=form.back(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(P.BOOKING_MAKE)
def extend(request: Request, pk: int) -> HttpResponse:
    """By the borrower within the rule, by the house beyond it."""
    row = loan_of(request.actor, pk, P.BOOKING_MAKE)
    if row is None or row.state not in {Loan.State.IN_USE, Loan.State.OVERDUE}:
        raise Http404
    due = timezone.localtime(row.ends_at)
    first = max(due.date(), timezone.localdate()) + USUAL
    form = ExtendForm(request.POST or None, initial={"on": first, "at": due.time()})
    sheet = Sheet(
        heading=f"续借：{row}", button="续借", back=url(row), done="已续借。",
        about=f"现在应于 {due:%Y-%m-%d %H:%M} 归还。别人已订的时间不能续。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: extend_loan(
        pk=pk, ends_at=form.ends_at(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def damage_or_404(request: Request, pk: int, needs: str = P.BOOKING_VIEW) -> LoanDamage:
    row = loan_damage_of(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


@page(P.BOOKING_VIEW)
def damage(request: Request, pk: int) -> HttpResponse:
    row = damage_or_404(request, pk)
    actor, house = request.actor, row.loan.centre.node.path or ""
    decides = actor.holds_at(P.BOOKING_DECIDE, house) and row.state == LoanDamage.State.FOUND
    value = row.line.pool.thing.value_fen
    context = {
        "row": row,
        "loan": row.loan,
        "tone": TONES[row.state],
        "photos": photos_of_loan(row.loan)["back"],
        "worth": yuan(value * row.quantity) if value else "",
        "amount": yuan(row.amount_fen) if row.amount_fen is not None else "",
        "settles": decides and row.found_by_id != actor.user_id,
        "found_it": decides and row.found_by_id == actor.user_id,
        "mine": is_borrower(row.loan, actor),
    }
    return render(request, "commons/loans_damage.html", context)


@page(P.BOOKING_DECIDE)
def settle(request: Request, pk: int, name: str) -> HttpResponse:
    row = damage_or_404(request, pk, P.BOOKING_DECIDE)
    house = row.loan.centre.node.path or ""
    if name not in {"settle", "waive"} or row.state != LoanDamage.State.FOUND:
        raise Http404
    if not request.actor.holds_at(P.BOOKING_DECIDE, house):
        raise Http404
    waives = name == "waive"
    value = row.line.pool.thing.value_fen
    lost = row.quantity if row.kind == LoanDamage.Kind.LOST else 0
    initial: dict[str, Any] = {"written_off": lost}
    if value:
        initial["amount"] = yuan(value * row.quantity).removesuffix("元")
    form = SettleForm(request.POST or None, waives=waives, initial=initial)
    sheet = Sheet(
        heading="免予赔偿" if waives else "处理损失", button="确定", done="已处理，借用方已收到通知。",
        back=reverse("commons:loan_damage", args=[pk]), about=f"{row.loan.borrower}：{row.what}",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: settle_loss(
        pk=pk, name=name, how=form.cleaned_data["how"], by=request.actor, now=timezone.now(),
        amount_fen=form.cleaned_data.get("amount"), written_off=form.cleaned_data["written_off"],
    ))  # fmt: skip


@page(P.SPACE_EDIT)
def rule(request: Request, pk: int) -> HttpResponse:
    centre: Centre = house_to_edit(request, pk)
    form = RuleForm(request.POST or None, initial=model_to_dict(rule_of(pk)))
    back = reverse("commons:house", args=[pk])
    sheet = Sheet(heading=f"{centre.name}外借规则", button="保存", back=back, done="已保存。")
    return fill(request, form, sheet, lambda: set_loan_rule(
        centre=pk, values=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(P.BOOKING_VIEW)
@require_safe
def slip(request: Request, pk: int) -> HttpResponse:
    """The list on paper, for both to sign; its code opens the loan."""
    row = loan_of(request.actor, pk)
    if row is None or row.state in {"requested", "rejected", "cancelled"}:
        raise Http404
    lines = lines_of(row)
    facts = [
        ("借用方", row.borrower), ("联系人", f"{row.contact_name} {row.contact_phone}"),
        ("用途", row.title), ("使用地点", row.place),
        ("取用", f"{timezone.localtime(row.starts_at):%Y-%m-%d %H:%M}"),
        ("应还", f"{timezone.localtime(row.ends_at):%Y-%m-%d %H:%M}"),
    ]  # fmt: skip
    things = [
        (line.pool.name, line_words(line, handed=row.handed_at is not None)) for line in lines
    ]
    signs = [
        ("交付人（中心）", str(row.handed_by or "")), ("领取人（借用方）", row.receiver_name),
        ("交付时间", f"{timezone.localtime(row.handed_at):%Y-%m-%d %H:%M}" if row.handed_at else ""),
        ("归还人", row.returner_name), ("收回人（中心）", str(row.returned_to or "")),
    ]  # fmt: skip
    pdf = facts_sheet(
        title="物资借用单", header=row.centre.name, qr_url=f"{settings.CHANGLE_PUBLIC_URL}{url(row)}",
        sections=[("借用", facts), ("清单", things), ("签收", signs)],
        notes=["请爱护物资，按时归还；损坏、丢失的按约定赔偿。", f"编号 {row.pk}，扫码查看办理情况。"],
    )  # fmt: skip
    return paper(pdf, f"loan-{pk}")


def line_words(line: Any, *, handed: bool) -> str:
    told = f"{line.out if handed else line.quantity} 件"
    return f"{told}，{line.condition_out}" if line.condition_out else told
