"""A part of an offer is reserved, handed over, given back; and so on both sides."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.exchange.actions.offering import may_act
from changle.services.exchange.actions.telling import ExchangeRefused, refuse_money, tell_side
from changle.services.exchange.lifecycle import REQUEST, USE
from changle.services.exchange.models import Offer, Request, Use
from changle.services.exchange.models.uses import FOREVER
from changle.services.exchange.queries.board import listed
from changle.services.exchange.queries.free import claims_of, free, outside
from changle.services.exchange.queries.seats import Party, street_of


MAKE = Permission.OFFER_MAKE
U = Use.State
GUARD = "offer_is_never_overdrawn"
AN_HOUR = 3600
FREES = {"decline", "call_off", "cancel"}
ENDS = {"close", "settle"}
HANDS = {"hand_over", "give"}
TOLD = {  # move -> what the other side hears
    "accept": "已同意", "decline": "没有同意", "call_off": "提供方不能提供了", "cancel": "使用方取消了",
    "hand_over": "已交付", "give": "已领取", "give_back": "已归还，请查验", "close": "已确认完好收回",
    "report": "登记了问题", "settle": "问题已处理",
}  # fmt: skip


def address(pk: int) -> str:
    return f"/desk/exchange/uses/{pk}/"


def check(offer: Offer, party: Party, start: datetime, end: datetime, now: datetime) -> None:
    today = timezone.localdate(now)
    if end <= start:
        raise ExchangeRefused("结束时间应晚于开始时间。")
    if end <= now:
        raise ExchangeRefused("这段时间已经过去。")
    if sentence := outside(offer, list(offer.times.order_by("weekday", "opens")), start, end):
        raise ExchangeRefused(sentence)
    if party.partner is not None or offer.node_id == party.node.pk:
        raise ExchangeRefused("这是本单位自己的资源，不用预约。")
    street = street_of(party.node)
    if offer.audience == Offer.Audience.STREET and (street is None or street.pk != offer.street_id):
        raise ExchangeRefused(f"这项资源只给{offer.street}的组织和单位使用。")
    if party.organisation is not None:
        verdict = eligible(party.organisation, "venue", today)
        if not verdict.ok:
            raise ExchangeRefused("".join(verdict.reasons))


@transaction.atomic
def reserve(  # noqa: PLR0913  a use has as many facts
    *,
    offer: int,
    party: Party,
    quantity: int,
    starts_at: datetime,
    ends_at: datetime,
    purpose: str,
    by: Actor,
    now: datetime,
    contact_name: str = "",
    contact_phone: str = "",
    request: Request | None = None,
) -> Use:
    """Raises ExchangeRefused, also where somebody was faster: the guard has the last word."""
    may_act(party, by)
    refuse_money(purpose)
    rows = listed(timezone.localdate(now)).select_for_update(of=("self",), no_key=True)
    row = rows.select_related("node", "organisation", "partner", "street").filter(pk=offer).first()
    if row is None:
        raise ExchangeRefused("这项资源已经下架。")
    check(row, party, starts_at, ends_at, now)
    use = Use(
        offer=row, request=request, node=party.node, organisation=party.organisation,
        quantity=quantity, starts_at=starts_at, ends_at=ends_at,
        holds_until=FOREVER if row.is_gift else ends_at, on=timezone.localdate(starts_at),
        purpose=purpose, contact_name=contact_name, contact_phone=contact_phone,
        reserved_by_id=by.user_id or None, reserved_at=now,
    )  # fmt: skip
    entered(use, now)
    record(use, "reserve", by=by, at=now, target=use.state, note=purpose)
    if request is not None:
        meet(request, use, now)
    tell_side(
        row.node, f"新的预约：{use}", also=row.offered_by_id, by=by, now=now, url=address(use.pk)
    )
    return use


def entered(use: Use, now: datetime) -> None:
    USE.begin(use, U.RESERVED, at=now)
    try:
        with transaction.atomic():
            use.save(force_insert=True)
    except IntegrityError as error:
        if GUARD not in str(error):
            raise
        claims = claims_of([use.offer_id], use.starts_at)[use.offer_id]
        left = free(use.offer, use.starts_at, use.holds_until, claims)
        told = f"还剩 {left}{use.offer.unit}" if left else "已被约满"
        raise ExchangeRefused(f"这段时间{told}，请减少数量或换个时间。") from None


def meet(request: Request, use: Use, now: datetime) -> None:
    if request.node_id != use.node_id:
        raise ExchangeRefused("只能为本单位的需求预约。")
    if request.state == Request.State.OPEN:
        REQUEST.fire(
            request.pk, "match", by=keeper(MAKE), now=now, note=str(use),
            along={"matched_on": timezone.localdate(now)},
        )  # fmt: skip


@transaction.atomic
def move_use(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> Use:
    """Every move of a use, with what must be written along."""
    row = by.rows(Use, MAKE).select_related("offer__node", "node", "request").get(pk=pk)
    moved = USE.fire(pk, name, by=by, now=now, note=note, along=along(row, name, note, now))
    if row.request is not None:
        follow(row.request, name, now)
    side = row.offer.node if name in {"cancel", "give_back"} else row.node
    also = row.offer.offered_by_id if name in {"cancel", "give_back"} else row.reserved_by_id
    text = f"{TOLD[name]}：{row}" + (f"（{note}）" if note else "")
    tell_side(side, text, also=also, by=by, now=now, url=address(pk))
    return moved


def along(row: Use, name: str, note: str, now: datetime) -> dict[str, Any]:
    """The columns that a move writes beside the state."""
    if name in FREES:
        return {"holds_until": row.starts_at}
    if name in HANDS:
        return {"handed_at": now}
    if name == "report":
        return {"settlement": note[:300]}
    told: dict[str, Any] = {}
    if name == "give_back":
        told = {"condition": note[:300]}
    elif name == "settle":
        told = {"settlement": f"{row.settlement}；{note}"[:300]}
    elif name != "close":
        return told
    back = row.returned_at or now
    until = min(row.holds_until, max(back, row.starts_at))
    told |= {"returned_at": back, "holds_until": until}
    return told | ({"hours": hours(row, back)} if name in ENDS else {})


def hours(row: Use, back: datetime) -> int:
    """From the agreed start until it was back, at the latest until the agreed end; begun hours count."""
    seconds = (min(back, row.ends_at) - row.starts_at).total_seconds()
    return int(max(0, -(-seconds // AN_HOUR)))


def follow(request: Request, name: str, now: datetime) -> None:
    """The request goes the way of the use that was to meet it."""
    house = keeper(MAKE)
    if name in {*ENDS, "give"} and request.state == Request.State.MATCHED:
        REQUEST.fire(request.pk, "fulfil", by=house, now=now)
    elif name in FREES and request.state == Request.State.MATCHED:
        others = Use.objects.filter(request=request).exclude(state=U.CANCELLED)
        if not others.exists():
            REQUEST.fire(request.pk, "reopen", by=house, now=now)
