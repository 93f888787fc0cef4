"""The table of moves of a report, and who of the two tiers looks at it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.lifecycle import Lifecycle, Move, MoveRefused, Offer
from changle.core.reach import Actor
from changle.ground.matters.models import Matter, ReviewRule
from changle.ground.matters.queries import licence_rules, missing, review_rule
from changle.ground.matters.queries.days import licence_missing
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


State = Matter.State
REPORT, REVIEW = Permission.MATTER_REPORT, Permission.MATTER_REVIEW
EDITABLE = {State.DRAFT, State.GUIDED, State.STOPPED}
# While it is open the licence may still be handed in.
LICENSABLE = EDITABLE | {State.SUBMITTED, State.ACKNOWLEDGED}
ANSWERS = {"acknowledge", "guide", "stop"}
REVIEWS = ANSWERS | {"close", "return_report", "settle"}


def complete(row: Matter) -> None:
    if row.organisation.state not in Organisation.LIVING:
        raise MoveRefused(f"组织{row.organisation.state_label()}，不能再报告。")
    if lacking := missing(row):
        raise MoveRefused(f"还缺：{'、'.join(lacking)}。")


def licensed(row: Matter) -> None:
    if sentence := licence_missing(row, licence_rules()):
        raise MoveRefused(sentence)


def event(row: Matter) -> None:
    if not row.type.is_event:
        raise MoveRefused("这类事项没有现场活动。")


def decision(row: Matter) -> None:
    if row.type.is_event:
        raise MoveRefused("有现场活动的事项在报告结果后办结。")


def is_district(path: str) -> bool:
    """Whether a grant at this path is one over the whole district."""
    return path.count(".") == 1


class MatterLife(Lifecycle[Matter]):
    """A lifecycle whose reviewer depends on the kind of the body, and is never who reported."""

    def may_review(self, row: Matter, by: Actor, rule: ReviewRule) -> str:
        """Why a person may not answer this report; "" if they may.

        Where the street answers, the district above it may step in; never the other way round.
        """
        if by.user_id and by.user_id in {row.submitted_by_id, row.reported_by_id}:
            return "不能处理自己报告的事项，请由其他工作人员处理。"
        tier = rule.tier_of(registered=row.organisation.is_registered)
        over = [path for path in by.reach.get(REVIEW, ()) if is_district(path)]
        if tier == ReviewRule.Tier.DISTRICT and not over:
            return "登记的组织的重大事项由区里处理。"
        return ""

    def offers(self, rows: Collection[Matter], *, to: Actor) -> "list[Offer[Matter]]":
        offered = super().offers(rows, to=to)
        rule = review_rule()
        return [
            (
                row,
                [
                    move
                    for move in moves
                    if move.name not in REVIEWS or not self.may_review(row, to, rule)
                ],
            )
            for row, moves in offered
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
    ) -> Matter:
        if name in REVIEWS:
            rows = by.rows(Matter, self.moves[name].needs).select_related("organisation")
            if sentence := self.may_review(rows.get(pk=pk), by, review_rule()):
                raise MoveRefused(sentence)
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[Matter]":
        """A reviewer's list holds what their own tier answers, not what they merely oversee."""
        rows = super().waiting(actor)
        if actor.holds(REVIEW):
            mine = Q(pk__in=self.theirs(actor).values("pk"))
            if actor.holds(REPORT):
                mine |= ~Q(state__in=(State.SUBMITTED, State.REPORTED))
            rows = rows.filter(mine)
        return rows.select_related("organisation")

    def theirs(self, actor: Actor) -> "QuerySet[Matter]":
        rule, kinds = review_rule(), set[str]()
        paths = actor.reach.get(REVIEW, ())
        tiers = {
            ReviewRule.Tier.DISTRICT if is_district(p) else ReviewRule.Tier.STREET for p in paths
        }
        if rule.registered_tier in tiers:
            kinds |= set(Organisation.REGISTERED)
        if rule.filed_tier in tiers:
            kinds |= {"BA", "PRE"}
        rows = actor.rows(Matter, REVIEW).filter(organisation__kind__in=kinds)
        rows = rows.exclude(submitted_by_id=actor.user_id)
        return rows.exclude(reported_by_id=actor.user_id)


OPEN = {State.SUBMITTED, State.ACKNOWLEDGED, State.GUIDED, State.STOPPED}

MATTER = MatterLife(
    Matter,
    Move(name="submit", label="提交报告", sources=EDITABLE, target=State.SUBMITTED, needs=REPORT,
         guard=complete, todo=True, by_action=True, tells=REVIEW),
    Move(name="withdraw", label="撤回", sources={State.DRAFT, State.SUBMITTED, State.GUIDED},
         target=State.WITHDRAWN, needs=REPORT, grave=True),
    Move(name="acknowledge", label="已知悉", sources={State.SUBMITTED}, target=State.ACKNOWLEDGED,
         needs=REVIEW, guard=licensed, todo=True, tells=REPORT),
    Move(name="guide", label="提示（退回补充）", sources={State.SUBMITTED}, target=State.GUIDED,
         needs=REVIEW, reasoned=True, tells=REPORT),
    Move(name="stop", label="建议停止", sources={State.SUBMITTED, State.ACKNOWLEDGED},
         target=State.STOPPED, needs=REVIEW, reasoned=True, grave=True, tells=REPORT),
    Move(name="settle", label="办结", sources={State.ACKNOWLEDGED}, target=State.CLOSED,
         needs=REVIEW, guard=decision, by_action=True),
    Move(name="hold", label="已举办", sources=OPEN, target=State.HELD, needs=REPORT, guard=event,
         by_action=True),
    Move(name="cancel", label="取消（不再举办）", sources={State.ACKNOWLEDGED, State.STOPPED},
         target=State.CANCELLED, needs=REPORT, reasoned=True, grave=True, tells=REVIEW),
    Move(name="ask_report", label="待报结果", sources={State.SUBMITTED, State.ACKNOWLEDGED, State.GUIDED, State.HELD},
         target=State.POST_REPORT_DUE, needs=REPORT, guard=event, by_action=True, tells=REPORT),
    Move(name="report", label="报告结果", sources={State.HELD, State.POST_REPORT_DUE},
         target=State.REPORTED, needs=REPORT, todo=True, by_action=True, tells=REVIEW),
    Move(name="return_report", label="退回结果报告", sources={State.REPORTED},
         target=State.POST_REPORT_DUE, needs=REVIEW, reasoned=True, tells=REPORT),
    Move(name="close", label="确认办结", sources={State.REPORTED}, target=State.CLOSED,
         needs=REVIEW, todo=True, tells=REPORT),
)  # fmt: skip
