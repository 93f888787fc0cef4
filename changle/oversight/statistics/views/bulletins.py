"""Bulletins: listed, written with their numbers answered beside, issued, and what changed since."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.indicators import CATALOGUE
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.oversight.statistics.actions.telling import issue_bulletin, write_bulletin
from changle.oversight.statistics.forms import BulletinForm
from changle.oversight.statistics.models import Bulletin
from changle.oversight.statistics.queries.asking import place_of
from changle.oversight.statistics.queries.bulletins import (
    bulletins_seen,
    differences,
    faults_of,
    last_issue,
    pieces_of,
    scene_of,
)


P = Permission


def found(request: Request, pk: int) -> Bulletin:
    row = bulletins_seen(request.actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@page(P.FIGURE_VIEW)
@require_safe
def bulletins(request: Request) -> HttpResponse:
    rows = list(bulletins_seen(request.actor)[:200])
    context = {
        "rows": [(row, max((one.number for one in row.issues.all()), default=0)) for row in rows],
        "writes": request.actor.holds(P.REPORT_CLOSE),
    }
    return render(request, "statistics/bulletins.html", context)


@page(P.FIGURE_VIEW)
@require_safe
def bulletin(request: Request, pk: int) -> HttpResponse:
    row, actor = found(request, pk), request.actor
    scene = scene_of(row, timezone.localdate())
    pieces, issued = list(pieces_of(row.text, scene)), last_issue(row)
    path = str(row.node.path)
    context = {
        "row": row, "pieces": pieces, "faults": faults_of(row.text, scene), "issued": issued,
        "differs": differences(issued, pieces) if issued else [],
        "rows_at": reverse("statistics:rows"),
        "edits": actor.holds_at(P.REPORT_CLOSE, path),
        "issues": actor.holds_at(P.REPORT_DECIDE, path) and row.written_by_id != actor.user_id,
    }  # fmt: skip
    return render(request, "statistics/bulletin.html", context)


def kept(request: Request, row: Bulletin | None) -> HttpResponse:
    node = row.node if row else place_of(request.actor, request.GET.get("node", ""))
    if node is None or not request.actor.holds_at(P.REPORT_CLOSE, str(node.path)):
        raise Http404
    names = ("title", "text", "starts_on", "ends_on")
    form = BulletinForm(
        request.POST or None, initial={name: getattr(row, name) for name in names} if row else {}
    )
    at = reverse("statistics:bulletin", args=[row.pk]) if row else reverse("statistics:bulletins")
    sheet = Sheet(
        heading=f"修改“{row}”" if row else f"起草通报：{node.name}", button="保存", done="已保存。",
        back=at, about="数字写成问法，如 {registry.filed}，由平台按期间回答；“超过”“近”等照常写在旁边。",
    )  # fmt: skip
    codes = [(one.code, one.name, one.unit) for one in CATALOGUE.values()]
    return fill(
        request, form, sheet,
        lambda: write_bulletin(node=node, pk=row.pk if row else None, by=request.actor,
                               now=timezone.now(), **form.cleaned_data),
        template="statistics/bulletin_form.html", codes=codes,
    )  # fmt: skip


@page(P.REPORT_CLOSE)
def new(request: Request) -> HttpResponse:
    return kept(request, None)


@page(P.REPORT_CLOSE)
def edit(request: Request, pk: int) -> HttpResponse:
    return kept(request, found(request, pk))


@page(P.REPORT_DECIDE)
@require_POST
def issuing(request: Request, pk: int) -> HttpResponse:
    try:
        made = issue_bulletin(pk=pk, by=request.actor, now=timezone.now())
    except Bulletin.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已印发第 {made.number} 版。")
    return redirect("statistics:bulletin", pk)
