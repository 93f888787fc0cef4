"""The queue of likely pairs, and one pair: looked through, put aside, taken up again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.merging.actions import dismiss, look_again, request_find
from changle.ground.merging.actions.finding import FIND_JOB
from changle.ground.merging.forms import DismissForm
from changle.ground.merging.models import DuplicatePair
from changle.ground.merging.queries.queue import (
    SCORES,
    Filters,
    last_search,
    lines_of,
    merge_between,
    page_of,
    pair_seen,
    queued,
    streets_of,
)
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.likeness import REASONS
from changle.ground.territory.roles import Permission


MERGE = Permission.ORGANISATION_MERGE
State = DuplicatePair.State


@page(MERGE)
def pairs(request: Request) -> HttpResponse:
    filters, actor = Filters.of(request.GET), request.actor
    here, asked = reverse("merging:pairs"), filters.asked()
    rows, following = page_of(queued(actor, filters), request.GET.get("after", ""))
    context = {
        "here": here,
        "filters": filters,
        "lines": lines_of(rows, actor),
        "selects": selects(request, asked),
        "narrowed": asked.keys() - {"q", "state"},
        "asked": asked,
        "search": last_search(FIND_JOB),
        "next": f"{here}?{urlencode({**asked, 'after': following})}" if following else "",
        "first": f"{here}?{urlencode(asked)}" if request.GET.get("after") else "",
    }
    return render(request, "merging/pairs.html", context)


def selects(request: Request, asked: dict[str, str]) -> list[dict[str, Any]]:
    told = [
        ("state", "状态", State.choices, State.OPEN.value),
        ("street", "街道", streets_of(request.actor), ""),
        ("reason", "相似之处", [(code, words) for code, (words, _points) in REASONS.items()], ""),
        ("score", "相似程度", SCORES, ""),
    ]
    return [
        {"name": name, "label": label, "options": options, "value": asked.get(name, preset),
         "all": name != "state"}
        for name, label, options, preset in told
        if options
    ]  # fmt: skip


@page(MERGE)
@require_POST
def find_again(request: Request) -> HttpResponse:
    request_find(by=request.actor, now=timezone.now())
    messages.success(request, "已在后台重新查找，稍后刷新本页看结果。")
    return redirect("merging:pairs")


@page(MERGE)
def pair(request: Request, pk: int) -> HttpResponse:
    return shown(request, pk)


def shown(
    request: Request,
    pk: int,
    *,
    form: DismissForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    row = pair_seen(request.actor, pk)
    if row is None:
        raise Http404
    context = {
        "row": row,
        "line": lines_of([row], request.actor)[0],
        "form": form or DismissForm(),
        "refusal": refusal,
        "merge": merge_between(row.left_id, row.right_id),
    }
    return render(request, "merging/pair.html", context, status=status)


@page(MERGE)
@require_POST
def put_aside(request: Request, pk: int) -> HttpResponse:
    form = DismissForm(request.POST)
    if not form.is_valid():
        return shown(request, pk, form=form, status=422)
    try:
        dismiss(pk=pk, by=request.actor, now=timezone.now(), note=form.cleaned_data["note"])
    except (DuplicatePair.DoesNotExist, Organisation.DoesNotExist):
        raise Http404 from None
    except Refused as refusal:
        return shown(request, pk, form=form, refusal=str(refusal), status=409)
    messages.success(request, "已记为不是同一家，除非出现新的相似之处，不再提示。")
    return redirect("merging:pairs")


@page(MERGE)
@require_POST
def take_up(request: Request, pk: int) -> HttpResponse:
    try:
        look_again(pk=pk, by=request.actor, now=timezone.now())
    except (DuplicatePair.DoesNotExist, Organisation.DoesNotExist):
        raise Http404 from None
    except Refused as refusal:
        return shown(request, pk, refusal=str(refusal), status=409)
    return redirect("merging:pair", pk)
