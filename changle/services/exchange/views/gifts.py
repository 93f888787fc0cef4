"""The book of gifts: received, on paper, handed out, made public in an emergency."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from changle.core.access import Request as Asking
from changle.core.access import page
from changle.core.documents import letter
from changle.core.money import capitals, yuan
from changle.core.refusals import Refused
from changle.core.sealed import mask_phone
from changle.ground.registry.queries import key_of
from changle.ground.territory.roles import Permission
from changle.ground.territory.views.filling import Sheet, fill
from changle.services.exchange.actions.donating import (
    disclose,
    end_emergency,
    hand_out,
    receive,
    start_emergency,
    void,
)
from changle.services.exchange.forms.keeping import (
    NAMES,
    DonationForm,
    EmergencyForm,
    HandOutForm,
    VoidForm,
)
from changle.services.exchange.models import Donation
from changle.services.exchange.queries.donating import (
    book,
    covering,
    donation_seen,
    due_on,
    emergencies,
    given_of,
    handed_out,
    item_seen,
    last_disclosed,
    receivers,
)
from changle.services.exchange.queries.named import bodies_called
from changle.services.exchange.queries.partners import partners_named


EDIT = Permission.PARTNER_EDIT


def found(request: Asking, pk: int) -> Donation:
    row = donation_seen(request.actor, pk)
    if row is None:
        raise Http404
    return row


def told_of(row: Donation) -> dict[str, Any]:
    """A gift as the book prints it; its items must be loaded."""
    things = list(row.items.all())
    return {
        "row": row,
        "things": things,
        "value": yuan(sum(one.value_fen for one in things)),
        "left": sum(one.quantity - given_of(one) for one in things),
    }


@page(EDIT)
def donations(request: Asking) -> HttpResponse:
    year = key_of(request.GET.get("year", ""))
    year = year if year and 2000 <= year < 2100 else None  # noqa: PLR2004
    emergency = key_of(request.GET.get("emergency", ""))
    rows = [told_of(row) for row in book(request.actor, year=year, emergency=emergency)]
    this = timezone.localdate().year
    standing = [one["row"].voided_at is None for one in rows]
    fen = sum(
        item.value_fen for one in rows if one["row"].voided_at is None for item in one["things"]
    )
    context = {
        "rows": rows, "year": year, "years": [this, this - 1, this - 2],
        "count": sum(standing), "sum": yuan(fen),
    }  # fmt: skip
    return render(request, "exchange/donations.html", context)


@page(EDIT)
def donation(request: Asking, pk: int) -> HttpResponse:
    row = found(request, pk)
    context = {
        **told_of(row),
        "lines": [
            (one, yuan(one.value_fen), one.quantity - given_of(one)) for one in row.items.all()
        ],
        "handed": handed_out(row),
        "phone": mask_phone(row.donor_phone),
    }
    return render(request, "exchange/donation.html", context)


@page(EDIT)
def add(request: Asking) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    places = receivers(actor)
    partners = list(partners_named(actor))
    first = places.first()
    form = DonationForm(
        request.POST or None, places=places, partners=partners, named=bodies_called,
        emergencies=covering(first, today) if first else [], initial={"received_on": today},
    )  # fmt: skip
    sheet = Sheet(
        heading="接收实物捐赠", button="登记并生成凭证", done="已登记，凭证可以打印。",
        back=reverse("exchange:donations"),
        about="只接收实物。本平台没有捐款入口；要捐款的，请对方到民政部指定的互联网募捐信息平台。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: receive(
        draft=form.draft(), by=actor, now=timezone.now()
    ), template="exchange/donation_form.html", list_id=NAMES,
        names=[one.name for one in partners], lines=list(form.bound_rows()),
        fields=form.plain_fields())  # fmt: skip


@page(EDIT)
@require_safe
def receipt(request: Asking, pk: int) -> HttpResponse:
    row = found(request, pk)
    if row.voided_at is not None:
        raise Http404
    things = list(row.items.all())
    fen = sum(one.value_fen for one in things)
    lines = [
        f"{one.name}，{one.quantity}{one.unit}，价值 {yuan(one.value_fen)}（{one.get_basis_display()}）；"
        for one in things
    ]
    on = row.received_on
    paragraphs = [
        f"我单位于 {on.year} 年 {on.month} 月 {on.day} 日收到您（贵单位）捐赠的下列实物：",
        *lines,
        f"以上合计价值人民币 {yuan(fen)}（大写：{capitals(fen)}）。",
        f"捐赠意愿（指定用途）：{row.earmark or '未指定，由接收单位统筹使用'}。",
        "我单位将按捐赠意愿使用，去向可随时查询。谨致谢意！",
        "本凭证证明实物已经接收，不是公益事业捐赠统一票据，不作为税前扣除凭据。",
    ]
    pdf = letter(
        title="实物捐赠接收凭证", number=row.receipt, to=row.donor, paragraphs=paragraphs,
        signed=row.node.name, dated=on, header=row.node.name,
    )  # fmt: skip
    headers = {"Content-Disposition": f'inline; filename="receipt-{row.year}-{row.number}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@page(EDIT)
def give(request: Asking, pk: int) -> HttpResponse:
    """Write down what became of one sort of thing."""
    row = item_seen(request.actor, pk)
    if row is None:
        raise Http404
    left = row.quantity - given_of(row)
    form = HandOutForm(request.POST or None, initial={"given_on": timezone.localdate()})
    sheet = Sheet(
        heading=f"发放{row.name}", button="登记发放", done="已登记。",
        back=reverse("exchange:donation", args=[row.donation_id]),
        about=f"还剩 {left}{row.unit}。" + (f"捐赠意愿：{row.donation.earmark}。" if row.donation.earmark else ""),
    )  # fmt: skip
    return fill(request, form, sheet, lambda: hand_out(
        item=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(EDIT)
def cancel(request: Asking, pk: int) -> HttpResponse:
    row = found(request, pk)
    form = VoidForm(request.POST or None)
    sheet = Sheet(
        heading=f"作废{row.receipt}", button="作废", done="已作废，凭证号保留不再使用。", grave=True,
        back=reverse("exchange:donation", args=[pk]), about="作废后凭证号保留，不留空号，也不再使用。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: void(
        pk=pk, by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


@page(Permission.OFFER_VIEW)
def responses(request: Asking) -> HttpResponse:
    today, actor = timezone.localdate(), request.actor
    rows = list(emergencies(actor))
    last = last_disclosed(rows)
    context = {
        "rows": [
            {
                "row": row, "last": last.get(row.pk), "due": due_on(row, last.get(row.pk)),
                "over": row.ends_on is not None,
                "late": row.ends_on is None and due_on(row, last.get(row.pk)) < today,
                "edits": actor.reaches(row, EDIT),
            }
            for row in rows
        ],
        "edits": actor.holds(EDIT),
    }  # fmt: skip
    return render(request, "exchange/emergencies.html", context)


@page(EDIT)
def start(request: Asking) -> HttpResponse:
    form = EmergencyForm(
        request.POST or None, places=receivers(request.actor),
        initial={"starts_on": timezone.localdate()},
    )  # fmt: skip
    sheet = Sheet(
        heading="启动应急响应", button="启动", done="已启动。此后至少每 5 日公布一次捐赠与去向。",
        back=reverse("exchange:emergencies"),
        about="应急期间接收的实物捐赠单独成册，至少每 5 日向社会公布一次接收和使用情况（《慈善法》）。",
    )  # fmt: skip
    return fill(request, form, sheet, lambda: start_emergency(
        by=request.actor, now=timezone.now(), **form.cleaned_data
    ))  # fmt: skip


DEEDS = {"disclose": (disclose, "已公布。"), "end": (end_emergency, "已结束，并公布了最后一次。")}


@page(EDIT)
@require_POST
def respond(request: Asking, pk: int, name: str) -> HttpResponse:
    if name not in DEEDS or not any(
        row.pk == pk and request.actor.reaches(row, EDIT) for row in emergencies(request.actor)
    ):
        raise Http404
    deed, told = DEEDS[name]
    try:
        deed(pk=pk, by=request.actor, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect("exchange:emergencies")
