"""The ways of a base, of its evaluation, of what a check found, and of a hand-over."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused, Offer
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.bases.models import Base, Evaluation, HandOver, OperatorCheck, Tier
from changle.services.bases.queries.bases import checklist_of


S, E, C, H = Base.State, Evaluation.State, OperatorCheck.State, HandOver.State
EDIT, DECIDE, OPERATE = Permission.BASE_EDIT, Permission.BASE_DECIDE, Permission.OPERATOR_EDIT
DECISIONS = {"return_application", "recognise", "start_evaluation", "renew", "rectify", "withdraw"}
OF_THE_BUREAU = (Tier.DISTRICT, Tier.STREET)  # the tiers on which the district decides


def complete(row: Base) -> None:
    lacking = checklist_of(row, timezone.localdate()).lacking
    if lacking:
        raise MoveRefused(f"还缺：{'、'.join(lacking)}。")


def confirmed(row: Base) -> None:
    unconfirmed = checklist_of(row, timezone.localdate()).unconfirmed
    if unconfirmed:
        raise MoveRefused(f"现场还没有核实符合：{'、'.join(unconfirmed)}。")


def handed_over(row: HandOver) -> None:
    lines = row.items.count()
    left = row.items.filter(received_at__isnull=True).count()
    if not lines:
        raise MoveRefused("清单是空的，没有交接任何事项。")
    if left:
        raise MoveRefused(f"还有 {left} 项没有经双方确认。")


def decides_for(tier: str, path: str, by: Actor) -> bool:
    """Whether a person decides on bases of a tier at a place.

    The bureau does on those of the district and the streets, the street (or the bureau above it) on
    those of the communities.
    """
    held = [at for at in by.reach.get(DECIDE, ()) if path.startswith(at)]
    if tier in OF_THE_BUREAU:
        return any(at.count(".") == 1 for at in held)
    return bool(held)


def over_a_district(actor: Actor) -> bool:
    """Whether a person decides on the bases of a whole district."""
    return any(at.count(".") == 1 for at in actor.reach.get(DECIDE, ()))


def fault_of(row: Base, by: Actor) -> str:
    """Why a person may not decide on a base; "" if they may."""
    if not decides_for(row.tier, str(row.node.path), by):
        return f"{row.get_tier_display()}基地由区民政局认定和评估。"
    if by.user_id and row.submitted_by_id == by.user_id and row.state == S.APPLIED:
        return "谁申请谁不能认定，请由其他工作人员办理。"
    return ""


class BaseLife(Lifecycle[Base]):
    """A lifecycle whose decider depends on the tier, and is never who applied."""

    def offers(self, rows: Collection[Base], *, to: Actor) -> "list[Offer[Base]]":
        return [
            (row, [m for m in moves if m.name not in DECISIONS or not fault_of(row, to)])
            for row, moves in super().offers(rows, to=to)
        ]

    def fire(
        self,
        pk: int,
        name: str,
        *,
        by: Actor,
        now: datetime,
        note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Base:
        if name in DECISIONS:
            rows = by.rows(Base, self.moves[name].needs).select_related("node")
            if sentence := fault_of(rows.get(pk=pk), by):
                raise MoveRefused(sentence)
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Base]":
        """An application waits for who decides on its tier and did not hand it in.

        What the base's own people have to do is not listed to who decides on it.
        """
        rows = super().waiting(actor)
        if over_a_district(actor):
            rows = rows.filter(state=S.APPLIED)
        elif actor.holds(DECIDE):
            rows = rows.exclude(state=S.APPLIED, tier__in=OF_THE_BUREAU)
            rows = rows.exclude(~Q(state=S.APPLIED), tier=Tier.COMMUNITY)
        return rows.exclude(state=S.APPLIED, submitted_by_id=actor.user_id)


BASE = BaseLife(
    Base,
    Move(name="build", label="已建成", sources={S.PLANNED}, target=S.BUILT, needs=EDIT),
    Move(name="apply", label="申请认定", sources={S.BUILT}, target=S.APPLIED, needs=EDIT,
         guard=complete, todo=True, tells=DECIDE),
    Move(name="return_application", label="退回申请", sources={S.APPLIED}, target=S.BUILT,
         needs=DECIDE, reasoned=True, tells=EDIT),
    Move(name="recognise", label="认定", sources={S.APPLIED}, target=S.RECOGNISED, needs=DECIDE,
         guard=confirmed, todo=True, by_action=True, tells=EDIT),
    Move(name="open", label="启用运营", sources={S.RECOGNISED}, target=S.OPERATING, needs=EDIT,
         todo=True),
    Move(name="start_evaluation", label="开始评估", sources={S.OPERATING},
         target=S.UNDER_EVALUATION, needs=DECIDE, by_action=True, tells=EDIT),
    Move(name="renew", label="续认", sources={S.UNDER_EVALUATION}, target=S.OPERATING,
         needs=DECIDE, by_action=True, tells=EDIT),
    Move(name="rectify", label="限期整改", sources={S.UNDER_EVALUATION}, target=S.RECTIFYING,
         needs=DECIDE, by_action=True, reasoned=True, tells=EDIT),
    Move(name="report_rectified", label="报告整改完成", sources={S.RECTIFYING},
         target=S.UNDER_EVALUATION, needs=EDIT, by_action=True, reasoned=True, todo=True,
         tells=DECIDE),
    Move(name="withdraw", label="取消认定", sources=set(Base.TITLED), target=S.WITHDRAWN,
         needs=DECIDE, reasoned=True, grave=True, tells=EDIT),
    Move(name="drop", label="不再建设", sources={S.PLANNED, S.BUILT}, target=S.WITHDRAWN,
         needs=DECIDE, reasoned=True, grave=True, tells=EDIT),
    clocks={
        S.APPLIED: Clock(working_days=20),
        S.UNDER_EVALUATION: Clock(working_days=40),
        S.RECTIFYING: Clock(working_days=30),
    },
)  # fmt: skip


class EvaluationLife(Lifecycle[Evaluation]):
    """Who stated for the base neither sends its statement back nor decides."""

    def fire(
        self,
        pk: int,
        name: str,
        *,
        by: Actor,
        now: datetime,
        note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Evaluation:
        move = self.moves[name]
        if move.needs == DECIDE:
            row = by.rows(Evaluation, DECIDE).select_related("base__node").get(pk=pk)
            if not decides_for(row.base.tier, str(row.base.node.path), by):
                raise MoveRefused(f"{row.base.get_tier_display()}基地由区民政局认定和评估。")
            if by.user_id and row.stated_by_id == by.user_id:
                raise MoveRefused("谁自评谁不能评审，请由其他工作人员办理。")
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Evaluation]":
        rows = super().waiting(actor)
        if over_a_district(actor):
            rows = rows.filter(state=E.SCORING)
        elif actor.holds(DECIDE):
            rows = rows.exclude(state=E.SCORING, base__tier__in=OF_THE_BUREAU)
            rows = rows.exclude(state=E.OPEN, base__tier=Tier.COMMUNITY)
        return rows.exclude(state=E.SCORING, stated_by_id=actor.user_id)


EVALUATION = EvaluationLife(
    Evaluation,
    Move(name="submit", label="提交自评", sources={E.OPEN}, target=E.SCORING, needs=EDIT,
         by_action=True, todo=True, tells=DECIDE),
    Move(name="return_self", label="退回自评", sources={E.SCORING}, target=E.OPEN, needs=DECIDE,
         reasoned=True, tells=EDIT),
    Move(name="decide", label="作出决定", sources={E.SCORING}, target=E.DECIDED, needs=DECIDE,
         by_action=True, todo=True, tells=EDIT),
    clocks={E.OPEN: Clock(working_days=15), E.SCORING: Clock(working_days=20)},
)  # fmt: skip


class CheckLife(Lifecycle[OperatorCheck]):
    """Who remedied does not find it remedied."""

    def fire(
        self,
        pk: int,
        name: str,
        *,
        by: Actor,
        now: datetime,
        note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> OperatorCheck:
        if name in {"accept", "refuse"}:
            row = by.rows(OperatorCheck, OPERATE).get(pk=pk)
            if by.user_id and row.remedied_by_id == by.user_id:
                raise MoveRefused("谁整改谁不能复核，请由其他工作人员办理。")
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[OperatorCheck]":
        """What is to be remedied waits for the operator; for the office only once it is late."""
        rows = super().waiting(actor)
        if actor.holds(OPERATE):
            in_time = Q(due_on__isnull=True) | Q(due_on__gte=timezone.localdate())
            rows = rows.exclude(in_time, state=C.OPEN)
        return rows


CHECK = CheckLife(
    OperatorCheck,
    Move(name="remedy", label="报告整改", sources={C.OPEN}, target=C.REMEDIED, needs=EDIT,
         by_action=True, todo=True, tells=OPERATE),
    Move(name="accept", label="复核通过", sources={C.REMEDIED}, target=C.CLOSED, needs=OPERATE,
         todo=True, tells=EDIT),
    Move(name="refuse", label="整改不到位", sources={C.REMEDIED}, target=C.OPEN, needs=OPERATE,
         reasoned=True, tells=EDIT),
    clocks={C.OPEN: Clock(working_days=10), C.REMEDIED: Clock(working_days=5)},
)  # fmt: skip

# Within 15 working days, as the rules of 龙华 give to bodies that move out.
HAND_OVER = Lifecycle(
    HandOver,
    Move(name="finish", label="交接完成", sources={H.OPEN}, target=H.DONE, needs=OPERATE,
         guard=handed_over, todo=True, tells=EDIT),
    Move(name="stop", label="中止交接", sources={H.OPEN}, target=H.STOPPED, needs=OPERATE,
         reasoned=True, grave=True, tells=EDIT),
    clocks={H.OPEN: Clock(working_days=15)},
)  # fmt: skip
