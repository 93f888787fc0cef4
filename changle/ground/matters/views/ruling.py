"""The rules of the district: what must be reported, how early, who looks at it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.matters.actions import (
    change_licence_rule,
    change_review_rule,
    retire_type,
    save_type,
)
from changle.ground.matters.forms import (
    LicenceRuleForm,
    RetireForm,
    ReviewRuleForm,
    TypeForm,
)
from changle.ground.matters.models import MatterType
from changle.ground.matters.queries import (
    all_types,
    licence_rule,
    licence_rules,
    matter_type,
    review_rule,
)
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


def here() -> str:
    return reverse("matters:rules")


def type_or_404(pk: int) -> MatterType:
    row = matter_type(pk)
    if row is None:
        raise Http404
    return row


@page(Permission.MATTER_RULE)
def rules(request: Request) -> HttpResponse:
    context = {
        "types": list(all_types()),
        "licences": licence_rules()[::-1],
        "rule": review_rule(),
    }
    return render(request, "matters/rules.html", context)


@page(Permission.MATTER_RULE)
def type_add(request: Request) -> HttpResponse:
    form = TypeForm(request.POST or None, initial={"lead_days": 7, "is_event": True})
    sheet = Sheet(heading="新增事项类型", button="新增", done="已新增。", back=here())
    return fill(request, form, sheet, lambda: save_type(
        pk=None, facts=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.MATTER_RULE)
def type_edit(request: Request, pk: int) -> HttpResponse:
    row = type_or_404(pk)
    form = TypeForm(request.POST or None, initial=TypeForm.initial_of(row), fixed=True)
    sheet = Sheet(
        heading=f"修改“{row.name}”", button="保存", done="已保存。", back=here(),
        about="新的期限从下一次保存报告起算，已提交的不变。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: save_type(
        pk=pk, facts=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.MATTER_RULE)
def type_retire(request: Request, pk: int) -> HttpResponse:
    row = type_or_404(pk)
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用“{row.name}”", button="停用", done="已停用。", back=here(), grave=True,
        about="停用后不能再选；已有的报告不变。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: retire_type(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.MATTER_RULE)
def licence(request: Request, pk: int) -> HttpResponse:
    row = licence_rule(pk)
    if row is None:
        raise Http404
    form = LicenceRuleForm(request.POST or None, initial=LicenceRuleForm.initial_of(row))
    sheet = Sheet(
        heading="安全许可门槛", button="保存", done="已保存。", back=here(), grave=True,
        about="门槛由行政法规规定，只在法规修改后才改。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: change_licence_rule(
        pk=pk, facts=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.MATTER_RULE)
def review(request: Request) -> HttpResponse:
    form = ReviewRuleForm(request.POST or None, initial=ReviewRuleForm.initial_of(review_rule()))
    sheet = Sheet(heading="谁来处理、多久处理", button="保存", done="已保存。", back=here())
    return fill(request, form, sheet, lambda: change_review_rule(
        facts=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip
