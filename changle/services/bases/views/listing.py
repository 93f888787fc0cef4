"""The bases of a place, and a new one."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.registry.queries import streets_seen
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.bases.actions.keeping import plan_base
from changle.services.bases.forms.bases import PlanForm
from changle.services.bases.models import Base, Tier
from changle.services.bases.queries.bases import (
    Filters,
    lines_of,
    listed,
    nodes_for_bases,
    sums,
)


@page(Permission.BASE_VIEW)
def bases(request: Request) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    filters = Filters.of(request.GET)
    asked, here = filters.asked(), reverse("bases:bases")
    lines, following = lines_of(listed(actor, filters, today), today, request.GET.get("after", ""))
    context = {
        "filters": filters,
        "asked": asked,
        "lines": lines,
        "next": f"{here}?{urlencode({**asked, 'after': following})}" if following else "",
        "tiers": Tier.choices,
        "states": Base.State.choices,
        "streets": list(streets_seen(actor).values_list("pk", "name")),
        "sums": sums(actor),
        "adds": actor.holds(Permission.BASE_EDIT),
        "rules": actor.holds(Permission.BASE_RULE),
    }
    return render(request, "bases/bases.html", context)


@page(Permission.BASE_EDIT)
def add(request: Request) -> HttpResponse:
    form = PlanForm(
        request.POST or None, nodes=nodes_for_bases(request.actor),
        initial={"planned_on": timezone.localdate()},
    )  # fmt: skip
    sheet = Sheet(
        heading="登记孵化基地", button="登记", done="已登记基地，请接着备齐材料、逐条自查。",
        back=reverse("bases:bases"),
        about="基地设在区、街道、社区或某个中心的节点上；设在中心的，场地、功能区和安全检查直接取自该中心。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: plan_base(
        node=form.cleaned_data["node"], tier=form.cleaned_data["tier"], facts=form.facts(),
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip
