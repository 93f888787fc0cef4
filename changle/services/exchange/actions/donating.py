"""Things are given: received with a numbered receipt, handed out, made public in an emergency."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.telling import ExchangeRefused, refuse_money
from changle.services.exchange.models import (
    Disclosure,
    Distribution,
    Donation,
    DonationItem,
    Emergency,
    Partner,
    ReceiptBook,
)
from changle.services.exchange.models.uses import FOREVER
from changle.services.exchange.queries.seats import street_of


EDIT = Permission.PARTNER_EDIT
GUARD = "gift_is_never_overspent"


@dataclass(frozen=True, kw_only=True)
class ItemDraft:
    name: str
    quantity: int
    unit: str
    value_fen: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class DonationDraft:
    node: Node
    received_on: date
    items: tuple[ItemDraft, ...]
    partner: Partner | None = None
    organisation: Organisation | None = None
    donor_name: str = ""
    donor_phone: str = ""
    is_anonymous: bool = False
    emergency: Emergency | None = None
    earmark: str = ""
    note: str = ""


def next_number(node: Node, year: int) -> int:
    """One more than the last, the book locked until the receipt is written or nothing is."""
    ReceiptBook.objects.get_or_create(node=node, year=year)
    book = ReceiptBook.objects.select_for_update().get(node=node, year=year)
    book.last += 1
    book.save(update_fields=["last"])
    return book.last


@transaction.atomic
def receive(*, draft: DonationDraft, by: Actor, now: datetime) -> Donation:
    if not by.holds_at(EDIT, draft.node.path or ""):
        raise ExchangeRefused("您不能以这个单位的名义接收捐赠。")
    if not draft.items:
        raise ExchangeRefused("请至少填写一种物品。")
    refuse_money(*(item.name for item in draft.items), draft.earmark)
    if draft.received_on > timezone.localdate(now):
        raise ExchangeRefused("接收日期不能晚于今天。")
    year = draft.received_on.year
    row = Donation(
        node=draft.node, street=street_of(draft.node), partner=draft.partner,
        organisation=draft.organisation, donor_name=draft.donor_name, donor_phone=draft.donor_phone,
        is_anonymous=draft.is_anonymous, emergency=draft.emergency, received_on=draft.received_on,
        earmark=draft.earmark, note=draft.note, year=year, number=next_number(draft.node, year),
        recorded_by_id=by.user_id or None, recorded_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    DonationItem.objects.bulk_create(
        DonationItem(donation=row, name=one.name, quantity=one.quantity, unit=one.unit,
                     value_fen=one.value_fen, basis=one.basis)
        for one in draft.items
    )  # fmt: skip
    record(row, "receive", by=by, at=now, note=row.receipt)
    return row


@transaction.atomic
def hand_out(
    *, item: int, quantity: int, given_on: date, recipient: str, by: Actor, now: datetime,
    purpose: str = "",
) -> Distribution:  # fmt: skip
    rows = DonationItem.objects.filter(donation__in=by.rows(Donation, EDIT))
    row = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("donation__node")
        .get(pk=item)
    )
    if row.donation.voided_at is not None:
        raise ExchangeRefused("这份捐赠已作废。")
    if not row.donation.received_on <= given_on <= timezone.localdate(now):
        raise ExchangeRefused("发放日期应在接收之后，也不能晚于今天。")
    given = Distribution(
        item=row, quantity=quantity, given_on=given_on, recipient=recipient, purpose=purpose,
        from_at=now, until_at=FOREVER, recorded_at=now,
        recorded_by_id=by.user_id or None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            given.save(force_insert=True)
    except IntegrityError as error:
        if GUARD not in str(error):
            raise
        out = sum(Distribution.objects.filter(item=row).values_list("quantity", flat=True))
        left = row.quantity - out
        raise ExchangeRefused(
            f"“{row.name}”只剩 {left}{row.unit}，不能发放 {quantity}{row.unit}。"
        ) from None
    record(row.donation, "hand_out", by=by, at=now,
           changes={row.name: [None, f"{quantity}{row.unit}"]}, note=recipient)  # fmt: skip
    return given


@transaction.atomic
def void(*, pk: int, reason: str, by: Actor, now: datetime) -> Donation:
    """Entered by mistake: its number stays used, so that the book has no gap."""
    row = by.rows(Donation, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if row.voided_at is not None:
        raise ExchangeRefused("这份捐赠已经作废。")
    if not reason.strip():
        raise ExchangeRefused("作废须写明原因。")
    if Distribution.objects.filter(item__donation=row).exists():
        raise ExchangeRefused("已有发放记录，不能作废。")
    row.voided_at, row.void_reason = now, reason
    row.save(update_fields=["voided_at", "void_reason"])
    record(row, "void", by=by, at=now, note=reason)
    return row


@transaction.atomic
def start_emergency(
    *, node: Node, name: str, about: str, starts_on: date, by: Actor, now: datetime
) -> Emergency:
    if not by.holds_at(EDIT, node.path or ""):
        raise ExchangeRefused("这里不在您的辖区。")
    if starts_on > timezone.localdate(now) + timedelta(days=1):
        raise ExchangeRefused("启动日期不能晚于明天。")
    row = Emergency.objects.create(node=node, name=name, about=about, starts_on=starts_on)
    record(row, "start_emergency", by=by, at=now)
    return row


@transaction.atomic
def end_emergency(*, pk: int, by: Actor, now: datetime) -> Emergency:
    """Over from today on; what was given stays public."""
    row = by.rows(Emergency, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if row.ends_on is not None:
        raise ExchangeRefused("这次应急响应已经结束。")
    row.ends_on = max(row.starts_on, timezone.localdate(now))
    row.save(update_fields=["ends_on"])
    record(row, "end_emergency", by=by, at=now)
    return disclosed(row, by=by, now=now)


@transaction.atomic
def disclose(*, pk: int, by: Actor, now: datetime) -> Emergency:
    """Make public all gifts of the response and what became of them, as of this moment."""
    return disclosed(
        by.rows(Emergency, EDIT).select_for_update(of=("self",)).get(pk=pk), by=by, now=now
    )


def disclosed(row: Emergency, *, by: Actor, now: datetime) -> Emergency:
    Disclosure.objects.create(emergency=row, at=now, by_id=by.user_id or None)
    record(row, "disclose", by=by, at=now)
    return row
