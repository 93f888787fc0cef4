"""The way of a stay: asked for, allotted, agreed, signed, moved in, handed back."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused, Offer
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.leases.models import Lease


S = Lease.State
ASK, EDIT, DECIDE = Permission.LEASE_ASK, Permission.LEASE_EDIT, Permission.LEASE_DECIDE
# A stay lies with the body and with the house; each side acts only from its own.
SIDE: Mapping[str, str] = {
    ASK: "organisation__node__path",
    EDIT: "centre__node__path",
    DECIDE: "centre__node__path",
}


def not_renewed(row: Lease) -> None:
    if Lease.objects.filter(renews=row).exclude(state__in=Lease.OVER).exists():
        raise MoveRefused("已经办理续驻，请先撤回续驻。")


def on_side(row: Lease, needs: str, by: Actor) -> bool:
    node = row.organisation.node if needs == ASK else row.centre.node
    return by.holds_at(needs, str(node.path))


def fault_of(row: Lease, name: str, by: Actor) -> str:
    """Why this very person may not make a move; "" if they may."""
    me = by.user_id
    if me and name == "agree" and row.proposed_by_id == me:
        return "谁安排谁不能审批，请由其他工作人员办理。"
    if me and name == "countersign" and row.signed_by_id == me:
        return "双方不能由同一个人签署。"
    if me and name == "confirm" and row.handed_by_id == me:
        return "谁交付谁不能代为确认，请由组织确认。"
    if me and name == "close" and row.taken_back_by_id == me:
        return "谁接收谁不能核对，请由其他工作人员办理。"
    return ""


class LeaseLife(Lifecycle[Lease]):
    """A lifecycle with two sides, and deeds that one person does not do twice."""

    def offers(self, rows: Collection[Lease], *, to: Actor) -> "list[Offer[Lease]]":
        return [
            (row, [m for m in moves if on_side(row, m.needs, to) and not fault_of(row, m.name, to)])
            for row, moves in super().offers(rows, to=to)
        ]

    def may(self, row: Lease, name: str, to: Actor) -> bool:
        """Whether a move, also one by a deed, is open to a person."""
        move = self.moves[name]
        open_now = row.state in move.sources and on_side(row, move.needs, to)
        return open_now and not fault_of(row, name, to)

    def fire(
        self,
        pk: int,
        name: str,
        *,
        by: Actor,
        now: datetime,
        note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Lease:
        needs = self.moves[name].needs
        rows = by.rows(Lease, needs).select_related("centre__node", "organisation__node")
        row = rows.get(pk=pk)
        if not on_side(row, needs, by):
            raise MoveRefused("这一步不归您办理。")
        if sentence := fault_of(row, name, by):
            raise MoveRefused(sentence)
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Lease]":
        sought = Q()
        for move in self.moves.values():
            for path in actor.reach.get(move.needs, ()) if move.todo else ():
                sought |= Q((f"{SIDE[move.needs]}__under", path), state__in=sorted(move.sources))
        if not sought:
            return Lease.objects.none()
        rows = Lease.objects.filter(sought).exclude(
            state=S.PROPOSED, proposed_by__isnull=False, proposed_by_id=actor.user_id
        )
        rows = rows.exclude(
            state=S.HANDED_BACK, taken_back_by__isnull=False, taken_back_by_id=actor.user_id
        )
        return rows.order_by("due_on", "pk")


LEASE = LeaseLife(
    Lease,
    Move(name="propose", label="安排工位", sources={S.ASKED}, target=S.PROPOSED, needs=EDIT,
         by_action=True, todo=True, tells=DECIDE),
    Move(name="agree", label="同意入驻", sources={S.PROPOSED}, target=S.AGREED, needs=DECIDE,
         todo=True, tells=ASK),
    Move(name="send_back", label="退回重新安排", sources={S.PROPOSED}, target=S.ASKED,
         needs=DECIDE, reasoned=True, tells=EDIT),
    Move(name="decline", label="不同意入驻", sources={S.ASKED, S.PROPOSED}, target=S.DECLINED,
         needs=DECIDE, reasoned=True, grave=True, tells=ASK),
    Move(name="withdraw", label="撤回申请", target=S.WITHDRAWN, needs=ASK,
         sources={S.ASKED, S.PROPOSED, S.AGREED}, grave=True, tells=EDIT),
    Move(name="sign", label="签署入驻协议和承诺书", sources={S.AGREED}, target=S.COUNTERSIGNING,
         needs=ASK, todo=True, grave=True, tells=EDIT),
    Move(name="countersign", label="中心签署协议", sources={S.COUNTERSIGNING}, target=S.SIGNED,
         needs=EDIT, todo=True, grave=True, tells=ASK),
    Move(name="lapse", label="逾期未签失效", sources={S.AGREED, S.COUNTERSIGNING},
         target=S.LAPSED, needs=EDIT, by_action=True, tells=ASK),
    Move(name="hand_over", label="交付工位和钥匙", sources={S.SIGNED}, target=S.HANDING_OVER,
         needs=EDIT, by_action=True, todo=True, tells=ASK),
    Move(name="confirm", label="确认收到", sources={S.HANDING_OVER}, target=S.MOVED_IN,
         needs=ASK, todo=True, tells=EDIT),
    Move(name="dispute", label="清单不符", sources={S.HANDING_OVER}, target=S.SIGNED, needs=ASK,
         reasoned=True, tells=EDIT),
    Move(name="carry_on", label="续驻接续", sources={S.SIGNED, S.HANDING_OVER}, target=S.MOVED_IN,
         needs=EDIT, by_action=True),
    Move(name="give_notice", label="申请退出", sources={S.MOVED_IN}, target=S.ENDING, needs=ASK,
         reasoned=True, grave=True, guard=not_renewed, tells=EDIT),
    Move(name="terminate", label="终止入驻", sources={S.MOVED_IN}, target=S.ENDING, needs=DECIDE,
         by_action=True, reasoned=True, grave=True, guard=not_renewed, tells=ASK),
    Move(name="expire", label="到期", sources={S.SIGNED, S.HANDING_OVER, S.MOVED_IN},
         target=S.ENDING, needs=EDIT, by_action=True, tells=ASK),
    Move(name="roll_over", label="续驻，本期办结", sources={S.MOVED_IN}, target=S.CLOSED,
         needs=EDIT, by_action=True),
    Move(name="hand_back", label="接收退还", sources={S.ENDING}, target=S.HANDED_BACK, needs=EDIT,
         by_action=True, todo=True, tells=DECIDE),
    Move(name="close", label="核对办结", sources={S.HANDED_BACK}, target=S.CLOSED, needs=DECIDE,
         todo=True, tells=ASK),
    clocks={
        S.ASKED: Clock(working_days=5),
        S.PROPOSED: Clock(working_days=5),
        S.SIGNED: Clock(working_days=15),
        S.ENDING: Clock(working_days=15),  # handed back within 15 working days (龙华's rules)
        S.HANDED_BACK: Clock(working_days=5),
    },
)  # fmt: skip
