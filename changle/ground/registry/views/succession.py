"""A body is divided, or joined with others, by law."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.registry.actions.adding import RegistryRefused
from changle.ground.registry.actions.succession import absorb, merge_by_law, split
from changle.ground.registry.forms.succession import JoinForm, SplitForm
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import detail
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


MOVE = Permission.ORGANISATION_MOVE


def standing(request: Request, pk: int) -> tuple[Organisation, Node]:
    """A registered body that this person may move, and where it lies."""
    row = detail(request.actor, pk)
    place = row.node.parent if row else None
    if row is None or place is None or not row.is_registered:
        raise Http404
    if row.state not in Organisation.LIVING or not request.actor.reaches(row, MOVE):
        raise Http404
    return row, place


def done(request: Request, deed: Any, **asked: Any) -> None:
    """A body that is not the asker's to end is refused in words: its code was typed, not chosen."""
    try:
        deed(**asked, by=request.actor, now=timezone.now())
    except Organisation.DoesNotExist:
        raise RegistryRefused("其中有的组织不在您的管理范围内。") from None


@page(MOVE)
def divide(request: Request, pk: int) -> HttpResponse:
    row, place = standing(request, pk)
    initial = {"on": timezone.localdate(), "kind": row.kind}
    form = SplitForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{row.name}分立", button="登记分立", done="已登记分立。", grave=True,
        back=reverse("registry:organisation", args=[pk]),
        about="新组织自生效日期起按“分立（合并）成立”统计；原组织终止的，同日按“分立终止”统计。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: done(
        request, split, pk=pk, into=form.drafts(place), ends=form.cleaned_data["ends"], **form.common()
    ))  # fmt: skip


@page(MOVE)
def join(request: Request, pk: int) -> HttpResponse:
    row, place = standing(request, pk)
    initial = {"on": timezone.localdate(), "kind": row.kind}
    form = JoinForm(request.POST or None, initial=initial)
    sheet = Sheet(
        heading=f"{row.name}与其他组织合并", button="登记合并", done="已登记合并。", grave=True,
        back=reverse("registry:organisation", args=[pk]),
        about="这是法律上的合并，不是清理重复记录；终止的各方自生效日期起按“合并终止”统计。",
    )  # fmt: skip

    def deed() -> None:
        others = form.cleaned_data["codes"]
        if form.cleaned_data["way"] == "merger":
            done(request, merge_by_law, pks=[pk, *others], into=form.into(place), **form.common())
        else:
            done(request, absorb, pk=pk, absorbed=others, **form.common())

    return fill(request, form, sheet, deed)
