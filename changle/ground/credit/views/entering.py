"""The bureau enters facts of one body, ends them, takes back what was entered wrongly."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.credit.actions.listing import end_grade, list_off, list_on, record_grade
from changle.ground.credit.actions.recording import (
    close_rectification,
    record_inspection,
    record_penalty,
    withdraw_fact,
)
from changle.ground.credit.forms.facts import (
    EndGradeForm,
    GradeForm,
    InspectionForm,
    LeaveForm,
    ListForm,
    PenaltyForm,
    RectifiedForm,
    WithdrawForm,
)
from changle.ground.credit.models import ListGround
from changle.ground.credit.queries.room import fact_of
from changle.ground.credit.queries.rules import grounds
from changle.ground.credit.views.showing import body_or_404
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


MINE = Permission.FACT_EDIT


def enterable_or_404(request: Request, pk: int) -> Organisation:
    row = body_or_404(request, pk)
    if not request.actor.reaches(row, MINE):
        raise Http404
    return row


def fact_or_404(request: Request, pk: int) -> OfficialFact:
    fact = fact_of(request.actor, pk)
    if fact is None:
        raise Http404
    return fact


def room_of(pk: int) -> str:
    return reverse("credit:room", args=[pk])


def hand(request: Request) -> dict[str, Any]:
    return {"by": request.actor, "now": timezone.now()}


@page(MINE)
def inspection(request: Request, pk: int) -> HttpResponse:
    row, today = enterable_or_404(request, pk), timezone.localdate()
    initial = {"year": today.year - 1, "on": today}
    if request.GET.get("year", "").isdecimal():
        initial["year"] = request.GET["year"][:4]
    form = InspectionForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{row.name}：年检结论", button="登记", done="已登记年检结论。", back=room_of(pk),
        about="基本合格、不合格的从结论日期起整改，期限内须完成并登记。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: record_inspection(
        pk=pk, paper=form.paper(), **form.columns(), **hand(request)
    ))  # fmt: skip


@page(MINE)
def grade(request: Request, pk: int) -> HttpResponse:
    row = enterable_or_404(request, pk)
    form = GradeForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{row.name}：评估等级", button="登记", done="已登记评估等级。", back=room_of(pk),
        about="新的等级自起始日起取代原等级；有效期满当日起按无等级处理。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: record_grade(
        pk=pk, paper=form.paper(), **form.columns(), **hand(request)
    ))  # fmt: skip


@page(MINE)
def listing(request: Request, pk: int) -> HttpResponse:
    row, today = enterable_or_404(request, pk), timezone.localdate()
    initial: dict[str, Any] = {"on": today}
    if request.GET.get("ground", "").isdecimal():
        initial["ground"] = request.GET["ground"][:9]
    form = ListForm(request.POST or None, initial=initial, grounds=grounds(on=today))
    sheet = Sheet(
        heading=f"{row.name}：列入名录", button="列入", done="已列入，当日起生效。", back=room_of(pk),
        about="列入活动异常名录，当日起不能入驻和申请资助；列入严重违法失信名单，除整改外一律停办。",
        grave=True,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: list_on(
        pk=pk, ground=form.picked(), paper=form.paper(), on=form.cleaned_data["on"],
        again=form.cleaned_data["again"], **hand(request),
    ))  # fmt: skip


@page(MINE)
def leaving(request: Request, pk: int, list_: str) -> HttpResponse:
    row = enterable_or_404(request, pk)
    if list_ not in ListGround.List.values:
        raise Http404
    form = LeaveForm(request.POST or None, initial={"on": timezone.localdate()})
    name = ListGround.List(list_).label
    sheet = Sheet(
        heading=f"{row.name}：移出{name}",
        button="移出",
        done="已移出，当日起恢复。",
        back=room_of(pk),
    )
    return fill(request, form, sheet, lambda: list_off(
        pk=pk, list_=list_, **form.cleaned_data, **hand(request)
    ))  # fmt: skip


@page(MINE)
def penalty(request: Request, pk: int) -> HttpResponse:
    row = enterable_or_404(request, pk)
    form = PenaltyForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{row.name}：行政处罚", button="登记", done="已登记行政处罚。", back=room_of(pk),
        about="一份决定有两种处罚的，分两条登记。组织状态（限期停止活动、撤销登记）另在“资料”里登记。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: record_penalty(
        pk=pk, paper=form.paper(), **form.columns(), **hand(request)
    ))  # fmt: skip


@page(MINE)
def withdraw(request: Request, pk: int) -> HttpResponse:
    fact = fact_or_404(request, pk)
    form = WithdrawForm(request.POST or None)
    sheet = Sheet(
        heading=f"更正“{fact}”", button="撤下这条事实", done="已更正，请按需要重新登记。",
        back=room_of(fact.organisation_id), grave=True,
        about="撤下后这条事实不再起作用，也不再公开；原文和原因留在档案里。事实不能改写，只能撤下后重新登记。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: withdraw_fact(
        pk=pk, **form.cleaned_data, **hand(request)
    ))  # fmt: skip


@page(MINE)
def rectified(request: Request, pk: int) -> HttpResponse:
    fact = fact_or_404(request, pk)
    form = RectifiedForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{fact.organisation.name}：整改完成", button="登记整改完成", done="已登记整改完成。",
        back=room_of(fact.organisation_id),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: close_rectification(
        pk=pk, **form.cleaned_data, **hand(request)
    ))  # fmt: skip


@page(MINE)
def grade_end(request: Request, pk: int) -> HttpResponse:
    fact = fact_or_404(request, pk)
    if fact.kind != OfficialFact.Kind.GRADE:
        raise Http404
    form = EndGradeForm(request.POST or None, fact=fact, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{fact.organisation.name}：{fact.result}等级变动", button="登记", done="已登记等级变动。",
        back=room_of(fact.organisation_id), grave=True,
        about="降低等级后两年内、取消等级后三年内不得申请评估。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: end_grade(
        pk=pk, **form.columns(), **hand(request)
    ))  # fmt: skip
