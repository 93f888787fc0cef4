"""The tailored plan of a body: what both sides see in it, what is proposed, given and confirmed."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.documents import table_report
from changle.core.refusals import Refused
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import (
    accompany,
    add_item,
    add_mentor,
    change_item,
    confirm_delivery,
    deliver,
    diagnose,
    dispute_delivery,
    part,
    propose_plan,
    step_item,
)
from changle.services.incubation.forms.growing import (
    AccompanyForm,
    ConfirmForm,
    DeliverForm,
    DiagnosisForm,
    ItemForm,
    MentorForm,
)
from changle.services.incubation.forms.intake import NoteForm, WhyForm
from changle.services.incubation.lifecycle import PLAN_ITEM
from changle.services.incubation.models import Delivery, Diagnosis, Incubatee, PlanItem
from changle.services.incubation.queries.growing import (
    APPLY,
    EDIT,
    VIEW,
    deliveries_of,
    delivery_seen,
    item_seen,
    items_of,
    mentoring_seen,
    mentorings_of,
    mentors_at,
    mentors_of,
    people_known,
    proposals,
    radar,
)
from changle.services.incubation.queries.pipeline import centres_of, tone
from changle.services.incubation.views.stages import found, printed


def plan_at(pk: int) -> str:
    return reverse("incubation:plan", args=[pk])


@page(VIEW)
def plan(request: Request, pk: int) -> HttpResponse:
    return planned(request, found(request, pk))


def planned(
    request: Request, row: Incubatee, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    actor, items = request.actor, items_of(row)
    inside = row.state in Incubatee.INSIDE
    house, body = actor.reaches(row, EDIT), actor.reaches(row, APPLY)
    given = deliveries_of(row)
    confirmed = [one for one in given if one.confirmed_at]
    rated = [one.satisfaction for one in confirmed if one.satisfaction]
    context = {
        "row": row, "tone": tone(row.state), "radar": radar(row), "inside": inside,
        "house": house and inside, "body": body and inside, "refusal": refusal,
        "offers": PLAN_ITEM.offers(items, to=actor) if inside else [(one, []) for one in items],
        "proposed": len(proposals(row, timezone.localdate())) if house and inside else 0,
        "deliveries": given, "minutes": sum(one.minutes for one in confirmed),
        "satisfaction": round(sum(rated) / len(rated), 1) if rated else None,
        "mentorings": mentorings_of(row),
    }  # fmt: skip
    return render(request, "incubation/plan.html", context, status=status)


@page(VIEW)
def diagnosing(request: Request, pk: int, side: str) -> HttpResponse:
    if side not in Diagnosis.Side.values:
        raise Http404
    row = found(request, pk, APPLY if side == Diagnosis.Side.BODY else EDIT)
    form = DiagnosisForm(request.POST or None)
    sheet = Sheet(
        heading=f"{Diagnosis.Side(side).label}：{row.organisation.name}", button="保存评估",
        done="已保存，雷达图已更新。", back=plan_at(pk),
        about="0 分：还没有；1 至 2 分：刚起步；3 分：基本做到；4 至 5 分：可以带别人。每天留一次，今天再填会替换今天的。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: diagnose(
        incubatee=pk, side=side, levels=form.levels(), remark=form.cleaned_data["remark"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(EDIT)
@require_POST
def proposing(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    try:
        propose_plan(incubatee=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return planned(request, row, refusal=str(refusal), status=409)
    return redirect(plan_at(pk))


@page(EDIT)
def adding(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = ItemForm(request.POST or None, initial={"provider": row.call.centre.name})
    sheet = Sheet(heading=f"{row.organisation.name}：加一项服务", button="加入计划",
                  done="已加入计划。", back=plan_at(pk))  # fmt: skip
    return fill(request, form, sheet, lambda: add_item(
        incubatee=pk, service=form.service(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def item_or_404(request: Request, pk: int, needs: str) -> PlanItem:
    row = item_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


@page(VIEW)
def item(request: Request, pk: int) -> HttpResponse:
    """One service, where the to-do list and the drill-down lead: its line in the plan."""
    row = item_or_404(request, pk, VIEW)
    return redirect(f"{plan_at(row.incubatee_id)}#item-{pk}")


@page(EDIT)
def changing(request: Request, pk: int) -> HttpResponse:
    row = item_or_404(request, pk, EDIT)
    told = {name: getattr(row, name) for name in ("kind", "title", "provider", "wanted_by")}
    told |= {"hours": row.minutes / 60, "amount_yuan": row.amount_fen // 100}
    form = ItemForm(request.POST or None, initial=told)
    sheet = Sheet(heading=f"修改服务：{row.title}", button="保存", done="已保存。",
                  back=plan_at(row.incubatee_id))  # fmt: skip
    return fill(request, form, sheet, lambda: change_item(
        pk=pk, service=form.service(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
@require_POST
def item_move(request: Request, pk: int, name: str) -> HttpResponse:
    if name not in PLAN_ITEM.moves:
        raise Http404
    row, form = item_or_404(request, pk, EDIT), NoteForm(request.POST)
    try:
        if not form.is_valid():
            return planned(request, row.incubatee, refusal="理由最多 1000 字。", status=422)
        step_item(pk=pk, name=name, by=request.actor, now=timezone.now(),
                  note=form.cleaned_data["note"])  # fmt: skip
    except Refused as refusal:
        return planned(request, row.incubatee, refusal=str(refusal), status=409)
    return redirect(f"{plan_at(row.incubatee_id)}#item-{pk}")


@page(EDIT)
def delivering(request: Request, pk: int) -> HttpResponse:
    row = item_or_404(request, pk, EDIT)
    mentors = [(one.pk, one.name) for one in mentors_at(row.incubatee)]
    form = DeliverForm(
        request.POST or None, mentors=mentors,
        initial={"on": timezone.localdate(), "provider": row.provider},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"记录服务：{row.title}", button="记录", done="已记录，等组织确认。",
        back=plan_at(row.incubatee_id), about="组织确认以后才计入服务时长和满意度。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: deliver(
        item=pk, given=form.given(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def delivery_or_404(request: Request, pk: int) -> Delivery:
    row = delivery_seen(request.actor, pk, APPLY)
    if row is None:
        raise Http404
    return row


def told(row: Delivery) -> str:
    return f"{row.on}，{row.item.title}：{row.topic}，{row.minutes} 分钟，{row.provider or '—'}。"


@page(APPLY)
def confirming(request: Request, pk: int) -> HttpResponse:
    row, form = delivery_or_404(request, pk), ConfirmForm(request.POST or None)
    sheet = Sheet(heading="确认服务", button="确认", done="已确认。", about=told(row),
                  back=plan_at(row.incubatee_id))  # fmt: skip
    return fill(request, form, sheet, lambda: confirm_delivery(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(APPLY)
def disputing(request: Request, pk: int) -> HttpResponse:
    row, form = delivery_or_404(request, pk), WhyForm(request.POST or None)
    sheet = Sheet(heading="不认可这条服务", button="不认可", grave=True, about=told(row),
                  done="已退回中心，不计入服务时长。", back=plan_at(row.incubatee_id))  # fmt: skip
    return fill(request, form, sheet, lambda: dispute_delivery(
        pk=pk, because=form.cleaned_data["because"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(VIEW)
def mentors(request: Request) -> HttpResponse:
    context = {
        "rows": mentors_of(request.actor), "edits": bool(centres_of(request.actor, EDIT)),
    }  # fmt: skip
    return render(request, "incubation/mentors.html", context)


@page(EDIT)
def mentor_add(request: Request) -> HttpResponse:
    form = MentorForm(
        request.POST or None, centres=centres_of(request.actor, EDIT),
        users=people_known(request.actor),
    )  # fmt: skip
    sheet = Sheet(heading="登记导师", button="登记", done="已登记。",
                  back=reverse("incubation:mentors"))  # fmt: skip
    return fill(request, form, sheet, lambda: add_mentor(
        by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def accompanying(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = AccompanyForm(
        request.POST or None, mentors=[(one.pk, one.name) for one in mentors_at(row)]
    )
    sheet = Sheet(heading=f"{row.organisation.name}：结对导师", button="结对", done="已结对。",
                  back=plan_at(pk), about="擅长组织薄弱方面的导师排在前面。")  # fmt: skip
    return fill(request, form, sheet, lambda: accompany(
        incubatee=pk, mentor=form.cleaned_data["mentor"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
@require_POST
def parting(request: Request, pk: int) -> HttpResponse:
    one = mentoring_seen(request.actor, pk)
    if one is None:
        raise Http404
    try:
        part(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        row = found(request, one.incubatee_id, EDIT)
        return planned(request, row, refusal=str(refusal), status=409)
    return redirect(plan_at(one.incubatee_id))


@page(VIEW)
@require_safe
def plan_file(request: Request, pk: int) -> HttpResponse:
    """The plan with its reasons, as PDF."""
    row = found(request, pk)
    lines = [
        [one.get_kind_display(), one.title, one.why or "—", f"{one.minutes / 60:g}",
         one.provider or "—", str(one.wanted_by or "—"), one.state_label()]
        for one in items_of(row) if one.state != PlanItem.State.DROPPED
    ]  # fmt: skip
    return printed(request, plan_at(pk), f"incubation-plan-{pk}.pdf", lambda: table_report(
        title=f"{row.organisation.name} 定制服务计划",
        columns=["类别", "服务", "理由", "小时", "提供方", "期限", "状态"], rows=lines,
        notes=[f"{row.call.centre.name}，{row.starts_on or '未定'} 至 {row.ends_on or '未定'}（当日不含）"],
    ))  # fmt: skip


@page(VIEW)
@require_safe
def deliveries_file(request: Request, pk: int) -> HttpResponse:
    """Every service with its confirmation, as PDF."""
    row = found(request, pk)
    lines = [
        [str(one.on), one.item.title, one.topic, f"{one.minutes / 60:.1f}", one.provider or "—",
         "已确认" if one.confirmed_at else "不认可" if one.disputed_because else "待确认",
         str(one.satisfaction or "—")]
        for one in reversed(deliveries_of(row))
    ]  # fmt: skip
    return printed(request, plan_at(pk), f"incubation-services-{pk}.pdf", lambda: table_report(
        title=f"{row.organisation.name} 服务记录",
        columns=["日期", "服务", "内容", "小时", "提供方", "确认", "满意度"], rows=lines,
        notes=[row.call.centre.name],
    ))  # fmt: skip
