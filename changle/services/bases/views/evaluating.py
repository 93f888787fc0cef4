"""A round of evaluation: opened, answered by the base, scored, decided."""

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
from changle.services.bases.actions.evaluating import (
    decide,
    move_evaluation,
    open_evaluation,
    report_rectified,
    save_self,
    score,
)
from changle.services.bases.forms.bases import (
    DecideForm,
    OpenForm,
    RectifiedForm,
    ScoreForm,
    SelfForm,
)
from changle.services.bases.lifecycle import EVALUATION, decides_for
from changle.services.bases.models import Evaluation
from changle.services.bases.queries.certificates import term_from
from changle.services.bases.queries.evaluations import (
    evaluation_seen,
    own_scores,
    proposal,
    scored_by,
    sheet_of,
    spoken,
)
from changle.services.bases.queries.operators import story_of
from changle.services.bases.views.moving import moved, offered
from changle.services.bases.views.showing import DECIDE, EDIT, found


State = Evaluation.State
TONES = {State.OPEN: "near", State.SCORING: "near", State.DECIDED: "good"}


def round_or_404(request: Request, pk: int, needs: str = Permission.BASE_VIEW) -> Evaluation:
    row = evaluation_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def here(pk: int) -> str:
    return reverse("bases:evaluation", args=[pk])


@page(DECIDE)
def start(request: Request, pk: int) -> HttpResponse:
    row, today = found(request, pk, DECIDE), timezone.localdate()
    form = OpenForm(request.POST or None, initial={"name": f"{today.year}年度评估"})
    sheet = Sheet(
        heading=f"评估{row.name}", button="开始评估", done="已开始评估，请基地在期限内自评。",
        back=reverse("bases:evaluations", args=[pk]),
        about="按现行标准评分：基地先自评，评审人现场评分，再由认定单位决定续认、整改或取消。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: open_evaluation(
        base=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def rectified(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = RectifiedForm(request.POST or None)
    sheet = Sheet(
        heading=f"{row.name}报告整改完成", button="提交", done="已提交，等待复核。",
        back=reverse("bases:evaluations", args=[pk]), about="提交后开始一轮整改复核。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: report_rectified(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.BASE_VIEW)
def evaluation(request: Request, pk: int) -> HttpResponse:
    return shown(request, round_or_404(request, pk))


def shown(
    request: Request, row: Evaluation, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, sheet = request.actor, sheet_of(row)
    judges = actor.reaches(row, DECIDE) and row.stated_by_id != actor.user_id
    decides = judges and decides_for(row.base.tier, str(row.base.node.path), actor)
    context = {
        **offered(EVALUATION, row, actor, "bases:evaluation_move"),
        "tone": TONES[State(row.state)],
        "overdue": row.overdue_days(timezone.localdate()),
        "sheet": sheet,
        "mean": spoken(row.points if row.points is not None else sheet.hundredths),
        "proposal": Evaluation.Decision(proposal(row, sheet)).label if proposal(row, sheet) else "",
        "answers": row.state == State.OPEN and actor.reaches(row, EDIT),
        "scores": row.state == State.SCORING and judges,
        "decides": row.state == State.SCORING and decides and sheet.hundredths is not None,
        "history": in_words(story_of(Evaluation._meta.label, row.pk)),
        "refusal": refusal,
        "told": told,
    }
    return render(request, "bases/evaluation.html", context, status=status)


def so_far(given: dict[int, Any]) -> dict[int, Any]:
    return {key: (one.points, one.is_met, one.note) for key, one in given.items()}


@page(EDIT)
def own(request: Request, pk: int) -> HttpResponse:
    row = round_or_404(request, pk, EDIT)
    form = SelfForm(
        request.POST or None, criteria=[one.criterion for one in sheet_of(row).rows],
        told=so_far(own_scores(row)), pointed=True, initial={"statement": row.statement},
    )  # fmt: skip
    send = request.POST.get("go") == "send"
    sheet = Sheet(
        heading=f"{row.base.name}自评", button="保存", back=here(pk),
        done="已提交自评。" if send else "已保存自评，提交后评审人才能看到。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: save_self(
        pk=pk, given=form.given(), statement=form.cleaned_data["statement"], send=send,
        by=request.actor, now=timezone.now(),
    ), template="bases/lines.html", sends=True)  # fmt: skip


@page(DECIDE)
def scoring(request: Request, pk: int) -> HttpResponse:
    row = round_or_404(request, pk, DECIDE)
    sheet_now = sheet_of(row)
    form = ScoreForm(
        request.POST or None, criteria=[one.criterion for one in sheet_now.rows],
        told=so_far(scored_by(row, request.actor.user_id)), pointed=True,
        initial={"on_site_on": row.on_site_on},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"为{row.base.name}评分", button="保存评分", done="已保存评分。", back=here(pk),
        about="几位评审人各评各的，得分取各人总分的平均数。",
    )  # fmt: skip
    own_rows = [one.own for one in sheet_now.rows]
    return fill(request, form, sheet, lambda: score(
        pk=pk, given=form.given(), on_site_on=form.cleaned_data["on_site_on"], by=request.actor,
        now=timezone.now(),
    ), template="bases/lines.html", own=own_rows)  # fmt: skip


@page(DECIDE)
def decision(request: Request, pk: int) -> HttpResponse:
    row, today = round_or_404(request, pk, DECIDE), timezone.localdate()
    sheet_now = sheet_of(row)
    proposed = proposal(row, sheet_now)
    facts = {"decision": proposed, "valid_until": term_from(row.base, today)}
    form = DecideForm(request.POST or None, initial=facts)
    told = f"平均得分 {spoken(sheet_now.hundredths)}，合格分 {row.standard.pass_points}。"
    if sheet_now.unmet:
        told += f"必备条件不符合：{'、'.join(sheet_now.unmet)}。"
    sheet = Sheet(
        heading=f"决定{row.base.name}的评估结果", button="作出决定", done="已作出决定。", back=here(pk),
        about=told,
    )  # fmt: skip
    return fill(request, form, sheet, lambda: decide(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.BASE_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row = round_or_404(request, pk)
    return moved(
        request, EVALUATION, row, name,
        deed=lambda note: move_evaluation(pk, name, by=request.actor, now=timezone.now(), note=note),
        shown=lambda **told: shown(request, round_or_404(request, pk), **told), back=here(pk),
    )  # fmt: skip
