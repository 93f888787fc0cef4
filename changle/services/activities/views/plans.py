"""One activity: planned, shared, handed in, judged, published, called off."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from changle.core.access import Request, page
from changle.core.lifecycle import MoveRefused
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.activities.actions.deciding import (
    approve,
    objections,
    of_another,
    publish,
    send_back,
    submit,
)
from changle.services.activities.actions.planning import (
    ActivityDraft,
    add_session,
    plan,
    revise,
)
from changle.services.activities.actions.running import cancel_activity
from changle.services.activities.actions.sharing import answer, invite, withdraw
from changle.services.activities.forms.plans import FactsForm, NoteForm, ShareForm, TimesForm
from changle.services.activities.lifecycle import ACTIVITY
from changle.services.activities.models import Activity, Cohost
from changle.services.activities.queries.choosing import leads_of, street_of, units_near
from changle.services.activities.queries.listing import (
    TONES,
    activity_seen,
    history_of,
    sessions_of,
)
from changle.services.activities.queries.plans import shares_of, speaks_for


EDIT, REVIEW = Permission.ACTIVITY_EDIT, Permission.ACTIVITY_REVIEW
Deed = Callable[..., Any]
DEEDS: dict[str, tuple[Deed, str]] = {  # move -> deed, the word for what was typed
    "submit": (submit, ""),
    "approve": (approve, "note"),
    "return": (send_back, "reason"),
    "publish": (publish, ""),
    "cancel": (cancel_activity, "reason"),
}
NAMES = "units"


def found(request: Request, pk: int) -> Activity:
    row = activity_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.ACTIVITY_VIEW)
def activity(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def moves_of(request: Request, row: Activity) -> list[Any]:
    """The moves open to a person; a side above does not act for the lead, nor a lead for itself."""
    actor = request.actor
    leads = actor.holds_at(EDIT, str(row.lead.path))
    found = []
    for name in DEEDS:
        move = ACTIVITY.moves[name]
        if row.state not in move.sources or not actor.reaches(row, move.needs):
            continue
        if move.needs == EDIT and not leads:
            continue
        if move.needs == REVIEW and not of_another(row, actor, REVIEW):
            continue
        found.append(move)
    return found


def shown(
    request: Request, row: Activity, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    """The page; `told` is what was typed with a refused move."""
    actor = request.actor
    edits = actor.holds_at(EDIT, str(row.lead.path)) and row.state in Activity.EDITABLE
    shares = list(shares_of(row.pk))
    sessions = list(sessions_of(row))
    waits = [str(one.node) for one in shares if one.state != Cohost.State.ACCEPTED]
    context = {
        "row": row,
        "tone": TONES.get(row.state, ""),
        "moves": moves_of(request, row),
        "edits": edits,
        "against": objections(row, timezone.localdate()) if edits else [],
        "waits": waits if edits else [],
        "sessions": [(one, TONES.get(one.state, "")) for one in sessions],
        "shares": [
            (one, TONES.get(one.state, ""),
             one.state == Cohost.State.INVITED and speaks_for(actor, one.node))
            for one in shares
        ],
        "gives": {
            one.pk for one in shares
            if one.state == Cohost.State.ACCEPTED and row.state not in Activity.EDITABLE
            and speaks_for(actor, one.node)
        },
        "groups": list(row.groups.order_by("sort", "pk")),
        "history": in_words(history_of("activities.Activity", [row.pk])),
        "refusal": refusal,
        "told": told,
    }  # fmt: skip
    return render(request, "activities/activity.html", context, status=status)


@page(Permission.ACTIVITY_VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    row, form = found(request, pk), NoteForm(request.POST)
    if name not in DEEDS or not request.actor.reaches(row, ACTIVITY.moves[name].needs):
        raise Http404
    told = request.POST.get("note", "")
    if not form.is_valid():
        return shown(request, row, refusal="理由最多 200 个字。", told=told, status=422)
    deed, word = DEEDS[name]
    typed = {word: form.cleaned_data["note"]} if word else {}
    try:
        deed(pk=pk, by=request.actor, now=timezone.now(), **typed)
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    messages.success(request, f"已办理“{ACTIVITY.moves[name].label}”。")
    return redirect("activities:activity", pk)


def lead_chosen(request: Request) -> tuple[Node, list[Node]]:
    """In whose name, of those that are theirs to plan for."""
    leads = list(leads_of(request.actor))
    if not leads:
        raise Http404
    asked = request.GET.get("lead", "")
    return next((one for one in leads if str(one.pk) == asked), leads[0]), leads


@page(EDIT)
def new(request: Request) -> HttpResponse:
    lead, leads = lead_chosen(request)
    today, data = timezone.localdate(), request.POST or None
    facts = FactsForm(data, lead=lead, today=today)
    begun = {"on": request.GET.get("on", ""), "rooms": request.GET.get("room", "")}
    times = TimesForm(data, street=facts.street, initial=begun)
    status = 422 if data is not None else 200
    if data is not None and facts.is_valid() and times.is_valid():
        draft = ActivityDraft(
            title=facts.cleaned_data["title"], place=times.place_chosen(), lead=lead,
            organisation=facts.body, expected=facts.cleaned_data["expected"],
            facts={k: v for k, v in facts.facts().items() if k != "expected"},
            groups=facts.groups_chosen(),
        )  # fmt: skip
        try:
            row = plan(draft=draft, sessions=times.drafts(), by=request.actor, now=timezone.now())
        except Refused as refusal:
            times.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, "已建立活动草稿。请邀请联办单位，再提交申报。")
            return redirect("activities:activity", row.pk)
    context = {"facts": facts, "times": times, "lead": lead, "leads": leads}
    return render(request, "activities/plan.html", context, status=status)


def editable(request: Request, pk: int) -> Activity:
    row = found(request, pk)
    if not request.actor.holds_at(EDIT, str(row.lead.path)):
        raise Http404
    return row


@page(EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = editable(request, pk)
    names = ("title", "about", "expected", "risk", "safety_plan", "for_minors", "checked_on",
             "photos", "funding_line", "contact_name", "contact_phone")  # fmt: skip
    initial: dict[str, Any] = {name: getattr(row, name) for name in names}
    for name in ("series", "field", "theme", "method", "matter_type", "matter"):
        initial[name] = str(getattr(row, f"{name}_id") or "")
    initial["groups"] = [str(pk) for pk in row.groups.values_list("pk", flat=True)]
    initial["budget"] = f"{row.budget_fen / 100:.2f}" if row.budget_fen is not None else ""
    form = FactsForm(
        request.POST or None, lead=row.lead, today=timezone.localdate(), initial=initial
    )
    sheet = Sheet(
        heading=f"修改“{row}”", button="保存", done="已保存。", back=back_to(row),
    )  # fmt: skip

    def deed() -> None:
        facts = form.facts() | {"title": form.cleaned_data["title"]}
        revise(
            pk=pk, facts=facts, groups=form.groups_chosen(), by=request.actor, now=timezone.now()
        )

    return fill(request, form, sheet, deed)


def back_to(row: Activity) -> str:
    return reverse("activities:activity", args=[row.pk])


@page(EDIT)
def more_sessions(request: Request, pk: int) -> HttpResponse:
    row = editable(request, pk)
    form = TimesForm(request.POST or None, street=street_of(row.lead))
    sheet = Sheet(heading=f"为“{row}”加场次", button="加上", done="已加上。", back=back_to(row))

    def deed() -> None:
        for draft in form.drafts():
            add_session(pk=pk, draft=draft, by=request.actor, now=timezone.now())

    return fill(request, form, sheet, deed)


@page(EDIT)
def invitation(request: Request, pk: int) -> HttpResponse:
    row = editable(request, pk)
    form = ShareForm(request.POST or None)
    form.fields["unit"].widget.attrs["list"] = NAMES
    sheet = Sheet(
        heading=f"邀请联办“{row}”", button="发出邀请", done="已发出邀请，等对方确认分工。",
        back=back_to(row), about="对方在自己的工作台确认后，活动才能提交申报。",
    )  # fmt: skip
    return fill(
        request, form, sheet,
        lambda: invite(activity=pk, share=form.draft(), by=request.actor, now=timezone.now()),
        template="activities/invite.html", names=units_near(street_of(row.lead)), list_id=NAMES,
    )  # fmt: skip


@page(EDIT)
@require_POST
def answer_share(request: Request, pk: int, share: int, name: str) -> HttpResponse:
    """One's own side agrees or declines; the lead takes its invitation back."""
    row, form = found(request, pk), NoteForm(request.POST)
    if name not in {"accept", "decline", "withdraw"} or not any(
        one.pk == share for one in shares_of(row.pk)
    ):
        raise Http404
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        if name == "withdraw":
            withdraw(pk=share, by=request.actor, now=timezone.now())
        else:
            answer(pk=share, accepts=name == "accept", note=note, by=request.actor,
                   now=timezone.now())  # fmt: skip
    except Cohost.DoesNotExist:
        raise Http404 from None
    except (Refused, MoveRefused) as refusal:
        told = request.POST.get("note", "")
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    messages.success(
        request, {"accept": "已确认分工。", "decline": "已谢绝。"}.get(name, "已撤回邀请。")
    )
    return redirect("activities:activity", pk)
