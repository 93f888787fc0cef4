"""The ways of an offer, of a request, and of a use between two sides."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused
from changle.core.lifecycle import Offer as Pair
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import Offer, Request, Use


GIVEN, ASKED, USED = Offer.State, Request.State, Use.State
MAKE, VERIFY = Permission.OFFER_MAKE, Permission.OFFER_VERIFY
VERIFIES = {"verify", "refuse"}


class OfferLife(Lifecycle[Offer]):
    """Who offered it never verifies it."""

    def offers(self, rows: Collection[Offer], *, to: Actor) -> "list[Pair[Offer]]":
        return [
            (row, [m for m in moves if m.name not in VERIFIES or row.offered_by_id != to.user_id])
            for row, moves in super().offers(rows, to=to)
        ]

    def fire(
        self, pk: int, name: str, *, by: Actor, now: datetime, note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Offer:  # fmt: skip
        if name in VERIFIES:
            row = by.rows(Offer, VERIFY).get(pk=pk)
            if by.user_id and row.offered_by_id == by.user_id:
                raise MoveRefused("不能核实自己发布的资源，请由其他工作人员核实。")
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Offer]":
        return super().waiting(actor).exclude(offered_by_id=actor.user_id)


OFFER = OfferLife(
    Offer,
    Move(name="verify", label="核实通过", sources={GIVEN.OFFERED}, target=GIVEN.VERIFIED, needs=VERIFY,
         todo=True),
    Move(name="refuse", label="不予通过", sources={GIVEN.OFFERED}, target=GIVEN.REFUSED, needs=VERIFY,
         reasoned=True),
    Move(name="list", label="上架", sources={GIVEN.VERIFIED}, target=GIVEN.LISTED, needs=VERIFY),
    Move(name="submit_again", label="重新提交", target=GIVEN.OFFERED, needs=MAKE, by_action=True,
         sources={GIVEN.REFUSED, GIVEN.VERIFIED, GIVEN.LISTED}),
    Move(name="close", label="结束共享", sources={GIVEN.LISTED}, target=GIVEN.CLOSED, needs=MAKE, grave=True),
    Move(name="withdraw", label="撤回", sources={GIVEN.OFFERED, GIVEN.REFUSED, GIVEN.VERIFIED},
         target=GIVEN.WITHDRAWN, needs=MAKE, grave=True),
    Move(name="expire", label="到期", sources={GIVEN.OFFERED, GIVEN.REFUSED, GIVEN.VERIFIED, GIVEN.LISTED},
         target=GIVEN.EXPIRED, needs=MAKE, by_action=True),
    clocks={GIVEN.OFFERED: Clock(working_days=3)},
)  # fmt: skip

REQUEST = Lifecycle(
    Request,
    Move(name="match", label="对接", sources={ASKED.OPEN}, target=ASKED.MATCHED, needs=MAKE, by_action=True),
    Move(name="reopen", label="重新征集", sources={ASKED.MATCHED}, target=ASKED.OPEN, needs=MAKE,
         by_action=True),
    Move(name="fulfil", label="已满足", sources={ASKED.OPEN, ASKED.MATCHED}, target=ASKED.FULFILLED, needs=MAKE),
    Move(name="withdraw", label="撤回", sources={ASKED.OPEN, ASKED.MATCHED}, target=ASKED.WITHDRAWN, needs=MAKE,
         grave=True),
    Move(name="expire", label="到期", sources={ASKED.OPEN}, target=ASKED.EXPIRED, needs=MAKE, by_action=True),
)  # fmt: skip

TAKER = {"cancel", "give_back"}  # by who takes; every other move is the giver's
OWN = {"accept", "close"}  # never by who reserved, though they may stand on both sides


OUT = (USED.IN_USE, USED.RETURNED, USED.PROBLEM)  # not yet confirmed to be back and whole


def lent(row: Use) -> None:
    if row.offer.is_gift:
        raise MoveRefused("赠与的物品领走不还，请用“已领取”。")
    # The guard of the pool counts what is agreed; what came back late is not there all the same.
    out = Use.objects.filter(offer=row.offer_id, state__in=OUT).exclude(pk=row.pk)
    away = sum(out.values_list("quantity", flat=True))
    if away + row.quantity > row.offer.quantity:
        raise MoveRefused(f"还有 {away}{row.offer.unit} 没有收回，现在交付不了这么多。")


def given(row: Use) -> None:
    if not row.offer.is_gift:
        raise MoveRefused("借用的物品请用“交付”。")


class UseLife(Lifecycle[Use]):
    """A use has two sides, and each move belongs to one of them."""

    def at_side(self, row: Use, name: str, by: Actor) -> bool:
        place = row.node.path if name in TAKER else row.offer.node.path
        return by.holds_at(MAKE, place or "")

    def offers(self, rows: Collection[Use], *, to: Actor) -> "list[Pair[Use]]":
        return [
            (
                row,
                [
                    m for m in moves
                    if self.at_side(row, m.name, to)
                    and not (m.name in OWN and row.reserved_by_id == to.user_id)
                    and (m.name != "hand_over" or not row.offer.is_gift)
                    and (m.name != "give" or row.offer.is_gift)
                ],
            )
            for row, moves in super().offers(rows, to=to)
        ]  # fmt: skip

    def fire(
        self, pk: int, name: str, *, by: Actor, now: datetime, note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Use:  # fmt: skip
        row = by.rows(Use, MAKE).select_related("offer__node", "node").get(pk=pk)
        if not self.at_side(row, name, by):
            raise MoveRefused("这一步由另一方办理。")
        if name in OWN and by.user_id and row.reserved_by_id == by.user_id:
            raise MoveRefused("不能确认自己的预约，请由提供方的其他人办理。")
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Use]":
        """The two sides themselves; who merely oversees them is not reminded of it."""
        seats = actor.reach.get(MAKE, ())
        giver = Q(offer__node__path__in=seats) & ~Q(state=USED.IN_USE)
        mine = Q(node__path__in=seats, state=USED.IN_USE)
        own = Q(reserved_by_id=actor.user_id, state__in=(USED.RESERVED, USED.RETURNED))
        return super().waiting(actor).filter(giver | mine).exclude(own)


USE = UseLife(
    Use,
    Move(name="accept", label="同意", sources={USED.RESERVED}, target=USED.ACCEPTED, needs=MAKE, todo=True),
    Move(name="decline", label="不同意", sources={USED.RESERVED}, target=USED.CANCELLED, needs=MAKE,
         reasoned=True),
    Move(name="call_off", label="不能提供了", sources={USED.ACCEPTED}, target=USED.CANCELLED, needs=MAKE,
         reasoned=True, grave=True),
    Move(name="cancel", label="取消预约", sources={USED.RESERVED, USED.ACCEPTED}, target=USED.CANCELLED,
         needs=MAKE, grave=True),
    Move(name="hand_over", label="交付", sources={USED.ACCEPTED}, target=USED.IN_USE, needs=MAKE, guard=lent),
    Move(name="give", label="已领取", sources={USED.ACCEPTED}, target=USED.CLOSED, needs=MAKE, guard=given),
    Move(name="give_back", label="归还", sources={USED.IN_USE}, target=USED.RETURNED, needs=MAKE, todo=True),
    Move(name="close", label="确认完好收回", sources={USED.RETURNED}, target=USED.CLOSED, needs=MAKE,
         todo=True),
    Move(name="report", label="登记问题", sources={USED.IN_USE, USED.RETURNED}, target=USED.PROBLEM, needs=MAKE,
         reasoned=True),
    Move(name="settle", label="问题已处理", sources={USED.PROBLEM}, target=USED.CLOSED, needs=MAKE,
         reasoned=True, todo=True),
    clocks={USED.RESERVED: Clock(working_days=2), USED.RETURNED: Clock(working_days=2)},
)  # fmt: skip
