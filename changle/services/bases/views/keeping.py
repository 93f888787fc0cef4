"""The forms of a base: its facts, money, pictures, papers, own checks, and its recognition."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.documents import letter
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.bases.actions.keeping import (
    add_photo,
    change_base,
    claim,
    confirm,
    drop_budget,
    drop_photo,
    hand_paper,
    set_budget,
)
from changle.services.bases.actions.recognising import recognise
from changle.services.bases.forms.bases import (
    BudgetForm,
    FactsForm,
    PaperForm,
    PhotoForm,
    RecogniseForm,
)
from changle.services.bases.forms.fields import LinesForm
from changle.services.bases.lifecycle import fault_of
from changle.services.bases.models import Base
from changle.services.bases.queries.bases import Checklist, checklist_of
from changle.services.bases.queries.certificates import certificate_of, suggested, term_from
from changle.services.bases.views.showing import DECIDE, EDIT, found


def record_of(pk: int) -> str:
    return reverse("bases:base", args=[pk])


def criteria_of(pk: int) -> str:
    return reverse("bases:criteria", args=[pk])


@page(EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = FactsForm(request.POST or None, initial=FactsForm.initial_of(row))
    sheet = Sheet(heading=f"修改{row.name}", button="保存", done="已保存。", back=record_of(pk))
    return fill(request, form, sheet, lambda: change_base(
        pk=pk, facts=form.facts(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
def budget(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = BudgetForm(request.POST or None, initial={"year": timezone.localdate().year})
    sheet = Sheet(
        heading=f"{row.name}的年度经费", button="登记", done="已登记经费。", back=record_of(pk)
    )
    return fill(request, form, sheet, lambda: set_budget(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
@require_POST
def budget_end(request: Request, pk: int, budget: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    if not row.budgets.filter(pk=budget).exists():
        raise Http404
    drop_budget(pk=pk, budget=budget, by=request.actor, now=timezone.now())
    messages.success(request, "已删去。")
    return redirect(record_of(pk))


@page(EDIT)
def photo(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = PhotoForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=f"{row.name}的照片", button="上传", done="已添加照片。", back=record_of(pk)
    )
    return fill(request, form, sheet, lambda: add_photo(
        pk=pk, upload=form.cleaned_data["photo"], caption=form.cleaned_data["caption"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(EDIT)
@require_POST
def photo_end(request: Request, pk: int, photo: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    if not row.photos.filter(pk=photo).exists():
        raise Http404
    drop_photo(pk=pk, photo=photo, by=request.actor, now=timezone.now())
    messages.success(request, "已删去照片。")
    return redirect(record_of(pk))


@page(EDIT)
def paper(request: Request, pk: int, kind: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    asked = checklist_of(row, timezone.localdate())
    held = next((one for one, _paper in asked.papers if one.pk == kind), None)
    if held is None:
        raise Http404
    form = PaperForm(request.POST or None, request.FILES or None)
    sheet = Sheet(
        heading=held.name, button="提交", done=f"已提交“{held.name}”。", back=criteria_of(pk),
        about=held.about,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: hand_paper(
        pk=pk, kind=kind, upload=form.cleaned_data["paper"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


def lines(request: Request, asked: Checklist, *, finds: bool) -> LinesForm:
    """The criteria with what has been claimed, or found, of each."""
    told: dict[int, Any] = {}
    for one, mark in asked.criteria:
        if mark is not None and finds:
            told[one.pk] = (None, bool(mark.is_confirmed), mark.finding)
        elif mark is not None:
            told[one.pk] = (None, mark.is_claimed, mark.claim)
    return LinesForm(
        request.POST or None, criteria=[one for one, _mark in asked.criteria], told=told
    )


@page(EDIT)
def claims(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = lines(request, checklist_of(row, timezone.localdate()), finds=False)
    sheet = Sheet(
        heading=f"{row.name}条件自查", button="保存自查", done="已保存自查。", back=criteria_of(pk),
        about="逐条对照标准：符合的打勾，写明在哪里、怎样做到；必备条件缺一不可。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: claim(
        pk=pk, told=form.told(), by=request.actor, now=timezone.now()
    ), template="bases/lines.html")  # fmt: skip


@page(DECIDE)
def findings(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, DECIDE)
    asked = checklist_of(row, timezone.localdate())
    form = lines(request, asked, finds=True)
    sheet = Sheet(
        heading=f"{row.name}现场核实", button="保存核实", done="已保存现场核实。", back=criteria_of(pk),
        about="到现场逐条看过再打勾；没有打勾的必备条件会拦住认定。",
    )  # fmt: skip
    said = {one.pk: mark for one, mark in asked.criteria if mark is not None}
    return fill(request, form, sheet, lambda: confirm(
        pk=pk, told=form.told(), by=request.actor, now=timezone.now()
    ), template="bases/lines.html", claims=[said.get(one.pk) for one in form.criteria])  # fmt: skip


@page(DECIDE)
def recognition(request: Request, pk: int) -> HttpResponse:
    row, today = found(request, pk, DECIDE), timezone.localdate()
    if sentence := fault_of(row, request.actor):
        messages.error(request, sentence)
        return redirect(record_of(pk))
    facts = {"on": today, "valid_until": term_from(row, today), "number": suggested(row, today)}
    form = RecogniseForm(request.POST or None, initial=facts)
    asked = checklist_of(row, today)
    left = asked.unconfirmed
    about = f"现场还没有核实符合：{'、'.join(left)}。" if left else "必备条件已全部现场核实。"
    sheet = Sheet(
        heading=f"认定{row.name}", button="认定", done="已认定，可以打印证书和牌匾。", back=record_of(pk),
        about=about, grave=bool(left),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: recognise(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.BASE_VIEW)
@require_safe
def certificate(request: Request, pk: int) -> HttpResponse:
    """The certificate as PDF, with the code that leads to the public page."""
    row: Base = found(request, pk)
    if not row.is_titled:
        raise Http404
    try:
        pdf = letter(
            **certificate_of(row),
            qr_url=f"{settings.CHANGLE_PUBLIC_URL}{reverse('bases:public_base', args=[pk])}",
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(record_of(pk))
    headers = {"Content-Disposition": f'inline; filename="base-{pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
