"""The ways of a report: prepared, checked by oneself, handed in, verified by another, closed.

The official system decides; the moves here only prepare for it and mirror what became of it.
"""

from changle.core.lifecycle import Lifecycle, Move, MoveRefused
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import official_result, read
from changle.ground.territory.roles import Permission


State = AnnualReport.State
EDIT, REVIEW = Permission.ANNUAL_EDIT, Permission.ANNUAL_REVIEW


def nothing_left(report: AnnualReport) -> None:
    """Errors block the self-check, and so does a warning that nobody has explained."""
    left = read(report).blocking
    if left:
        raise MoveRefused(f"还有 {len(left)} 处需要处理：{left[0].sentence}")


def decided(report: AnnualReport) -> None:
    if official_result(report) is None:
        raise MoveRefused("官方系统的年检（年报）结论还没有登记，登记后才能办结。")


ANNUAL = Lifecycle(
    AnnualReport,
    Move(name="check", label="自查通过", sources={State.PREPARING, State.RETURNED},
         target=State.CHECKED, needs=EDIT, guard=nothing_left, todo=True),
    Move(name="reopen", label="退回修改", sources={State.CHECKED}, target=State.PREPARING, needs=EDIT),
    Move(name="submit", label="登记已上报", sources={State.CHECKED}, target=State.SUBMITTED,
         needs=EDIT, todo=True, by_action=True, tells=REVIEW),
    Move(name="accept", label="核对无误", sources={State.SUBMITTED}, target=State.ACCEPTED,
         needs=REVIEW, todo=True, tells=EDIT),
    Move(name="send_back", label="退回", sources={State.SUBMITTED, State.ACCEPTED},
         target=State.RETURNED, needs=REVIEW, reasoned=True, tells=EDIT),
    Move(name="close", label="办结", sources={State.ACCEPTED}, target=State.CLOSED, needs=REVIEW,
         guard=decided, tells=EDIT),
    Move(name="excuse", label="免报", sources={State.PREPARING, State.CHECKED, State.RETURNED},
         target=State.EXCUSED, needs=REVIEW, reasoned=True, grave=True),
)  # fmt: skip
