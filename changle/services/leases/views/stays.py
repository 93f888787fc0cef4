"""Stays: the list, one of them, its moves and forms, and the room of a body."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request, page
from changle.core.documents import letter
from changle.core.periods import shifted
from changle.core.refusals import Refused
from changle.ground.registry.queries import key_of
from changle.ground.territory.queries import in_words
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.leases.actions import allot, ask, free_desks, renew
from changle.services.leases.actions.staying import hand_back, hand_over, terminate
from changle.services.leases.actions.stepping import step
from changle.services.leases.forms import (
    AllotForm,
    AskForm,
    HandBackForm,
    HandOverForm,
    NoteForm,
    RenewForm,
    TerminateForm,
)
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Lease
from changle.services.leases.queries.showing import (
    SCOPES,
    agreement_of,
    body_seen,
    desks_of,
    facts_of,
    history_of,
    houses_seen,
    houses_to_ask,
    lease_seen,
    lines_of,
    listed,
    of_body,
    renewal_of,
    tone,
)


VIEW, ASK, EDIT, DECIDE = (
    Permission.LEASE_VIEW, Permission.LEASE_ASK, Permission.LEASE_EDIT, Permission.LEASE_DECIDE,
)  # fmt: skip
FORMS = {  # a move that asks for more than a word -> its page
    "propose": ("leases:allot", "安排工位"), "hand_over": ("leases:hand_over", "交付工位和钥匙"),
    "hand_back": ("leases:hand_back", "接收退还"), "terminate": ("leases:terminate", "终止入驻"),
}  # fmt: skip


def found(request: Request, pk: int) -> Lease:
    row = lease_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


def open_for(request: Request, pk: int, name: str) -> Lease:
    """The stay, if its move by this name may be made from the asker's side."""
    row = found(request, pk)
    move = LEASE.moves[name]
    path = row.organisation.node.path if move.needs == ASK else row.centre.node.path
    if not request.actor.holds_at(move.needs, str(path)):
        raise Http404
    return row


def here(pk: int) -> str:
    return reverse("leases:lease", args=[pk])


@page(VIEW)
def leases(request: Request) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    asked = request.GET.get("scope", "")
    scope = asked if asked in dict(SCOPES) else "open"
    centre, state = key_of(request.GET.get("centre", "")), request.GET.get("state", "")
    rows = listed(actor, scope=scope, centre=centre, state=state, today=today)
    context = {
        "lines": lines_of(rows, today), "scope": scope, "scopes": SCOPES, "centre": centre,
        "state": state, "states": Lease.State.choices,
        "centres": list(houses_seen(actor).values_list("pk", "name")),
        "plans": actor.holds(EDIT) or actor.holds(DECIDE),
    }  # fmt: skip
    return render(request, "leases/leases.html", context)


@page(VIEW)
def lease(request: Request, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(
    request: Request, row: Lease, *, refusal: str = "", told: str = "", status: int = 200
) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    offered = LEASE.buttons(row, to=actor)
    context = {
        "row": row, "tone": tone(row.state), "facts": facts_of(row), "desks": desks_of(row),
        "overdue": row.overdue_days(today), "renewal": renewal_of(row),
        "moves": [one for one in offered if not one.refusal and not one.move.reasoned],
        "refused": [one for one in offered if one.refusal],
        "reasoned": [one for one in offered if not one.refusal and one.move.reasoned],
        "doors": [(reverse(route, args=[row.pk]), label)
                  for name, (route, label) in FORMS.items() if LEASE.may(row, name, actor)],
        "renews": row.state == Lease.State.MOVED_IN
        and actor.holds_at(EDIT, str(row.centre.node.path)),
        "agreed": row.state not in {"asked", "proposed", "declined"},
        "plans": actor.reaches(row.centre, VIEW), "history": in_words(history_of(row._meta.label, row.pk)),
        "refusal": refusal, "told": told,
    }  # fmt: skip
    return render(request, "leases/lease.html", context, status=status)


@page(VIEW)
@require_POST
def move(request: Request, pk: int, name: str) -> HttpResponse:
    chosen = LEASE.moves.get(name)
    if chosen is None or chosen.by_action:
        raise Http404
    row = open_for(request, pk, name)
    form, told = NoteForm(request.POST), request.POST.get("note", "")
    if not form.is_valid():
        sentence = "".join(str(e) for errors in form.errors.values() for e in errors)
        return shown(request, row, refusal=sentence, told=told, status=422)
    try:
        step(pk=pk, name=name, by=request.actor, now=timezone.now(), note=form.cleaned_data["note"])
    except Refused as refusal:
        return shown(request, found(request, pk), refusal=str(refusal), told=told, status=409)
    messages.success(request, f"已办理“{chosen.label}”。")
    return redirect(here(pk))


@page(EDIT)
def allotting(request: Request, pk: int) -> HttpResponse:
    row = open_for(request, pk, "propose")
    names = ("starts_on", "ends_on", "purpose", "is_virtual")
    form = AllotForm(
        request.POST or None, free=free_desks(row.centre, row.starts_on, row.ends_on),
        initial={name: getattr(row, name) for name in names},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"为{row.organisation.name}安排工位", button="报街道审批", back=here(pk),
        done="已安排，等街道审批；工位已预留。", about=f"申请 {row.desks_wanted} 个工位。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: allot(
        pk=pk, desks=[one.pk for one in form.cleaned_data["desks"]], term=form.term(),
        displaces=form.cleaned_data["displaces"], by=request.actor, now=timezone.now(),
    ), template="leases/form.html")  # fmt: skip


