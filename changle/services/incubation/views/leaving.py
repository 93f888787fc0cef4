"""The middle and the end of a term, the visits after it, and the way to the registration."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.core.documents import table_report
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import (
    extend,
    force_out,
    graduate,
    hand_over,
    propose_exit,
    report_stage,
    score_midterm,
    tick,
    visit,
)
from changle.services.incubation.forms.growing import (
    ExtendForm,
    HandOverForm,
    MinutesForm,
    ProposeExitForm,
    ReasonForm,
    ReportForm,
    TickForm,
    VisitForm,
)
from changle.services.incubation.forms.intake import ScoreForm
from changle.services.incubation.models import Appraisal, Incubatee
from changle.services.incubation.queries.growing import steps
from changle.services.incubation.queries.leaving import checklist, follow_up_seen
from changle.services.incubation.queries.pipeline import APPLY, EDIT, VIEW
from changle.services.incubation.queries.readiness import appraisal_of
from changle.services.incubation.queries.scoring import rubric
from changle.services.incubation.views.stages import DECIDE, found, here, printed


@page(APPLY)
def reporting(request: Request, pk: int, stage: str) -> HttpResponse:
    if stage not in Appraisal.Stage.values:
        raise Http404
    row = found(request, pk, APPLY)
    told = appraisal_of(row, stage)
    form = ReportForm(request.POST or None, initial={"report": told.report if told else ""})
    sheet = Sheet(
        heading=f"{Appraisal.Stage(stage).label}自评：{row.organisation.name}", button="提交自评",
        done="已提交，并已通知中心。", back=here(pk), about="打分以前可以再改。不提交出壳自评视为自愿退出。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: report_stage(
        incubatee=pk, stage=stage, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def scoring(request: Request, pk: int) -> HttpResponse:
    row, card = found(request, pk, EDIT), rubric("midterm", 1)
    told = appraisal_of(row, Appraisal.Stage.MIDTERM)
    form = ScoreForm(request.POST or None, card=card)
    said = f"组织自评：{told.report}" if told and told.report else "组织还没有提交自评。"
    sheet = Sheet(
        heading=f"中期打分：{row.organisation.name}", button="提交打分", done="已打分。", back=here(pk),
        about=f"满分 70 分，{card['pass']} 分及以上继续孵化，低于的限期整改。{said}",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: score_midterm(
        incubatee=pk, scores=form.scores(), remark=form.cleaned_data["remark"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(DECIDE)
def graduating(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk, DECIDE), MinutesForm(request.POST or None)
    sheet = Sheet(
        heading=f"出壳：{row.organisation.name}", button="出壳", done="已出壳。", back=here(pk), grave=True,
        about="评审组平均 75 分及以上可以出壳；之后 12 个月每季度回访一次。工位请在“入驻”办理退还。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: graduate(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(DECIDE)
def extending(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk, DECIDE), ExtendForm(request.POST or None)
    sheet = Sheet(
        heading=f"续驻：{row.organisation.name}", button="续驻", done="已续驻。", back=here(pk),
        about="评审组平均 60 至 75 分（不含）可以续驻一次，最多 12 个月。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: extend(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def proposing_exit(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk, EDIT), ProposeExitForm(request.POST or None)
    sheet = Sheet(
        heading=f"提请强制退出：{row.organisation.name}", button="提请", done="已报街道决定。",
        back=here(pk), grave=True, about="由街道另一位工作人员决定；决定后组织有 15 个工作日交接。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: propose_exit(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(DECIDE)
def forcing(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk, DECIDE), ReasonForm(request.POST or None)
    ground = Incubatee.Ground(row.exit_ground).label if row.exit_ground else "未提请"
    sheet = Sheet(
        heading=f"强制退出：{row.organisation.name}", button="强制退出", done="已决定，并已通知组织。",
        back=here(pk), grave=True, about=f"事由：{ground}。已入驻的工位同时终止，15 个工作日内完成交接。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: force_out(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def handing_over(request: Request, pk: int) -> HttpResponse:
    row, form = found(request, pk, EDIT), HandOverForm(request.POST or None)
    sheet = Sheet(heading=f"交接完成：{row.organisation.name}", button="交接完成", done="已办结。",
                  back=here(pk), about="工位先在“入驻”办理退还。")  # fmt: skip
    return fill(request, form, sheet, lambda: hand_over(
        incubatee=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def visiting(request: Request, pk: int) -> HttpResponse:
    one = follow_up_seen(request.actor, pk, EDIT)
    if one is None:
        raise Http404
    form = VisitForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"回访：{one.incubatee.organisation.name}，出壳后第 {one.month} 个月", button="记录回访",
        done="已记录。", back=here(one.incubatee_id), about=f"应在 {one.due_on} 前后完成。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: visit(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(VIEW)
@require_safe
def conversion(request: Request, pk: int) -> HttpResponse:
    """The way to the registration, which ends on the registry's own page of conversion."""
    row = found(request, pk)
    told = checklist(row, timezone.localdate())
    context = {
        "row": row, "steps": told, "done": sum(one.is_done for one in told),
        "house": request.actor.reaches(row, EDIT), "open": row.state not in Incubatee.OVER,
    }  # fmt: skip
    return render(request, "incubation/conversion.html", context)


@page(VIEW)
@require_safe
def conversion_file(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk)
    lines = [
        [str(n), one.name, "已完成" if one.is_done else "未完成", one.said]
        for n, one in enumerate(checklist(row, timezone.localdate()), start=1)
    ]
    back = reverse("incubation:conversion", args=[pk])
    return printed(request, back, f"incubation-conversion-{pk}.pdf", lambda: table_report(
        title=f"{row.organisation.name} 登记准备清单", columns=["序", "步骤", "状态", "依据"], rows=lines,
        notes=["登记由登记管理机关依法办理；本清单由平台按名册和中心的记录生成。"],
    ))  # fmt: skip


@page(EDIT)
def ticking(request: Request, pk: int, step: str) -> HttpResponse:
    row = found(request, pk, EDIT)
    told = next((one for one in steps() if one["code"] == step and not one.get("known")), None)
    if told is None:
        raise Http404
    form = TickForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"{row.organisation.name}：{told['name']}", button="已完成", done="已记录。",
        about=told["about"], back=reverse("incubation:conversion", args=[pk]),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: tick(
        incubatee=pk, step=step, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
