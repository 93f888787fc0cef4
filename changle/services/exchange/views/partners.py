"""The register of partners."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from changle.core.access import Request as Asking
from changle.core.access import page
from changle.ground.registry.queries import key_of
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.exchange.actions.partnering import add_partner, change_partner
from changle.services.exchange.forms.keeping import PartnerForm
from changle.services.exchange.models import Partner
from changle.services.exchange.queries.board import TONES, streets
from changle.services.exchange.queries.partners import (
    SOON,
    listed_partners,
    offers_of,
    partner_seen,
    places_of,
)


EDIT = Permission.PARTNER_EDIT
NAMES = ("node", "name", "nature", "uscc", "superior", "address", "legal_representative",
         "contact_name", "contact_phone", "staff_count", "area", "settled_on", "about",
         "agreement_number", "starts_on", "ends_on")  # fmt: skip


def standing(row: Partner) -> tuple[str, str]:
    """Its words and its tone."""
    today = timezone.localdate()
    if row.starts_on > today:
        return "尚未开始", "near"
    if row.ends_on is None:
        return "共建中", "good"
    if row.ends_on <= today:
        return "已到期", "calm"
    if row.ends_on <= today + SOON:
        return f"还有 {(row.ends_on - today).days} 天到期", "near"
    return "共建中", "good"


@page(Permission.OFFER_VIEW)
def partners(request: Asking) -> HttpResponse:
    get = request.GET
    q = get.get("q", "").replace("\x00", "").strip()[:60]
    nature = get.get("nature", "") if get.get("nature") in Partner.Nature.values else ""
    street = key_of(get.get("street", ""))
    rows = listed_partners(request.actor, q=q, nature=nature, street=street)
    context = {
        "lines": [(row, *standing(row)) for row in rows],
        "q": q, "nature": nature, "street": street,
        "natures": Partner.Nature.choices, "streets": streets(),
        "edits": request.actor.holds(EDIT),
    }  # fmt: skip
    return render(request, "exchange/partners.html", context)


@page(Permission.OFFER_VIEW)
def partner(request: Asking, pk: int) -> HttpResponse:
    row = partner_seen(request.actor, pk)
    if row is None:
        raise Http404
    label, tone = standing(row)
    context = {
        "row": row, "label": label, "tone": tone,
        "edits": request.actor.reaches(row, EDIT),
        "clear": request.actor.holds(Permission.CONTACT_VIEW),
        "offers": [{"row": one, "tone": TONES.get(one.state, "")} for one in offers_of(row)],
    }  # fmt: skip
    return render(request, "exchange/partner.html", context)


@page(EDIT)
def add(request: Asking) -> HttpResponse:
    today = timezone.localdate()
    form = PartnerForm(
        request.POST or None, places=places_of(request.actor), initial={"starts_on": today}
    )
    sheet = Sheet(
        heading="登记共建单位", button="登记", done="已登记共建单位。", back=reverse("exchange:partners"),
        about="与街道、社区共建的机关、事业单位、企业和其他单位。它们在平台上没有账户，由所在街道或社区代为发布资源。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: add_partner(
        draft=form.draft(), by=request.actor, now=timezone.now()
    ))  # fmt: skip


@page(EDIT)
def edit(request: Asking, pk: int) -> HttpResponse:
    row = partner_seen(request.actor, pk, EDIT)
    if row is None:
        raise Http404
    begins: dict[str, Any] = {name: getattr(row, name) for name in NAMES}
    form = PartnerForm(request.POST or None, places=places_of(request.actor), initial=begins)
    sheet = Sheet(heading=f"修改{row.name}", button="保存", done="已保存。",
                  back=reverse("exchange:partner", args=[pk]))  # fmt: skip
    return fill(request, form, sheet, lambda: change_partner(
        pk=pk, draft=form.draft(), by=request.actor, now=timezone.now()
    ))  # fmt: skip
