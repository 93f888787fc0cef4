"""The life of a month's report: live, closed and sent up, sent back or published."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused, Offer
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.models import MonthlyReport


State = MonthlyReport.State
CLOSE, DECIDE = Permission.REPORT_CLOSE, Permission.REPORT_DECIDE
WORKING_DAYS = 5  # of the month after: when a month is closed


class ReportLife(Lifecycle[MonthlyReport]):
    """Closed by the place whose report it is, never by one above; published by another person."""

    def may_not(self, row: MonthlyReport, by: Actor, move: str) -> str:
        """Why a person may not make the move; "" if they may."""
        path = row.node.path or ""
        if move == "submit" and by.user_id and path not in by.reach.get(CLOSE, ()):
            return "月报由本级自己关账上报，上级不能代报。"
        if move == "publish":
            last = row.editions.order_by("-number").first()
            if last is not None and last.closed_by_id and last.closed_by_id == by.user_id:
                return "关账的人不能自己发布，请由另一位工作人员发布。"
        return ""

    def offers(self, rows: Collection[MonthlyReport], *, to: Actor) -> "list[Offer[MonthlyReport]]":
        return [
            (row, [one for one in moves if not self.may_not(row, to, one.name)])
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
    ) -> MonthlyReport:
        row = by.rows(MonthlyReport, self.moves[name].needs).select_related("node").get(pk=pk)
        if sentence := self.may_not(row, by, name):
            raise MoveRefused(sentence)
        return super().fire(pk, name, by=by, now=now, note=note, along=along)

    def waiting(self, actor: Actor) -> "QuerySet[MonthlyReport]":
        """Who closes a month is told of their own place's; who publishes, of what others closed."""
        if not (actor.holds(CLOSE) or actor.holds(DECIDE)):
            return self.model._default_manager.none()
        mine = Q(node__path__in=actor.reach.get(CLOSE, ()), state__in=(State.OPEN, State.RETURNED))
        sent = actor.rows(MonthlyReport, DECIDE).filter(state=State.SUBMITTED)
        sent = sent.exclude(editions__closed_by_id=actor.user_id)
        rows = self.model._default_manager.filter(mine | Q(pk__in=sent.values("pk")))
        return rows.order_by("due_on", "pk")


REPORT = ReportLife(
    MonthlyReport,
    Move(name="submit", label="关账并上报", sources={State.OPEN, State.RETURNED},
         target=State.SUBMITTED, needs=CLOSE, todo=True, by_action=True, tells=DECIDE),
    Move(name="send_back", label="退回", sources={State.SUBMITTED}, target=State.RETURNED,
         needs=DECIDE, reasoned=True, tells=CLOSE),
    Move(name="publish", label="发布", sources={State.SUBMITTED}, target=State.PUBLISHED,
         needs=DECIDE, todo=True, tells=CLOSE),
    clocks={State.OPEN: Clock(working_days=WORKING_DAYS),
            State.RETURNED: Clock(working_days=WORKING_DAYS)},
)  # fmt: skip
