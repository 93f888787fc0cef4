"""The panel: appointed by the house, each reviewer at their own sheet, blind to the others."""

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from changle.core.access import Request, page
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import appoint, drop_reviewer, recuse, submit_sheet
from changle.services.incubation.forms.intake import AppointForm, ScoreForm, WhyForm
from changle.services.incubation.models import Appraisal, Paper
from changle.services.incubation.models import Sheet as Scores
from changle.services.incubation.queries.papers import NAMELESS, papers_of
from changle.services.incubation.queries.pipeline import (
    EDIT,
    SCORE,
    experts,
    my_sheet,
    my_sheets,
    sheets_to_fill,
)
from changle.services.incubation.queries.readiness import appraisal_of
from changle.services.incubation.queries.scoring import card_of, named_to_panel
from changle.services.incubation.views.stages import found, here


def sheet_or_404(request: Request, pk: int) -> Scores:
    row = my_sheet(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(EDIT)
def appointing(request: Request, pk: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    free, barred = experts(row, timezone.localdate())
    form = AppointForm(request.POST or None, experts=free)
    sheet = Sheet(
        heading=f"{row}：安排评审人", button="安排", done="已安排，并已通知评审人。", back=here(pk),
        about="须回避的不能选：" + "；".join(f"{name}（{why}）" for name, why in barred)
        if barred else f"评审组共 {row.call.panel_size} 人，须回避的专家不列出。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: appoint(
        incubatee=pk, reviewer=form.cleaned_data["reviewer"], by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(EDIT)
def dropping(request: Request, pk: int, reviewer: int) -> HttpResponse:
    row = found(request, pk, EDIT)
    form = WhyForm(request.POST or None)
    sheet = Sheet(heading=f"{row}：更换评审人", button="退出评审组", done="已退出，请补选。",
                  back=here(pk), grave=True,
                  about="已提交的评审表不能退出；退出的人不能再进这个评审组。")  # fmt: skip
    return fill(request, form, sheet, lambda: drop_reviewer(
        incubatee=pk, reviewer=reviewer, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


def named(row: Scores) -> tuple[Scores, str]:
    return row, named_to_panel(row.incubatee, row.round)


@page(SCORE)
def mine(request: Request) -> HttpResponse:
    context = {
        "open": [named(one) for one in sheets_to_fill(request.actor)],
        "done": [named(one) for one in my_sheets(request.actor)],
    }
    return render(request, "incubation/mine.html", context)


@page(SCORE)
def sheet(request: Request, pk: int) -> HttpResponse:
    row = sheet_or_404(request, pk)
    given: dict[str, Any] = {**row.scores, "remark": row.remark}
    body = row.incubatee
    form = ScoreForm(request.POST or None, card=card_of(body, row.round), initial=given)
    words = Sheet(
        heading=f"评审：{named_to_panel(body, row.round)}", button="提交评审表",
        back=reverse("incubation:mine"), done="评审表已提交。", grave=False,
        about="提交即声明与这个组织没有利害关系；提交后不能再改。全组提交前谁也看不到别人的分数。",
    )  # fmt: skip
    context = {
        "row": row, "papers": papers_shown(row), "appraisal": exit_report(row),
        "opened": row.submitted_at is None and not row.left_because
        and row.round == body.round and body.state in {"review", "exit_review"},
    }  # fmt: skip
    return fill(request, form, words, lambda: submit_sheet(
        sheet=pk, scores=form.scores(), remark=form.cleaned_data["remark"], by=request.actor,
        now=timezone.now(),
    ), template="incubation/sheet.html", **context)  # fmt: skip


def papers_shown(row: Scores) -> list[tuple[str, str, Paper | None]]:
    """What a reviewer may open; where the call hides names, only what bears none."""
    hidden = row.incubatee.call.is_anonymous and row.round == 0
    return [
        one for one in papers_of(row.incubatee)
        if one[2] is not None and (not hidden or one[0] in NAMELESS)
    ]  # fmt: skip


def exit_report(row: Scores) -> Appraisal | None:
    return appraisal_of(row.incubatee, "exit") if row.round else None


@page(SCORE)
@require_safe
def sheet_paper(request: Request, pk: int, kind: str) -> FileResponse:
    """A paper for the panel: a reviewer reaches the body by no grant, only through the sheet."""
    row = sheet_or_404(request, pk)
    held = next((one[2] for one in papers_shown(row) if one[0] == kind), None)
    if held is None or row.left_because or not held.file.path.is_file():
        raise Http404
    response = FileResponse(
        held.file.path.open("rb"), as_attachment=True, filename=held.file.name,
        content_type=held.file.mime,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@page(SCORE)
def recusing(request: Request, pk: int) -> HttpResponse:
    row = sheet_or_404(request, pk)
    form = WhyForm(request.POST or None)
    words = Sheet(heading=f"声明回避：{named_to_panel(row.incubatee, row.round)}", button="回避", grave=True,
                  back=reverse("incubation:mine"), done="已声明回避，中心会补选评审人。",
                  about="亲属、指导、资助、合作等可能影响公正的关系，都应当回避。")  # fmt: skip
    return fill(request, form, words, lambda: recuse(
        sheet=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
