"""The way of a session, and of a sign-up to it."""

from changle.core.lifecycle import Lifecycle, Move
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Session, SignUp


State = Session.State
Up = SignUp.State
P = Permission

SESSION = Lifecycle(
    Session,
    Move(name="open", label="开放报名", sources={State.PLANNED}, target=State.OPEN,
         needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="fill", label="报满", sources={State.OPEN}, target=State.FULL,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="free", label="有名额", sources={State.FULL}, target=State.OPEN,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="start", label="开始签到", sources={State.OPEN, State.FULL}, target=State.ONGOING,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="end", label="结束", sources={State.ONGOING}, target=State.ENDED,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="record", label="待归档", sources={State.ENDED}, target=State.RECORDING,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="verify", label="核实", sources={State.RECORDING}, target=State.VERIFIED,
         needs=P.SESSION_VERIFY, by_action=True, todo=True),
    Move(name="ask_more", label="退回补充", sources={State.RECORDING}, target=State.RECORDING,
         needs=P.SESSION_VERIFY, by_action=True, reasoned=True, tells=P.SESSION_RUN),
    Move(name="count", label="计入统计", sources={State.VERIFIED}, target=State.COUNTED,
         needs=P.SESSION_VERIFY, by_action=True),
    Move(name="cancel", label="取消场次", target=State.CANCELLED, needs=P.ACTIVITY_EDIT,
         sources={State.PLANNED, State.OPEN, State.FULL, State.POSTPONED}, by_action=True,
         reasoned=True, grave=True),
    Move(name="postpone", label="延期", sources={State.PLANNED, State.OPEN, State.FULL},
         target=State.POSTPONED, needs=P.ACTIVITY_EDIT, by_action=True, reasoned=True),
    Move(name="resume", label="改期恢复", sources={State.POSTPONED}, target=State.OPEN,
         needs=P.ACTIVITY_EDIT, by_action=True),
    Move(name="void", label="作废", target=State.VOID, needs=P.SESSION_VERIFY, by_action=True,
         sources={State.ONGOING, State.ENDED, State.RECORDING, State.VERIFIED, State.COUNTED},
         reasoned=True, grave=True),
)  # fmt: skip

SIGN_UP = Lifecycle(
    SignUp,
    Move(name="offer", label="候补递补", sources={Up.WAITLISTED}, target=Up.OFFERED,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="accept", label="确认参加", sources={Up.OFFERED}, target=Up.CONFIRMED,
         needs=P.SIGN_UP_MAKE, by_action=True),
    Move(name="expire", label="逾期未定", sources={Up.OFFERED}, target=Up.EXPIRED,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="cancel", label="取消报名", target=Up.CANCELLED, needs=P.SIGN_UP_MAKE, grave=True,
         sources={Up.CONFIRMED, Up.WAITLISTED, Up.OFFERED}, by_action=True),
    Move(name="strike", label="取消他的报名", target=Up.CANCELLED, needs=P.SESSION_RUN,
         sources={Up.CONFIRMED, Up.WAITLISTED, Up.OFFERED}, by_action=True, reasoned=True),
    Move(name="attend", label="到场", target=Up.ATTENDED, needs=P.SESSION_RUN, by_action=True,
         sources={Up.CONFIRMED, Up.OFFERED, Up.NO_SHOW}),  # a scan that was sent late
    Move(name="miss", label="记爽约", sources={Up.CONFIRMED}, target=Up.NO_SHOW,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="excuse", label="说明原因，不计爽约", sources={Up.NO_SHOW}, target=Up.EXCUSED,
         needs=P.SESSION_RUN, reasoned=True),
    Move(name="lapse", label="未候补上", sources={Up.WAITLISTED, Up.OFFERED}, target=Up.LAPSED,
         needs=P.SESSION_RUN, by_action=True),
    Move(name="call_off", label="场次取消", target=Up.CALLED_OFF, needs=P.SESSION_RUN,
         sources={Up.CONFIRMED, Up.WAITLISTED, Up.OFFERED}, by_action=True),
)  # fmt: skip
