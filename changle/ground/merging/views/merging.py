"""Two records put together: looked through beforehand, done, taken back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.refusals import Refused
from changle.ground.merging.actions import merge, rehearse, undo
from changle.ground.merging.forms import MergeForm
from changle.ground.merging.models import DAYS_TO_UNDO, Merge
from changle.ground.merging.queries.links import linked
from changle.ground.merging.queries.queue import (
    lines_of,
    merge_seen,
    mergeable,
    merges_of,
    others_found,
    pairs_of,
    side_of,
)
from changle.ground.merging.queries.told import changed_lines, left_lines, moved_lines
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


MERGE = Permission.ORGANISATION_MERGE
MOST_ASKED = 100


@page(MERGE)
def room(request: Request, pk: int) -> HttpResponse:
    """The room of one record: what looks like it, what was put into it, and a search for another."""
    found = mergeable(request.actor, pk)
    if not found:
        raise Http404
    row, asked = found[0], request.GET.get("q", "").replace("\x00", "").strip()[:MOST_ASKED]
    context = {
        "row": row,
        "asked": asked,
        "lines": lines_of(pairs_of(row, request.actor), request.actor),
        "merges": merges_of(row),
        "others": list(others_found(request.actor, row, asked)) if asked else [],
    }
    return render(request, "merging/room.html", context)


@page(MERGE)
def together(request: Request, pk: int, other: int) -> HttpResponse:
    """Choose, look through what would move, then merge: two steps of one form."""
    found = mergeable(request.actor, *sorted((pk, other)))
    if pk == other or len(found) < 2:  # noqa: PLR2004  both
        raise Http404
    left, right = found
    form = MergeForm(request.POST or None, left=left, right=right, actor=request.actor)
    if not form.is_bound:
        return printed(request, form)
    if not form.is_valid():
        return printed(request, form, status=422)
    told: dict[str, Any] = {**form.asked(), "by": request.actor, "now": timezone.now()}
    try:
        if request.POST.get("step") != "merge":
            return printed(request, form, plan=rehearse(**told))
        row = merge(**told)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return printed(request, form, status=409)
    messages.success(request, f"已合并，{DAYS_TO_UNDO} 天内可以撤销。")
    return redirect("merging:merge", row.pk)


def printed(
    request: Request, form: MergeForm, *, plan: Merge | None = None, status: int = 200
) -> HttpResponse:
    actor, sides = request.actor, (form.left, form.right)
    context: dict[str, Any] = {
        "form": form,
        "chosen": str(form["survivor"].value() or ""),
        "sides": [{**side_of(row, actor), "linked": linked(row)} for row in sides],
        "lines": list(form.lines()),
        "versions": [form[f"version-{row.pk}"] for row in sides],
        "plan": plan,
        "days": DAYS_TO_UNDO,
    }
    if plan is not None:
        context |= described(plan, request)
    return render(request, "merging/together.html", context, status=status)


def described(row: Merge, request: Request) -> dict[str, Any]:
    return {
        "moved": moved_lines(row),
        "stayed": left_lines(row.snapshot["stayed"]),
        "changed": changed_lines(row, request.actor),
    }


@page(MERGE)
def done(request: Request, pk: int) -> HttpResponse:
    return told_of(request, pk)


def told_of(request: Request, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    row = merge_seen(request.actor, pk)
    if row is None:
        raise Http404
    mine = all(request.actor.reaches(body, MERGE) for body in (row.survivor, row.merged))
    context = {
        **described(row, request),
        "row": row,
        "refusal": refusal,
        "conflicts": left_lines(row.conflicts),
        "undoes": mine and row.may_be_undone(timezone.localdate()),
    }
    return render(request, "merging/merge.html", context, status=status)


@page(MERGE)
@require_POST
def undone(request: Request, pk: int) -> HttpResponse:
    try:
        row = undo(pk=pk, by=request.actor, now=timezone.now())
    except (Merge.DoesNotExist, Organisation.DoesNotExist):
        raise Http404 from None
    except Refused as refusal:
        return told_of(request, pk, refusal=str(refusal), status=409)
    said = f"，有 {len(row.conflicts)} 处保持现状，见下" if row.conflicts else ""
    messages.success(request, f"已撤销合并{said}。")
    return redirect("merging:merge", pk)
