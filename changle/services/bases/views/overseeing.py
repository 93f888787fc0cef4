"""Targets, checks and the hand-over of an operator."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.bases.actions.overseeing import (
    add_item,
    add_target,
    check_operator,
    declare_target,
    drop_target,
    give,
    move_check,
    move_hand_over,
    receive,
    remedy,
    verify_target,
)
from changle.services.bases.forms.operators import (
    CheckForm,
    DeclareForm,
    GiveForm,
    ItemForm,
    RemedyForm,
    TargetForm,
)
from changle.services.bases.lifecycle import CHECK, HAND_OVER
from changle.services.bases.models import HandOver, OperatorCheck, OperatorTarget
from changle.services.bases.queries.operators import (
    check_seen,
    countable,
    hand_over_seen,
    is_staff,
    items_of,
    story_of,
    target_seen,
)
from changle.services.bases.views.moving import moved, offered
from changle.services.bases.views.operating import OPERATE, contract_or_404, here, pressed


EDIT = Permission.BASE_EDIT


@page(OPERATE)
def target_add(request: Request, pk: int) -> HttpResponse:
    row = contract_or_404(request, pk, OPERATE)
    form = TargetForm(
        request.POST or None, indicators=countable(),
        initial={"starts_on": row.starts_on, "ends_on": row.ends_on},
    )  # fmt: skip
    sheet = Sheet(heading="添加运营目标", button="添加", done="已添加目标。", back=here(pk))
    return fill(request, form, sheet, lambda: add_target(
        pk=pk, promise=form.promise(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def target_or_404(request: Request, pk: int, needs: str) -> OperatorTarget:
    row = target_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


@page(OPERATE)
@require_POST
def target_end(request: Request, pk: int) -> HttpResponse:
    row = target_or_404(request, pk, OPERATE)
    return pressed(
        request, lambda: drop_target(pk=pk, by=request.actor, now=timezone.now()),
        back=here(row.contract_id), told="已删去目标。",
    )  # fmt: skip


@page(EDIT)
def target_declare(request: Request, pk: int) -> HttpResponse:
    row = target_or_404(request, pk, EDIT)
    form = DeclareForm(request.POST or None, request.FILES or None, initial={"done": row.declared})
    sheet = Sheet(
        heading=f"申报“{row.name}”", button="申报", done="已申报，等待街道核实。",
        back=here(row.contract_id), about=f"目标 {row.target} {row.unit}。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: declare_target(
        pk=pk, done=form.cleaned_data["done"], note=form.cleaned_data["note"],
        upload=form.cleaned_data["evidence"], by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(OPERATE)
@require_POST
def target_verify(request: Request, pk: int) -> HttpResponse:
    row = target_or_404(request, pk, OPERATE)
    return pressed(
        request, lambda: verify_target(pk=pk, by=request.actor, now=timezone.now()),
        back=here(row.contract_id), told="已核实。",
    )  # fmt: skip


@page(OPERATE)
def check_add(request: Request, pk: int) -> HttpResponse:
    row = contract_or_404(request, pk, OPERATE)
    form = CheckForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"检查{row.organisation.name}",
        button="登记检查",
        done="已登记检查。",
        back=here(pk),
    )
    return fill(request, form, sheet, lambda: check_operator(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


def check_or_404(request: Request, pk: int, needs: str = Permission.BASE_VIEW) -> OperatorCheck:
    row = check_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


@page(Permission.BASE_VIEW)
def check(request: Request, pk: int) -> HttpResponse:
    return check_shown(request, check_or_404(request, pk))


def check_shown(
    request: Request, row: OperatorCheck, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    context = {
        **offered(CHECK, row, request.actor, "bases:check_move"),
        "tone": {"open": "", "remedied": "near", "closed": "good"}[row.state],
        "overdue": row.overdue_days(timezone.localdate()),
        "remedies": row.state == OperatorCheck.State.OPEN and request.actor.reaches(row, EDIT),
        "history": in_words(story_of(OperatorCheck._meta.label, row.pk)),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "bases/check.html", context, status=status)


@page(EDIT)
def check_remedy(request: Request, pk: int) -> HttpResponse:
    row = check_or_404(request, pk, EDIT)
    form = RemedyForm(request.POST or None, request.FILES or None, initial={"remedy": row.remedy})
    sheet = Sheet(
        heading=f"整改：{row.subject}", button="报告整改", done="已报告，等待街道复核。",
        back=reverse("bases:check", args=[pk]), about=row.findings,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: remedy(
        pk=pk, remedy=form.cleaned_data["remedy"], upload=form.cleaned_data["evidence"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.BASE_VIEW)
@require_POST
def check_move(request: Request, pk: int, name: str) -> HttpResponse:
    return moved(
        request, CHECK, check_or_404(request, pk), name,
        deed=lambda note: move_check(pk, name, by=request.actor, now=timezone.now(), note=note),
        shown=lambda **told: check_shown(request, check_or_404(request, pk), **told),
        back=reverse("bases:check", args=[pk]),
    )  # fmt: skip


def handing_or_404(request: Request, pk: int, needs: str = Permission.BASE_VIEW) -> HandOver:
    row = hand_over_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


@page(Permission.BASE_VIEW)
def hand_over(request: Request, pk: int) -> HttpResponse:
    return hand_over_shown(request, handing_or_404(request, pk))


def hand_over_shown(
    request: Request, row: HandOver, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, is_open = request.actor, row.state == HandOver.State.OPEN
    leaves, comes = is_staff(actor.user_id, row.old), is_staff(actor.user_id, row.new)
    operates = actor.reaches(row, OPERATE)
    items = list(items_of(row))
    context: dict[str, Any] = {
        **offered(HAND_OVER, row, actor, "bases:hand_over_move"),
        "tone": {"open": "near", "done": "good", "stopped": "calm"}[row.state],
        "overdue": row.overdue_days(timezone.localdate()),
        "items": items,
        "done": sum(one.received_at is not None for one in items),
        "leaves": is_open and leaves,
        "comes": is_open and comes,
        "operates": is_open and operates and not leaves,
        "adds": is_open and actor.reaches(row, EDIT),
        "history": in_words(story_of(HandOver._meta.label, row.pk)),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "bases/hand_over.html", context, status=status)


@page(EDIT)
def item_add(request: Request, pk: int) -> HttpResponse:
    row = handing_or_404(request, pk, EDIT)
    form = ItemForm(request.POST or None)
    sheet = Sheet(
        heading=f"{row}：添加事项", button="添加", done="已添加。",
        back=reverse("bases:hand_over", args=[pk]),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: add_item(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def item_give(request: Request, pk: int, item: int) -> HttpResponse:
    """The leaving side's own people need only press; the office enters who signed on paper."""
    row = handing_or_404(request, pk, EDIT)
    one = next((each for each in items_of(row) if each.pk == item), None)
    if one is None:
        raise Http404
    form = GiveForm(request.POST if request.method == "POST" else None)
    sheet = Sheet(
        heading=f"移交：{one.what}", button="移交确认", done="已确认移交。",
        back=reverse("bases:hand_over", args=[pk]),
        about="由原运营机构的人员确认；其账户已停用的，由街道按签字的纸质清单登记。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: give(
        pk=pk, item=item, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
@require_POST
def item_receive(request: Request, pk: int, item: int) -> HttpResponse:
    row = handing_or_404(request, pk, EDIT)
    if not any(each.pk == item for each in items_of(row)):
        raise Http404
    return pressed(
        request, lambda: receive(pk=pk, item=item, by=request.actor, now=timezone.now()),
        back=reverse("bases:hand_over", args=[pk]), told="已确认接收。",
    )  # fmt: skip


@page(Permission.BASE_VIEW)
@require_POST
def hand_over_move(request: Request, pk: int, name: str) -> HttpResponse:
    return moved(
        request, HAND_OVER, handing_or_404(request, pk), name,
        deed=lambda note: move_hand_over(pk, name, by=request.actor, now=timezone.now(), note=note),
        shown=lambda **told: hand_over_shown(request, handing_or_404(request, pk), **told),
        back=reverse("bases:hand_over", args=[pk]),
    )  # fmt: skip
