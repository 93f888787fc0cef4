"""The standards of the tiers, kept by the bureau."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.bases.actions.ruling import (
    Version,
    drop_part,
    new_version,
    save_criterion,
    save_paper,
)
from changle.services.bases.forms.bases import CriterionForm, PaperKindForm, VersionForm
from changle.services.bases.models import Criterion, Tier
from changle.services.bases.queries.rules import (
    all_standards,
    criterion,
    paper_kind,
    standard,
    standard_for,
    used,
)
from changle.services.bases.views.operating import pressed


RULE = Permission.BASE_RULE


def here() -> str:
    return reverse("bases:rules")


@page(RULE)
def rules(request: Request) -> HttpResponse:
    rows = list(all_standards())
    fixed, today = used(rows), timezone.localdate()
    told = [
        {
            "row": row,
            "sum": sum(one.points for one in row.criteria.all()),
            "changes": row.pk not in fixed,
            "holds": row.starts_on <= today and (row.ends_on is None or row.ends_on > today),
        }
        for row in rows
    ]
    return render(request, "bases/rules.html", {"standards": told, "tiers": Tier.choices})


@page(RULE)
def version(request: Request, tier: str) -> HttpResponse:
    if tier not in Tier.values:
        raise Http404
    today = timezone.localdate()
    before = standard_for(tier, today)
    facts = {
        "name": before.name if before else f"{Tier(tier).label}孵化基地标准",
        "basis": before.basis if before else "",
        "pass_points": before.pass_points if before else 60,
        "valid_months": before.valid_months if before else 36,
        "starts_on": today,
    }
    form = VersionForm(request.POST or None, initial=facts)
    sheet = Sheet(
        heading=f"新的{Tier(tier).label}基地标准", button="新建", done="已新建，请修改其中的条件和材料。",
        back=here(), about="先照搬现行标准的条件和材料，原标准到启用日期为止；已申报的基地仍按原标准。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: new_version(
        tier=tier, version=Version(**form.cleaned_data), by=request.actor, now=timezone.now()
    ))  # fmt: skip


def typed(row: Any, names: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} if row is not None else {}


@page(RULE)
def criterion_edit(request: Request, standard_pk: int, pk: int = 0) -> HttpResponse:
    held, row = standard(standard_pk), criterion(standard_pk, pk) if pk else None
    if held is None or (pk and row is None):
        raise Http404
    form = CriterionForm(
        request.POST or None, themes=Criterion.Theme.choices,
        initial=typed(row, CriterionForm.base_fields),
    )  # fmt: skip
    sheet = Sheet(heading=f"{held.name}：条件", button="保存", done="已保存条件。", back=here())
    return fill(request, form, sheet, lambda: save_criterion(
        standard=standard_pk, pk=pk or None, facts=form.cleaned_data, by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(RULE)
def paper_edit(request: Request, standard_pk: int, pk: int = 0) -> HttpResponse:
    held, row = standard(standard_pk), paper_kind(standard_pk, pk) if pk else None
    if held is None or (pk and row is None):
        raise Http404
    form = PaperKindForm(request.POST or None, initial=typed(row, PaperKindForm.base_fields))
    sheet = Sheet(heading=f"{held.name}：材料", button="保存", done="已保存材料。", back=here())
    return fill(request, form, sheet, lambda: save_paper(
        standard=standard_pk, pk=pk or None, facts=form.cleaned_data, by=request.actor,
        now=timezone.now(),
    ))  # fmt: skip


@page(RULE)
@require_POST
def criterion_end(request: Request, standard_pk: int, pk: int) -> HttpResponse:
    row = criterion(standard_pk, pk)
    if row is None:
        raise Http404
    return pressed(
        request,
        lambda: drop_part(standard=standard_pk, part=row, by=request.actor, now=timezone.now()),
        back=here(), told="已删去条件。",
    )  # fmt: skip


@page(RULE)
@require_POST
def paper_end(request: Request, standard_pk: int, pk: int) -> HttpResponse:
    row = paper_kind(standard_pk, pk)
    if row is None:
        raise Http404
    return pressed(
        request,
        lambda: drop_part(standard=standard_pk, part=row, by=request.actor, now=timezone.now()),
        back=here(), told="已删去材料。",
    )  # fmt: skip
