"""The resident's side: my applications, from the first word to the certificate."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, signed_in
from changle.core.file_views import serve
from changle.core.lifecycle import Offered
from changle.core.notices import inbox, mark_read
from changle.core.refusals import Refused
from changle.ground.filing.actions import (
    add_paper,
    list_members,
    start,
    strike_member,
    submit,
    withdraw,
    write,
)
from changle.ground.filing.forms import STEPS, BodyForm, PeopleForm, PremisesForm, StartForm
from changle.ground.filing.lifecycle import FILING
from changle.ground.filing.models import Filing
from changle.ground.filing.queries import facts_of, mine, mine_one, open_communities, turns_of
from changle.ground.filing.queries.filings import changes_shown, members_of, team_of
from changle.ground.filing.queries.rules import Rulebook, categories, lacks
from changle.ground.filing.queries.story import story_of, where_it_is
from changle.ground.filing.views.around import printed
from changle.ground.territory.roles import Permission


LAST = max(STEPS)
OF_CANCEL = (1, LAST)


def own_or_404(request: Request, pk: int) -> Filing:
    row = mine_one(request.actor, pk)
    if row is None:
        raise Http404
    return row


def steps_of(row: Filing) -> list[int]:
    return [n for n in STEPS if row.kind != Filing.Kind.CANCEL or n in OF_CANCEL]


def step_page(row: Filing, number: int) -> str:
    return reverse("filing:mine_step", args=[row.pk, number])


@signed_in
def filings(request: Request) -> HttpResponse:
    rows = list(mine(request.actor)[:100])
    told = [(row, where_it_is(row)) for row in rows]
    unread = list(inbox(request.actor).filter(read_at__isnull=True)[:5])
    return printed(request, "filing/mine.html", {"rows": told, "unread": unread})


@signed_in
@require_POST
def read(request: Request) -> HttpResponse:
    """A resident has no desk on which to tick their notices off."""
    mark_read(by=request.actor, now=timezone.now())
    return redirect("filing:mine")


@signed_in
def begin(request: Request) -> HttpResponse:
    asked = request.GET.get("team", "")
    team = team_of(request.actor, asked)
    initial = {"name": team.name, "community": team.community_id} if team else {}
    form = StartForm(request.POST or None, communities=open_communities(), initial=initial)
    context = {"form": form, "team": team, "terms": Rulebook(timezone.localdate()).terms()}
    if not form.is_bound:
        return printed(request, "filing/start.html", context)
    if not form.is_valid():
        return printed(request, "filing/start.html", context, status=422)
    try:
        row = start(
            **form.cleaned_data, team=team.pk if team else 0, by=request.actor, now=timezone.now()
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return printed(request, "filing/start.html", context, status=409)
    return redirect(step_page(row, 1))


@signed_in
def step(request: Request, pk: int, number: int) -> HttpResponse:
    row = own_or_404(request, pk)
    if number not in steps_of(row):
        raise Http404
    if row.state not in Filing.EDITABLE:
        return redirect("filing:mine_one", pk=pk)
    if number == LAST:
        return last_step(request, row)
    form = form_of(request, row, number)
    if not form.is_bound:
        return step_shown(request, row, number, form)
    if not form.is_valid():
        return step_shown(request, row, number, form, status=422)
    try:
        saved(request, row, form)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return step_shown(request, own_or_404(request, pk), number, form, status=409)
    stays = "stay" in request.POST
    messages.success(request, "已保存。")
    order = steps_of(row)
    return redirect(step_page(row, number if stays else order[order.index(number) + 1]))


def form_of(request: Request, row: Filing, number: int) -> Any:
    data, files = request.POST or None, request.FILES or None
    if number == 1:
        return BodyForm(data, filing=row, choices=categories())
    return {2: PeopleForm, 3: PremisesForm}[number](data, files, filing=row)


def saved(request: Request, row: Filing, form: Any) -> None:
    """The words first, so that a refused paper costs nothing of them."""
    actor, now = request.actor, timezone.now()
    write(pk=row.pk, version=form.cleaned_data["version"], values=form.values(), by=actor, now=now)
    if fresh := form.cleaned_data.get("new_members"):
        list_members(pk=row.pk, members=fresh, by=actor, now=now)
    for paper in form.uploads:
        if upload := form.cleaned_data.get(paper):
            add_paper(pk=row.pk, paper=paper, upload=upload, by=actor, now=now)


def step_shown(
    request: Request, row: Filing, number: int, form: Any, *, status: int = 200
) -> HttpResponse:
    order = steps_of(row)
    context = {
        "row": row, "form": form, "number": number, "order": order.index(number) + 1,
        "of": len(order), "title": STEPS[number],
        "steps": [(n, STEPS[n], step_page(row, n)) for n in order],
        "members": members_of(row) if number == 2 else [],  # noqa: PLR2004  the people's step
        "minimum": Rulebook(timezone.localdate()).terms(row.category_id).minimum,
        "before": step_page(row, order[order.index(number) - 1]) if number > 1 else "",
    }  # fmt: skip
    return printed(request, "filing/step.html", context, status=status)


def last_step(
    request: Request, row: Filing, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    order = steps_of(row)
    members = members_of(row)
    terms = Rulebook(timezone.localdate()).terms(row.category_id)
    context = {
        "row": row, "number": LAST, "order": len(order), "of": len(order), "title": STEPS[LAST],
        "steps": [(n, STEPS[n], step_page(row, n)) for n in order],
        "sections": facts_of(row), "members": members, "refusal": refusal,
        "lacks": lacks(row, len(members), terms), "changes": changes_shown(row),
        "before": step_page(row, order[-2]), "larger": terms.larger,
    }  # fmt: skip
    return printed(request, "filing/check.html", context, status=status)


@signed_in
@require_POST
def strike(request: Request, pk: int, member: int) -> HttpResponse:
    row = own_or_404(request, pk)
    try:
        strike_member(pk=pk, member=member, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return status_page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "已从名单删除。")
    return redirect(step_page(row, 2))


@signed_in
@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    row = own_or_404(request, pk)
    try:
        submit(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        row = own_or_404(request, pk)
        if row.state in Filing.EDITABLE:
            return last_step(request, row, refusal=str(refusal), status=409)
        return status_page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "已提交，社区会提出意见。进展会通知您。")
    return redirect("filing:mine_one", pk=pk)


@signed_in
@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    row = own_or_404(request, pk)
    try:
        withdraw(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        return status_page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "申请已撤回。")
    return redirect("filing:mine_one", pk=pk)


@signed_in
def filing(request: Request, pk: int) -> HttpResponse:
    return status_page(request, own_or_404(request, pk))


def status_page(
    request: Request, row: Filing, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    offered: list[Offered[Filing]] = FILING.buttons(row, to=request.actor)
    names = {one.move.name for one in offered}
    context = {
        "row": row, "refusal": refusal, "where": where_it_is(row),
        "story": story_of(row, list(turns_of(row))), "sections": facts_of(row),
        "members": members_of(row), "changes": changes_shown(row),
        "writes": row.state in Filing.EDITABLE, "withdraws": "withdraw" in names,
        "overdue": row.overdue_days(timezone.localdate()),
    }  # fmt: skip
    return printed(request, "filing/status.html", context, status=status)


@signed_in
def paper(request: Request, pk: int, public_id: UUID) -> HttpResponseBase:
    """A paper of one's own application: whoever handed it in may read it as the house does."""
    own_or_404(request, pk)
    request.actor = replace(request.actor, own=request.actor.own | {Permission.FILING_VIEW})
    return serve(request, public_id)
