"""The plan of a house: who sits where on a day, and its desks."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.commons.models import Centre
from changle.services.leases.actions.planning import (
    DeskRow,
    add_desks,
    add_floor,
    retire_desk,
    set_rule,
)
from changle.services.leases.forms import DesksForm, FloorForm, RetireForm, RuleForm
from changle.services.leases.models import Floor
from changle.services.leases.queries.showing import (
    WORDS,
    desk_seen,
    desks_in,
    floor_seen,
    floors_of,
    history_of,
    house_seen,
    houses_seen,
    past_of,
    seats_of,
)
from changle.services.leases.queries.terms import rule_of


VIEW, EDIT, DECIDE = Permission.LEASE_VIEW, Permission.LEASE_EDIT, Permission.LEASE_DECIDE
DM = 10


def house_or_404(request: Request, pk: int, needs: str = VIEW) -> Centre:
    row = house_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def plan_url(centre: Centre) -> str:
    return reverse("leases:plan", args=[centre.pk])


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


@page(VIEW)
def plans(request: Request) -> HttpResponse:
    return render(request, "leases/plans.html", {"centres": list(houses_seen(request.actor))})


@page(VIEW)
def plan(request: Request, pk: int) -> HttpResponse:
    centre, on = house_or_404(request, pk), day_of(request.GET.get("on", ""))
    seats = seats_of(desks_in(centre), on)
    counts = {word: sum(one.status == status for one in seats) for status, word in WORDS.items()}
    taken = sum(one.status in {"taken", "soon", "late"} for one in seats)
    drawn: list[dict[str, Any]] = [
        {"floor": floor, "width": floor.width * DM, "height": floor.height * DM,
         "seats": [one for one in seats if one.desk.floor_id == floor.pk]}
        for floor in floors_of(centre)
    ]  # fmt: skip
    context = {
        "centre": centre, "on": on, "drawn": drawn, "counts": counts, "total": len(seats),
        "taken": taken, "share": taken * 100 // len(seats) if seats else 0,
        "edits": request.actor.reaches(centre, EDIT),
        "rules": request.actor.reaches(centre, DECIDE), "rule": rule_of(centre),
    }  # fmt: skip
    return render(request, "leases/plan.html", context)


@page(VIEW)
def desk(request: Request, pk: int) -> HttpResponse:
    row = desk_seen(request.actor, pk)
    if row is None:
        raise Http404
    context = {
        "row": row, "past": past_of(row), "today": timezone.localdate(),
        "edits": request.actor.reaches(row, EDIT) and row.retired_on is None,
        "history": in_words(history_of(row._meta.label, row.pk)),
    }  # fmt: skip
    return render(request, "leases/desk.html", context)


@page(EDIT)
def floor_add(request: Request, pk: int) -> HttpResponse:
    centre = house_or_404(request, pk, EDIT)
    form = FloorForm(request.POST or None)
    sheet = Sheet(heading=f"{centre.name}：添加楼层", button="添加", done="已添加楼层。",
                  back=plan_url(centre))  # fmt: skip
    return fill(request, form, sheet, lambda: add_floor(
        centre=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def desks_add(request: Request, pk: int) -> HttpResponse:
    floor: Floor | None = floor_seen(request.actor, pk, EDIT)
    if floor is None:
        raise Http404
    form = DesksForm(request.POST or None, centre=floor.centre)
    sheet = Sheet(
        heading=f"{floor.centre.name} {floor.name}：添加一排工位", button="添加", done="已添加工位。",
        back=plan_url(floor.centre),
        about=f"楼层宽 {floor.width} 米、深 {floor.height} 米；1 米 = 10 分米。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: add_desks(
        floor=pk, row=DeskRow(**form.cleaned_data), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
def retiring(request: Request, pk: int) -> HttpResponse:
    row = desk_seen(request.actor, pk)
    if row is None or not request.actor.reaches(row, EDIT):
        raise Http404
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(heading=f"停用工位 {row.number}", button="停用", done="已停用。", grave=True,
                  back=plan_url(row.centre))  # fmt: skip
    return fill(request, form, sheet, lambda: retire_desk(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(DECIDE)
def rule(request: Request, pk: int) -> HttpResponse:
    centre = house_or_404(request, pk, DECIDE)
    held = rule_of(centre)
    form = RuleForm(
        request.POST or None, initial={name: getattr(held, name) for name in RuleForm.base_fields}
    )
    sheet = Sheet(heading=f"{centre.name}：入驻规则", button="保存", done="已保存。",
                  back=plan_url(centre), about="只对这个中心有效。")  # fmt: skip
    return fill(request, form, sheet, lambda: set_rule(
        centre=pk, facts=form.cleaned_data, by=request.actor, now=timezone.now()
    ))  # fmt: skip
