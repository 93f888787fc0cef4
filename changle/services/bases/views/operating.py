"""Who runs a base: the contract, its targets and its people; the end of it and the next one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.money import capitals, yuan
from changle.core.refusals import Refused
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.bases.actions.operating import (
    add_staff,
    end_contract,
    end_staff,
    invite_staff,
    replace_operator,
    sign_contract,
)
from changle.services.bases.forms.fields import NAMES
from changle.services.bases.forms.operators import (
    ContractForm,
    EndForm,
    InviteForm,
    LeaveForm,
    ReplaceForm,
    StaffForm,
)
from changle.services.bases.models import OperatorContract
from changle.services.bases.queries.operators import (
    checks_of,
    contract_of,
    contract_seen,
    contracts_of,
    hand_overs_of,
    names_of_candidates,
    others_with_rights,
    progress_of,
    runs,
    staff_of,
    staff_seen,
    standing_of,
    story_of,
    targets_of,
)
from changle.services.bases.views.showing import around, found


OPERATE = Permission.OPERATOR_EDIT
YEARS = 2  # of a usual contract


def contract_or_404(
    request: Request, pk: int, needs: str = Permission.BASE_VIEW
) -> OperatorContract:
    row = contract_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def here(pk: int) -> str:
    return reverse("bases:contract", args=[pk])


@page(Permission.BASE_VIEW)
def operator(request: Request, pk: int) -> HttpResponse:
    """The tab of a base: who runs it now, who did, what is being handed over."""
    row, today = found(request, pk), timezone.localdate()
    now = contract_of(row, today)
    context = {
        **around(request, row, "operator"),
        "now": now,
        "standing": standing_of(now, today) if now else None,
        "progress": progress_of(now, targets_of(now), today) if now else [],
        "contracts": [(one, *standing_of(one, today)) for one in contracts_of(row)],
        "hand_overs": list(hand_overs_of(row)),
        "others": list(others_with_rights(row, today)),
        "signs": row.state not in {row.State.PLANNED, row.State.WITHDRAWN},
    }
    return render(request, "bases/operator.html", context)


@page(Permission.BASE_VIEW)
def contract(request: Request, pk: int) -> HttpResponse:
    row, today, actor = contract_or_404(request, pk), timezone.localdate(), request.actor
    label, tone = standing_of(row, today)
    context = {
        "row": row,
        "label": label,
        "tone": tone,
        "amount": f"{yuan(row.amount_fen)}（{capitals(row.amount_fen)}）",
        "progress": progress_of(row, targets_of(row), today),
        "staff": [
            (one, one.ended_on is not None or (one.grant.ends_on is not None and one.grant.ends_on <= today))
            for one in staff_of(row)
        ],
        "checks": [(one, one.overdue_days(today)) for one in checks_of(row)],
        "runs": list(runs(row.organisation_id, row.pk)),
        "operates": actor.reaches(row, OPERATE),
        "declares": actor.reaches(row, Permission.BASE_EDIT),
        "live": not row.ended_because and row.ends_on > today,
        "history": in_words(story_of(OperatorContract._meta.label, row.pk)),
    }  # fmt: skip
    return render(request, "bases/contract.html", context)


def filled(request: Request, form: Any, sheet: Sheet, deed: Any) -> HttpResponse:
    return fill(
        request, form, sheet, deed, template="bases/named.html", list_id=NAMES,
        names=names_of_candidates(),
    )  # fmt: skip


@page(OPERATE)
def sign(request: Request, pk: int) -> HttpResponse:
    row, today = found(request, pk, OPERATE), timezone.localdate()
    facts = {
        "signed_on": today, "starts_on": today, "ends_on": today.replace(day=1, year=today.year + YEARS),
    }  # fmt: skip
    form = ContractForm(request.POST or None, request.FILES or None, initial=facts)
    sheet = Sheet(
        heading=f"{row.name}的运营合同", button="登记合同", done="已登记运营合同，请添加运营人员和目标。",
        back=reverse("bases:operator", args=[pk]), about="同一时间只有一家运营机构。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: sign_contract(
        base=pk, organisation=form.cleaned_data["organisation"], terms=form.terms(),
        upload=form.cleaned_data["document"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(OPERATE)
def replace(request: Request, pk: int) -> HttpResponse:
    row, today = contract_or_404(request, pk, OPERATE), timezone.localdate()
    facts = {"signed_on": today, "starts_on": today, "ends_on": row.ends_on}
    form = ReplaceForm(request.POST or None, request.FILES or None, initial=facts)
    sheet = Sheet(
        heading=f"更换{row.base.name}的运营机构", button="更换", grave=True,
        done="已更换运营机构并生成交接清单。", back=reverse("bases:operator", args=[row.base_id]),
        about=f"{row.organisation.name}的人员自更换之日起不能再进入；须在 15 个工作日内办完交接。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: replace_operator(
        pk=pk, organisation=form.cleaned_data["organisation"], terms=form.terms(),
        note=form.cleaned_data["note"], upload=form.cleaned_data["document"], by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(OPERATE)
def end(request: Request, pk: int) -> HttpResponse:
    row = contract_or_404(request, pk, OPERATE)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"终止{row.organisation.name}的运营合同", button="终止合同", done="已终止合同。",
        grave=True, back=here(pk), about="自终止之日起，运营人员的权限全部结束；要换一家的请用“更换运营机构”。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: end_contract(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(OPERATE)
def staff_add(request: Request, pk: int) -> HttpResponse:
    row = contract_or_404(request, pk, OPERATE)
    form = StaffForm(request.POST or None)
    sheet = Sheet(
        heading="添加运营人员", button="添加", done="已添加，权限随合同结束。", back=here(pk),
        about=f"在{row.base.node}授予“街道中心运营机构”，到 {row.ends_on} 自动结束。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: add_staff(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(OPERATE)
def staff_invite(request: Request, pk: int) -> HttpResponse:
    row = contract_or_404(request, pk, OPERATE)
    form = InviteForm(request.POST or None)
    sheet = Sheet(
        heading="为运营人员新建账户", button="新建并添加", done="已新建账户，权限随合同结束。", back=here(pk),
        about=f"账户在{row.base.node}有运营权限，到 {row.ends_on} 自动结束。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: invite_staff(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(OPERATE)
def staff_end(request: Request, pk: int) -> HttpResponse:
    row = staff_seen(request.actor, pk)
    if row is None:
        raise Http404
    form = LeaveForm(request.POST if request.method == "POST" else None)
    sheet = Sheet(
        heading=f"{row.user}离开运营团队", button="结束权限", done="已结束，即时生效。", grave=True,
        back=here(row.contract_id), about="此人在这个基地的权限自今天起结束。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: end_staff(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


def pressed(request: Request, deed: Any, *, back: str, told: str) -> HttpResponse:
    """A deed of one button: done, or refused in words; and back to where it was pressed."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect(back)
