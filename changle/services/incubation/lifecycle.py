"""The way of an incubatee (domain rules 3.B.2): applied, reviewed, admitted, grown, let go."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused, Offer
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Appraisal, Call, Incubatee, Objection, PlanItem
from changle.services.incubation.queries.conditions import places_left
from changle.services.incubation.queries.readiness import (
    midterm_total,
    not_handed_back,
    plan_lacks,
    visits_left,
)
from changle.services.incubation.queries.scoring import complete, exit_average, outcome, rubric


S = Incubatee.State
APPLY, EDIT = Permission.INCUBATION_APPLY, Permission.INCUBATION_EDIT
DECIDE = Permission.INCUBATION_DECIDE
INSIDE = set(Incubatee.INSIDE)


def panel_is_done(row: Incubatee) -> None:
    if not complete(row):
        raise MoveRefused("评审表还没有全部提交。")


def passed(row: Incubatee) -> None:
    panel_is_done(row)
    found = outcome(row)
    if not found.may_enter:
        raise MoveRefused("平均分未达到入驻线，不能公示。")
    if found.virtual_only and not row.is_virtual:
        raise MoveRefused("得分只够虚拟孵化，请组织改申请虚拟孵化。")
    if places_left(row.call, virtual=row.is_virtual) < 1:
        raise MoveRefused("这次招募的名额已经用完。")


def planned(row: Incubatee) -> None:
    if lacks := plan_lacks(row):
        raise MoveRefused(lacks)


def scored_at_midterm(row: Incubatee) -> int:
    total = midterm_total(row)
    if total is None:
        raise MoveRefused("中期评估表还没有打分。")
    return total


def sound_at_midterm(row: Incubatee) -> None:
    total, line = scored_at_midterm(row), rubric("midterm", 1)["pass"]
    if total < line:
        raise MoveRefused(f"中期得分 {total}，低于 {line} 分，应限期整改。")


def weak_at_midterm(row: Incubatee) -> None:
    total, line = scored_at_midterm(row), rubric("midterm", 1)["pass"]
    if total >= line:
        raise MoveRefused(f"中期得分 {total}，达到 {line} 分，不必整改。")


def exit_points(row: Incubatee) -> float:
    panel_is_done(row)
    return exit_average(row)


def may_graduate(row: Incubatee) -> None:
    points, line = exit_points(row), rubric("exit", 1)["pass"]
    if points < line:
        raise MoveRefused(f"出壳评估平均 {points:.1f} 分，未达到 {line} 分。")


def may_extend(row: Incubatee) -> None:
    if row.extended:
        raise MoveRefused("只能续驻一次。")
    points, card = exit_points(row), rubric("exit", 1)
    if not card["extend"] <= points < card["pass"]:
        raise MoveRefused(
            f"出壳评估平均 {points:.1f} 分；{card['extend']} 至 {card['pass']} 分（不含）才能续驻。"
        )


def proposed_to_leave(row: Incubatee) -> None:
    if not row.exit_ground:
        raise MoveRefused("请中心先写明事由，提请强制退出。")


def handed_back(row: Incubatee) -> None:
    if sentence := not_handed_back(row):
        raise MoveRefused(sentence)


def all_visited(row: Incubatee) -> None:
    if left := visits_left(row):
        raise MoveRefused(f"还有 {left} 次回访没有完成。")


def unopposed(row: Incubatee) -> None:
    raised = Objection.objects.filter(incubatee=row)
    if raised.filter(is_upheld__isnull=True).exists():
        raise MoveRefused("公示中的异议还没有答复，答复后才能准入。")
    if raised.filter(is_upheld=True).exists():
        raise MoveRefused("有异议成立，不能准入。")


def body_has_signed(row: Incubatee) -> None:
    if row.signed_at is None:
        raise MoveRefused("请组织先签署协议和承诺书。")


def fault_of(row: Incubatee, name: str, by: Actor) -> str:
    """Why this very person may not make a move; "" if they may."""
    me = by.user_id
    if me and name in {"publicise", "admit"} and row.checked_by_id == me:
        return "谁初审谁不能审批，请由其他工作人员办理。"
    if me and name == "sign" and row.signed_by_id == me:
        return "双方不能由同一个人签署。"
    if me and name == "force_out" and row.exit_proposed_by_id == me:
        return "谁提请谁不能决定，请由其他工作人员办理。"
    return ""


def delivered(item: PlanItem) -> None:
    """What is done was given at least once, and the body says so too."""
    if not item.deliveries.filter(confirmed_at__isnull=False).exists():
        raise MoveRefused("还没有经组织确认的服务记录。")
    if item.deliveries.filter(confirmed_at__isnull=True, disputed_because="").exists():
        raise MoveRefused("还有服务记录等组织确认。")


# Moves after which the body is appraised, the first time or anew.
OPENS = {"midterm": "midterm", "probation": "midterm", "exit_review": "exit"}


class Incubation(Lifecycle[Incubatee]):
    """The table, and who may not make a move although their role may."""

    def offers(self, rows: Collection[Incubatee], *, to: Actor) -> list[Offer[Incubatee]]:
        return [
            (row, [move for move in moves if not fault_of(row, move.name, to)])
            for row, moves in super().offers(rows, to=to)
        ]

    def may(self, row: Incubatee, name: str, to: Actor) -> bool:
        """Whether a move, also one by a deed, is open to a person."""
        move = self.moves[name]
        open_now = row.state in move.sources and to.reaches(row, move.needs)
        return open_now and not fault_of(row, name, to)

    @transaction.atomic
    def fire(
        self, pk: int, name: str, *, by: Actor, now: datetime, note: str = "",
        along: Mapping[str, Any] | None = None,
    ) -> Incubatee:  # fmt: skip
        row = by.rows(Incubatee, self.moves[name].needs).get(pk=pk)
        if name == "publicise":  # two at once do not both take the last place
            Call.objects.select_for_update().get(pk=row.call_id)
        if sentence := fault_of(row, name, by):
            raise MoveRefused(sentence)
        facts = dict(along or {})
        if name == "accept":
            facts["checked_by_id"] = by.user_id or None
        if name == "exit_review":
            facts["round"] = row.round + 1
        moved = super().fire(pk, name, by=by, now=now, note=note, along=facts)
        if name in OPENS:
            earlier = Appraisal.objects.filter(incubatee=moved, stage=OPENS[name])
            Appraisal.objects.create(incubatee=moved, stage=OPENS[name], round=earlier.count() + 1)
        return moved


INCUBATEE = Incubation(
    Incubatee,
    Move(name="accept", label="资格初审通过", sources={S.APPLIED}, target=S.REVIEW, needs=EDIT,
         todo=True, tells=APPLY),
    Move(name="return", label="退回补正", sources={S.APPLIED}, target=S.RETURNED, needs=EDIT,
         reasoned=True, tells=APPLY),
    Move(name="resubmit", label="重新提交", sources={S.RETURNED}, target=S.APPLIED, needs=APPLY,
         todo=True, tells=EDIT),
    Move(name="publicise", label="公示", sources={S.REVIEW}, target=S.PUBLICISED, needs=DECIDE,
         guard=passed, todo=True, tells=APPLY),
    Move(name="reject", label="不予入驻", sources={S.APPLIED, S.REVIEW, S.PUBLICISED},
         target=S.REJECTED, needs=DECIDE, reasoned=True, grave=True, tells=APPLY),
    Move(name="admit", label="准入", sources={S.PUBLICISED}, target=S.ADMITTED, needs=DECIDE,
         guard=unopposed, by_action=True, todo=True, tells=APPLY),
    Move(name="sign", label="签约入壳", sources={S.ADMITTED}, target=S.AGREED, needs=EDIT,
         guard=body_has_signed, by_action=True, todo=True, tells=APPLY),
    Move(name="diagnose", label="开始需求评估", sources={S.AGREED}, target=S.DIAGNOSING, needs=EDIT,
         todo=True, tells=APPLY),
    Move(name="start", label="开始孵化", sources={S.DIAGNOSING}, target=S.INCUBATING, needs=EDIT,
         guard=planned, todo=True, tells=APPLY),
    Move(name="midterm", label="中期评估", sources={S.INCUBATING}, target=S.MIDTERM, needs=EDIT,
         tells=APPLY),
    Move(name="continue", label="继续孵化", sources={S.MIDTERM, S.PROBATION}, target=S.INCUBATING,
         needs=EDIT, guard=sound_at_midterm, todo=True, tells=APPLY),
    Move(name="probation", label="限期整改", sources={S.MIDTERM}, target=S.PROBATION, needs=EDIT,
         guard=weak_at_midterm, reasoned=True, tells=APPLY),
    Move(name="exit_review", label="申请出壳评估", sources={S.INCUBATING}, target=S.EXIT_REVIEW,
         needs=APPLY, tells=EDIT),
    Move(name="graduate", label="出壳", sources={S.EXIT_REVIEW}, target=S.FOLLOW_UP, needs=DECIDE,
         guard=may_graduate, by_action=True, todo=True, reasoned=True, grave=True, tells=APPLY),
    Move(name="extend", label="续驻", sources={S.EXIT_REVIEW}, target=S.INCUBATING, needs=DECIDE,
         guard=may_extend, by_action=True, reasoned=True, tells=APPLY),
    Move(name="close", label="跟踪期满办结", sources={S.FOLLOW_UP}, target=S.CLOSED, needs=EDIT,
         guard=all_visited),
    Move(name="withdraw", label="自愿退出", target=S.WITHDRAWN, needs=APPLY, grave=True,
         sources={S.APPLIED, S.RETURNED, S.REVIEW, S.PUBLICISED, S.ADMITTED, *INSIDE}, tells=EDIT),
    Move(name="force_out", label="强制退出", sources=INSIDE, target=S.HANDING_OVER, needs=DECIDE,
         guard=proposed_to_leave, by_action=True, reasoned=True, grave=True, tells=APPLY),
    Move(name="hand_over", label="交接完成", sources={S.HANDING_OVER}, target=S.FORCED_EXIT,
         needs=EDIT, guard=handed_back, by_action=True, todo=True, tells=APPLY),
    # Five working days to answer and to publish; fifteen to sign and to hand over; ten for the
    # needs and to appraise the middle; a month to mend; two for the exit review.
    clocks={S.APPLIED: Clock(working_days=5), S.PUBLICISED: Clock(working_days=5),
            S.ADMITTED: Clock(working_days=15), S.DIAGNOSING: Clock(working_days=10),
            S.MIDTERM: Clock(working_days=10), S.PROBATION: Clock(working_days=22),
            S.EXIT_REVIEW: Clock(working_days=44), S.HANDING_OVER: Clock(working_days=15)},
)  # fmt: skip

P = PlanItem.State
PLAN_ITEM: Lifecycle[PlanItem] = Lifecycle(
    PlanItem,
    Move(name="choose", label="选定", sources={P.PROPOSED, P.DROPPED}, target=P.CHOSEN, needs=EDIT),
    Move(name="drop", label="不采用", sources={P.PROPOSED, P.CHOSEN}, target=P.DROPPED, needs=EDIT,
         reasoned=True),
    Move(name="complete", label="完成", sources={P.CHOSEN}, target=P.DONE, needs=EDIT,
         guard=delivered, tells=APPLY),
)  # fmt: skip