def simple(
    request: Request, pk: int, name: str, form: Any, deed: Any, **words: Any
) -> HttpResponse:
    row = open_for(request, pk, name)
    sheet = Sheet(back=here(pk), done="已办理。", **{"about": str(row), **words})
    return fill(request, form, sheet, lambda: deed(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ), template="leases/form.html")  # fmt: skip


@page(EDIT)
def handing_over(request: Request, pk: int) -> HttpResponse:
    return simple(request, pk, "hand_over", HandOverForm(request.POST or None), hand_over,
                  heading="交付工位和钥匙", button="交付，请组织确认")  # fmt: skip


@page(EDIT)
def handing_back(request: Request, pk: int) -> HttpResponse:
    return simple(request, pk, "hand_back", HandBackForm(request.POST or None), hand_back,
                  heading="接收退还", button="接收")  # fmt: skip


@page(DECIDE)
def terminating(request: Request, pk: int) -> HttpResponse:
    return simple(request, pk, "terminate", TerminateForm(request.POST or None), terminate,
                  heading="终止入驻", button="终止", grave=True)  # fmt: skip


@page(EDIT)
def renewing(request: Request, pk: int) -> HttpResponse:
    row = open_for(request, pk, "hand_back")
    form = RenewForm(request.POST or None, initial={"ends_on": shifted(row.ends_on, 6)})
    return simple(request, pk, "hand_back", form, renew, heading="办理续驻", button="报街道审批",
                  about=f"{row}，原到期日 {row.ends_on}，工位不变。")  # fmt: skip


@page(VIEW)
@require_safe
def agreement(request: Request, pk: int) -> HttpResponse:
    """The agreement with its undertaking, as PDF."""
    row = found(request, pk)
    try:
        pdf = letter(**agreement_of(row, desks_of(row)))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(here(pk))
    headers = {"Content-Disposition": f'inline; filename="lease-{pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@page(VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    row = body_seen(request.actor, pk)
    if row is None:
        raise Http404
    context = {
        "row": row, "lines": lines_of(of_body(row), timezone.localdate()),
        "asks": request.actor.reaches(row, ASK),
    }  # fmt: skip
    return render(request, "leases/organisation.html", context)


@page(ASK)
def asking(request: Request, pk: int) -> HttpResponse:
    row = body_seen(request.actor, pk, ASK)
    if row is None:
        raise Http404
    today = timezone.localdate()
    form = AskForm(
        request.POST or None, centres=houses_to_ask(),
        initial={"starts_on": today, "ends_on": shifted(today, 12)},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"{row.name}申请入驻", button="提交申请", done="已提交，等中心安排工位。",
        back=reverse("leases:organisation", args=[pk]),
        about="中心安排工位，街道审批，双方签署协议后交付钥匙。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: ask(
        organisation=pk, centre=form.cleaned_data["centre"].pk, term=form.term(),
        desks_wanted=form.cleaned_data["desks_wanted"], by=request.actor, now=timezone.now(),
    ), template="leases/form.html")  # fmt: skip
