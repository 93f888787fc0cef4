"""The way of an activity and of the shares in it."""

from changle.core.lifecycle import Clock, Lifecycle, Move, MoveRefused
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Activity, Cohost
from changle.services.activities.queries.plans import pending_shares


State = Activity.State
Share = Cohost.State
P = Permission


def everybody_agreed(row: Activity) -> None:
    """Before it is handed in, each side has agreed to its share online."""
    waiting = pending_shares(row.pk)
    if waiting:
        raise MoveRefused(f"联办单位还没有确认分工：{'、'.join(waiting)}。")


ACTIVITY = Lifecycle(
    Activity,
    Move(name="submit", label="提交申报", sources={State.DRAFT, State.RETURNED},
         target=State.SUBMITTED, needs=P.ACTIVITY_EDIT, guard=everybody_agreed, by_action=True,
         tells=P.ACTIVITY_REVIEW),
    Move(name="approve", label="同意", sources={State.SUBMITTED}, target=State.APPROVED,
         needs=P.ACTIVITY_REVIEW, by_action=True, todo=True, tells=P.ACTIVITY_EDIT),
    Move(name="return", label="退回修改", sources={State.SUBMITTED}, target=State.RETURNED,
         needs=P.ACTIVITY_REVIEW, by_action=True, reasoned=True, tells=P.ACTIVITY_EDIT),
    Move(name="publish", label="发布", sources={State.APPROVED}, target=State.OPEN,
         needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="postpone", label="延期", sources={State.APPROVED, State.OPEN},
         target=State.POSTPONED, needs=P.ACTIVITY_EDIT, by_action=True, reasoned=True),
    Move(name="resume", label="恢复", sources={State.POSTPONED}, target=State.OPEN,
         needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="cancel", label="取消活动", target=State.CANCELLED, needs=P.ACTIVITY_EDIT,
         sources={State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED, State.OPEN,
                  State.POSTPONED},
         by_action=True, reasoned=True, grave=True),
    Move(name="end", label="各场结束", sources={State.OPEN}, target=State.ENDED,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="count", label="计入统计", sources={State.ENDED}, target=State.COUNTED,
         needs=P.SESSION_VERIFY, by_action=True),
    Move(name="void", label="作废", sources={State.ENDED, State.COUNTED}, target=State.VOID,
         needs=P.ACTIVITY_REVIEW, by_action=True, reasoned=True, grave=True),
    clocks={State.SUBMITTED: Clock(working_days=3)},
)  # fmt: skip

COHOST = Lifecycle(
    Cohost,
    Move(name="accept", label="确认分工", sources={Share.INVITED}, target=Share.ACCEPTED,
         needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="decline", label="谢绝", sources={Share.INVITED}, target=Share.DECLINED,
         needs=P.ACTIVITY_EDIT, by_action=True, reasoned=True),
    Move(name="withdraw", label="撤回邀请", sources={Share.INVITED, Share.DECLINED},
         target=Share.WITHDRAWN, needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="invite", label="再次邀请", sources={Share.DECLINED, Share.WITHDRAWN},
         target=Share.INVITED, needs=P.ACTIVITY_EDIT, by_action=True),
)  # fmt: skip
