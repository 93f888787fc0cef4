"""The forms of the body: a matter, its licence, what came of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.calendar import Calendar
from changle.core.refusals import Refused
from changle.ground.matters.actions import (
    hand_in_licence,
    report_result,
    save_draft,
    start,
    submit,
)
from changle.ground.matters.forms import LicenceForm, MatterForm, ResultForm, told_so_far
from changle.ground.matters.lifecycle import EDITABLE, LICENSABLE, MATTER
from changle.ground.matters.models import Matter, MatterType
from changle.ground.matters.queries import (
    Demand,
    demands,
    licence_rules,
    matter_to_report,
    matter_type,
    offered_types,
    organisation_seen,
)
from changle.ground.registry.queries import key_of
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


def mine_or_404(request: Request, pk: int) -> Matter:
    row = matter_to_report(request.actor, pk)
    if row is None:
        raise Http404
    return row


def page_of(row: Matter) -> str:
    return reverse("matters:matter", args=[row.pk])


def kind_asked(request: Request) -> MatterType | None:
    pk = key_of(request.GET.get("type", ""))
    return offered_types(timezone.localdate()).filter(pk=pk).first() if pk else None


@page(Permission.MATTER_REPORT)
def new(request: Request, pk: int) -> HttpResponse:
    body = organisation_seen(request.actor, pk, Permission.MATTER_REPORT)
    if body is None:
        raise Http404
    back, kind = reverse("matters:organisation", args=[pk]), kind_asked(request)
    if kind is None:
        context = {"row": body, "types": list(offered_types(timezone.localdate())), "back": back}
        return render(request, "matters/choose.html", context)
    known = {"contact_name": body.contact_name, "contact_phone": body.contact_phone}
    form = MatterForm(request.POST or None, request.FILES or None, kind=kind, initial=known)
    words = {"heading": f"报告{kind.name}", "back": back, "name": f"new-{kind.pk}"}
    return saved(request, form, words, lambda: start(
        organisation=pk, kind=kind, draft=form.draft(), papers=form.papers(),
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.MATTER_REPORT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = mine_or_404(request, pk)
    if row.state not in EDITABLE:
        raise Http404
    form = MatterForm(
        request.POST or None, request.FILES or None, kind=row.type, row=row,
        initial=MatterForm.initial_of(row),
    )  # fmt: skip
    words = {"heading": f"修改“{row.title}”", "back": page_of(row), "name": f"edit-{row.pk}"}
    return saved(request, form, words, lambda: save_draft(
        pk=pk, draft=form.draft(), papers=form.papers(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def saved(request: Request, form: MatterForm, words: dict[str, Any], deed: Any) -> HttpResponse:
    """Save what was typed, and where asked, report it at once; nothing typed is ever lost."""
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            row = deed()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return sent(request, row)
    context = {
        "form": form,
        "kind": form.kind,
        "demand": demand_typed(request, form),
        "deciding": form.deciding(),
        **words,
    }
    return render(request, "matters/form.html", context, status=status)


def sent(request: Request, row: Matter) -> HttpResponse:
    if request.POST.get("go") != "submit":
        messages.success(request, "已存草稿，还没有提交。")
        return redirect(page_of(row))
    try:
        submit(pk=row.pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        messages.warning(request, f"已存草稿，还没有提交：{refusal}")
    else:
        messages.success(request, "已提交报告。")
    return redirect(page_of(row))


def demand_typed(request: Request, form: MatterForm) -> Demand:
    typed = request.POST if form.is_bound else form.initial_values()
    return demand_of(form.kind, told_so_far(typed))


def demand_of(kind: MatterType, told: dict[str, Any]) -> Demand:
    return demands(
        kind, today=timezone.localdate(), calendar=Calendar.load(), rules=licence_rules(), **told
    )


@page(Permission.MATTER_REPORT)
def demand(request: Request) -> HttpResponse:
    """What the facts typed so far ask for: a part of the form's page, fetched as they change."""
    kind = matter_type(key_of(request.GET.get("type", "")) or 0)
    if kind is None:
        raise Http404
    told = demand_of(kind, told_so_far(request.GET))
    return render(request, "matters/demand_part.html", {"demand": told, "kind": kind})


@page(Permission.MATTER_REPORT)
def licence(request: Request, pk: int) -> HttpResponse:
    row = mine_or_404(request, pk)
    if row.state not in LICENSABLE:
        raise Http404
    facts = {"licence_number": row.licence_number, "licence_authority": row.licence_authority}
    form = LicenceForm(
        request.POST or None, request.FILES or None, initial=facts, has_file=row.licence is not None
    )
    sheet = Sheet(
        heading=f"“{row.title}”的安全许可", button="交上", done="已交上许可。", back=page_of(row),
        about="每场预计人数达到门槛的活动，须先取得公安机关的安全许可。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: hand_in_licence(
        pk=pk, number=form.cleaned_data["licence_number"], papers=form.papers(),
        authority=form.cleaned_data["licence_authority"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.MATTER_REPORT)
def result(request: Request, pk: int) -> HttpResponse:
    row = mine_or_404(request, pk)
    if row.state not in MATTER.moves["report"].sources:
        raise Http404
    last = row.ends_at or row.starts_at
    facts = {
        name: getattr(row, name)
        for name in ("held_on", "real_participants", "effect", "impact", "problems", "next_steps")
    }
    if facts["held_on"] is None and last is not None:
        facts["held_on"] = min(timezone.localdate(last), timezone.localdate())
    form = ResultForm(request.POST or None, request.FILES or None, initial=facts)
    sheet = Sheet(
        heading=f"报告“{row.title}”的结果", button="提交", done="已报告结果。", back=page_of(row),
        about=f"请在 {row.due_on} 前报告。" if row.due_on else "",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: report_result(
        pk=pk, result=form.result(), papers=form.papers(), by=request.actor, now=timezone.now()
    ))  # fmt: skip
