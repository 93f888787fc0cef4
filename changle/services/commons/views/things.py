"""The keepers of a house enter what it shares besides rooms: things, experts, vehicles."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet
from changle.services.commons.actions.things import (
    bring_back_thing,
    retire_thing,
    set_shared,
    set_thing,
)
from changle.services.commons.forms.houses import RetireForm
from changle.services.commons.forms.things import SharedForm, ThingForm
from changle.services.commons.models import Space
from changle.services.commons.queries.shared import spaces_of_kind, things_of_house
from changle.services.commons.views.houses import house_to_edit, one_of, weighing
from changle.services.commons.views.posting import done


KINDS = {Space.Kind.PERSON: "专家师资", Space.Kind.VEHICLE: "车辆"}


def page_of(pk: int) -> str:
    return reverse("commons:things", args=[pk])


@page(Permission.SPACE_EDIT)
def things(request: Request, centre: int) -> HttpResponse:
    row, now = house_to_edit(request, centre), timezone.now()
    context: dict[str, Any] = {
        "row": row,
        "things": things_of_house(row, now, timezone.localdate(now)),
        "kinds": [
            {"kind": kind, "label": label, "rows": spaces_of_kind(row, kind)}
            for kind, label in KINDS.items()
        ],
        "has_rules": row.policies.exists(),
    }
    return render(request, "commons/things.html", context)


@page(Permission.SPACE_EDIT)
def thing(request: Request, centre: int, pk: int | None = None) -> HttpResponse:
    row = house_to_edit(request, centre)
    known = one_of(row.things.select_related("pool"), pk)
    form = ThingForm(request.POST or None, instance=known)
    heading = f"修改{known.name}" if known else f"{row.name}：新增物资"
    sheet = Sheet(heading=heading, button="保存", done="已保存。", back=page_of(centre))
    return weighing(request, form, sheet, lambda: set_thing(
        centre_pk=centre, pk=pk, quantity=form.cleaned_data["quantity"], facts=form.facts(),
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
def thing_retire(request: Request, centre: int, pk: int) -> HttpResponse:
    row = house_to_edit(request, centre)
    known = one_of(row.things, pk)
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"停用{known.name}", button="停用", done="已停用。", back=page_of(centre), grave=True,
        about="从这一天起不能再预约和借用；以前的记录保留。",
    )  # fmt: skip
    return weighing(request, form, sheet, lambda: retire_thing(
        centre_pk=centre, pk=pk, on=form.cleaned_data["on"], by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(Permission.SPACE_EDIT)
@require_POST
def thing_bring_back(request: Request, centre: int, pk: int) -> HttpResponse:
    one_of(house_to_edit(request, centre).things, pk)
    return done(
        request,
        lambda: bring_back_thing(centre_pk=centre, pk=pk, by=request.actor, now=timezone.now()),
        back=page_of(centre), told="已恢复使用。",
    )  # fmt: skip


@page(Permission.SPACE_EDIT)
def shared(request: Request, centre: int, kind: str, pk: int | None = None) -> HttpResponse:
    """An expert or a vehicle; hours, closing down and photos are those of rooms."""
    if kind not in KINDS:
        raise Http404
    row = house_to_edit(request, centre)
    known = one_of(row.spaces.filter(kind=kind), pk)
    form = SharedForm(request.POST or None, instance=known, centre=row, kind=kind)
    heading = f"修改{known.name}" if known else f"{row.name}：新增{KINDS[Space.Kind(kind)]}"
    sheet = Sheet(heading=heading, button="保存", done="已保存。", back=page_of(centre))
    return weighing(request, form, sheet, lambda: set_shared(
        centre_pk=centre, kind=kind, pk=pk, facts=form.facts(), by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip
