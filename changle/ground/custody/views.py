"""The room of custody in a body's record, the list of a place, and the forms."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request, page
from changle.ground.custody.actions import change, end, renew, take
from changle.ground.custody.forms import NAMES, EndForm, TakeForm, TermsForm
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import (
    SCOPES,
    bodies_without,
    candidates,
    detail,
    in_scope,
    kept_by,
    lines_of,
    of_body,
    organisation_seen,
)
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of, streets_seen
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill


MOST_NAMES = 1000  # names offered while typing; beyond it the code says who is meant
MOST_BODIES = 200


def room(pk: int) -> str:
    return reverse("custody:organisation", args=[pk])


def body_or_404(request: Request, pk: int, needs: str) -> Organisation:
    row = organisation_seen(request.actor, pk, needs)
    if row is None:
        raise Http404
    return row


def custody_or_404(request: Request, pk: int) -> Custody:
    row = detail(request.actor, pk)
    if row is None:
        raise Http404
    return row


@page(Permission.ORGANISATION_VIEW)
def organisation(request: Request, pk: int) -> HttpResponse:
    row, today = body_or_404(request, pk, Permission.ORGANISATION_VIEW), timezone.localdate()
    own = lines_of(of_body(row), request.actor, today)
    context = {
        "row": row,
        "room": "custodies" if row.is_registered else "custody",
        "now": [line for line in own if line.standing != "ended"],
        "past": [line for line in own if line.standing == "ended"],
        "kept": lines_of(kept_by(row), request.actor, today),
        "edits": not row.is_registered and request.actor.reaches(row, Permission.CUSTODY_EDIT),
        "clear": request.actor.holds(Permission.CONTACT_VIEW),
    }
    return render(request, "custody/organisation.html", context)


@page(Permission.CUSTODY_EDIT)
def custodies(request: Request) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    asked = request.GET.get("scope", "")
    scope = asked if asked in dict(SCOPES) else "held"
    street = key_of(request.GET.get("street", ""))
    context = {
        "scope": scope,
        "scopes": SCOPES,
        "street": street,
        "streets": list(streets_seen(actor).values_list("pk", "name")),
        "lines": lines_of(in_scope(actor, scope, today, street), actor, today)
        if scope != "none"
        else [],
        "bodies": list(bodies_without(actor, today, street)[:MOST_BODIES])
        if scope == "none"
        else [],
        "most": MOST_BODIES,
    }
    return render(request, "custody/custodies.html", context)


@page(Permission.CUSTODY_EDIT)
def add(request: Request, pk: int) -> HttpResponse:
    row = body_or_404(request, pk, Permission.CUSTODY_EDIT)
    names = candidates().values_list("name", flat=True)[:MOST_NAMES]
    today = timezone.localdate()
    form = TakeForm(
        request.POST or None, request.FILES or None, names=names,
        initial={"signed_on": today, "starts_on": today, "ends_on": today + timedelta(days=365)},
    )  # fmt: skip
    sheet = Sheet(
        heading=f"为{row.name}登记代管协议", button="登记", done="已登记代管协议。", back=room(pk),
        about="备案组织没有自己的账户，资助、捐赠和活动经费都经代管方收支。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: take(
        organisation=pk, custodian=form.cleaned_data["custodian"], terms=form.terms(),
        upload=form.cleaned_data["agreement"], by=request.actor, now=timezone.now(),
    ), names=form.names)  # fmt: skip


def filled(request: Request, form: Any, sheet: Sheet, deed: Any, **context: Any) -> HttpResponse:
    return fill(request, form, sheet, deed, template="custody/form.html", list_id=NAMES, **context)


def typed(row: Custody) -> dict[str, Any]:
    names = ("agreement_number", "money_scope", "signed_on", "starts_on", "ends_on",
             "contact_name", "contact_phone")  # fmt: skip
    return {name: getattr(row, name) for name in names}


@page(Permission.CUSTODY_EDIT)
def edit(request: Request, pk: int) -> HttpResponse:
    row = custody_or_404(request, pk)
    form = TermsForm(request.POST or None, request.FILES or None, initial=typed(row))
    sheet = Sheet(
        heading=f"修改{row.organisation.name}的代管协议", button="保存", done="已保存。",
        back=room(row.organisation_id), about=f"代管方：{row.custodian.name}。换代管方请先终止，再重新登记。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: change(
        pk=pk, terms=form.terms(), upload=form.cleaned_data["agreement"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.CUSTODY_EDIT)
def renewal(request: Request, pk: int) -> HttpResponse:
    row = custody_or_404(request, pk)
    facts = typed(row) | {
        "agreement_number": "",
        "signed_on": timezone.localdate(),
        "starts_on": row.ends_on,
        "ends_on": None,
    }
    form = TermsForm(request.POST or None, request.FILES or None, initial=facts)
    sheet = Sheet(
        heading=f"续签{row.organisation.name}的代管协议", button="续签", done="已续签。",
        back=room(row.organisation_id), about=f"仍由{row.custodian.name}代管，从原协议到期之日起接续。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: renew(
        pk=pk, terms=form.terms(), upload=form.cleaned_data["agreement"],
        by=request.actor, now=timezone.now(),
    ))  # fmt: skip


@page(Permission.CUSTODY_EDIT)
def ending(request: Request, pk: int) -> HttpResponse:
    row = custody_or_404(request, pk)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    sheet = Sheet(
        heading=f"终止{row.organisation.name}的代管", button="终止代管", done="已终止代管。", grave=True,
        back=room(row.organisation_id), about=f"代管方：{row.custodian.name}。终止前请核对余额已结清或已移交。",
    )  # fmt: skip
    return filled(request, form, sheet, lambda: end(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip
