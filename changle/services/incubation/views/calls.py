"""Calls: the list, a new one, how a body stands to it, and its application."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.core.periods import shifted
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.incubation.actions import apply, hand_paper, open_call
from changle.services.incubation.forms.intake import ApplyForm, CallForm, PaperForm
from changle.services.incubation.models import Call
from changle.services.incubation.queries.conditions import CONDITIONS, places_left, standing_to
from changle.services.incubation.queries.papers import asked_of, lists
from changle.services.incubation.queries.pipeline import (
    APPLY,
    EDIT,
    VIEW,
    bodies_of,
    body_seen,
    call_shown,
    calls_shown,
    centres_of,
    of_call,
    tone,
)
from changle.services.incubation.queries.ranking import ranking
from changle.services.incubation.views.stages import found, here


def call_or_404(pk: int) -> Call:
    row = call_shown(pk)
    if row is None:
        raise Http404
    return row


@page(VIEW)
def calls(request: Request) -> HttpResponse:
    today = timezone.localdate()
    rows = list(calls_shown())
    context = {
        "running": [one for one in rows if one.opens_on <= today < one.closes_on],
        "coming": [one for one in rows if today < one.opens_on],
        "past": [one for one in rows if one.closes_on <= today],
        "edits": request.actor.holds(EDIT),
    }
    return render(request, "incubation/calls.html", context)


@page(EDIT)
def call_add(request: Request) -> HttpResponse:
    today = timezone.localdate()
    form = CallForm(
        request.POST or None, centres=centres_of(request.actor, EDIT),
        conditions=[(code, f"符合“{label}”的条件") for code, (label, _check) in CONDITIONS.items()],
        initial={"opens_on": today, "closes_on": shifted(today, 1), "conditions": ["move_in"]},
    )  # fmt: skip
    sheet = Sheet(heading="发布招募公告", button="发布", done="已发布。",
                  back=reverse("incubation:calls"),
                  leads=lambda new: reverse("incubation:call", args=[new.pk]))  # fmt: skip
    return fill(request, form, sheet, lambda: open_call(
        centre=form.cleaned_data["centre"], terms=form.terms(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(VIEW)
def call(request: Request, pk: int) -> HttpResponse:
    """What the call says; and for one's own bodies, what is met and what is not."""
    row, today = call_or_404(pk), timezone.localdate()
    running = row.opens_on <= today < row.closes_on
    bodies = []
    for body in bodies_of(request.actor):
        answers = standing_to(row, body, today)
        bodies.append((body, answers, running and all(one.ok for one in answers)))
    context = {
        "call": row, "running": running, "bodies": bodies, "lists": lists(),
        "left": places_left(row, virtual=False), "left_virtual": places_left(row, virtual=True),
        "ranked": ranking(request.actor, row),
        "conditions": [CONDITIONS[code][0] for code in row.conditions if code in CONDITIONS],
        "rows": [(one, tone(one.state), one.overdue_days(today))
                 for one in of_call(request.actor, row)],
    }  # fmt: skip
    return render(request, "incubation/call.html", context)


@page(APPLY)
def applying(request: Request, pk: int, body: int) -> HttpResponse:
    row, applicant = call_or_404(pk), body_seen(request.actor, body, APPLY)
    if applicant is None:
        raise Http404
    form = ApplyForm(request.POST or None)
    asked = "、".join(asked_of(applicant).values())
    sheet = Sheet(
        heading=f"{applicant.name}申请“{row.title}”", button="提交申请",
        back=reverse("incubation:organisation", args=[body]),
        done="已申请。请在申请页逐项上传材料，中心在 5 个工作日内答复。",
        about=f"提交后上传：{asked}。", leads=lambda new: here(new.pk),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: apply(
        call=pk, organisation=body, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(APPLY)
def paper(request: Request, pk: int, kind: str) -> HttpResponse:
    row = found(request, pk, APPLY)
    name = asked_of(row.organisation).get(kind)
    if name is None:
        raise Http404
    form = PaperForm(request.POST or None, request.FILES or None)
    sheet = Sheet(heading=f"上传：{name}", button="上传", back=here(pk), done=f"已上传“{name}”。")
    return fill(request, form, sheet, lambda: hand_paper(
        incubatee=pk, kind=kind, upload=form.cleaned_data["file"], by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip
