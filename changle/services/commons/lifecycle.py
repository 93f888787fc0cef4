"""The ways of bookings, of loans, of what was broken, and of a use to which nobody came."""

from changle.core.lifecycle import Clock, Lifecycle, Move
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking, Damage, Loan, LoanDamage, NoShow


State = Booking.State
P = Permission

BOOKING = Lifecycle(
    Booking,
    Move(name="approve", label="同意", sources={State.REQUESTED}, target=State.APPROVED,
         needs=P.BOOKING_DECIDE, todo=True),
    Move(name="reject", label="不同意", sources={State.REQUESTED, State.WAITLISTED},
         target=State.REJECTED, needs=P.BOOKING_DECIDE, reasoned=True),
    Move(name="offer", label="候补递补", sources={State.WAITLISTED}, target=State.OFFERED,
         needs=P.BOOKING_DECIDE, by_action=True),
    Move(name="accept", label="确认使用", sources={State.OFFERED}, target=State.APPROVED,
         needs=P.BOOKING_MAKE, todo=True),
    Move(name="expire", label="逾期未定", target=State.EXPIRED, needs=P.BOOKING_DECIDE,
         sources={State.REQUESTED, State.WAITLISTED, State.OFFERED}, by_action=True),
    Move(name="cancel", label="取消", target=State.CANCELLED, needs=P.BOOKING_MAKE, grave=True,
         sources={State.REQUESTED, State.WAITLISTED, State.OFFERED, State.APPROVED}),
    Move(name="displace", label="占用让出", sources={State.APPROVED, State.OFFERED},
         target=State.DISPLACED, needs=P.BOOKING_DECIDE, by_action=True, reasoned=True),
    Move(name="check_in", label="签到", sources={State.APPROVED}, target=State.CHECKED_IN,
         needs=P.BOOKING_USE),
    Move(name="check_out", label="离场", sources={State.CHECKED_IN}, target=State.CHECKED_OUT,
         needs=P.BOOKING_USE),
    Move(name="inspect", label="查验无误", sources={State.CHECKED_OUT}, target=State.CLOSED,
         needs=P.BOOKING_OPERATE, todo=True),
    Move(name="find_damage", label="登记损坏", sources={State.CHECKED_OUT}, target=State.DAMAGED,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="settle", label="损坏已处理", sources={State.DAMAGED}, target=State.CLOSED,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="miss", label="记爽约", sources={State.APPROVED}, target=State.NO_SHOW,
         needs=P.BOOKING_OPERATE, by_action=True),
    clocks={State.CHECKED_OUT: Clock(working_days=1), State.REQUESTED: Clock(working_days=1)},
)  # fmt: skip

DAMAGE = Lifecycle(
    Damage,
    Move(name="settle", label="已处理", sources={Damage.State.FOUND}, target=Damage.State.SETTLED,
         needs=P.BOOKING_OPERATE, todo=True, reasoned=True),
    Move(name="waive", label="免予赔偿", sources={Damage.State.FOUND}, target=Damage.State.WAIVED,
         needs=P.BOOKING_DECIDE, reasoned=True),
)  # fmt: skip

NO_SHOW = Lifecycle(
    NoShow,
    Move(name="appeal", label="申诉", sources={NoShow.State.COUNTED}, target=NoShow.State.APPEALED,
         needs=P.BOOKING_MAKE, reasoned=True),
    Move(name="uphold", label="维持", sources={NoShow.State.APPEALED}, target=NoShow.State.UPHELD,
         needs=P.BOOKING_DECIDE, reasoned=True, todo=True),
    Move(name="lift", label="撤销爽约", target=NoShow.State.LIFTED, needs=P.BOOKING_DECIDE,
         sources={NoShow.State.COUNTED, NoShow.State.APPEALED}, reasoned=True),
)  # fmt: skip

L = Loan.State
LOAN = Lifecycle(
    Loan,
    Move(name="approve", label="同意", sources={L.REQUESTED}, target=L.APPROVED,
         needs=P.BOOKING_DECIDE, todo=True),
    Move(name="reject", label="不同意", sources={L.REQUESTED}, target=L.REJECTED,
         needs=P.BOOKING_DECIDE, reasoned=True),
    Move(name="cancel", label="取消", sources={L.REQUESTED, L.APPROVED}, target=L.CANCELLED,
         needs=P.BOOKING_MAKE, grave=True),
    Move(name="lapse", label="过时未取", sources={L.REQUESTED, L.APPROVED}, target=L.CANCELLED,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="hand_over", label="交付", sources={L.APPROVED}, target=L.HANDED,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="confirm", label="确认收到", sources={L.HANDED}, target=L.IN_USE,
         needs=P.BOOKING_USE, todo=True),
    Move(name="witness", label="当面签收", sources={L.HANDED}, target=L.IN_USE,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="extend", label="续借", sources={L.IN_USE, L.OVERDUE}, target=L.IN_USE,
         needs=P.BOOKING_MAKE, by_action=True),
    Move(name="fall_overdue", label="逾期", sources={L.HANDED, L.IN_USE}, target=L.OVERDUE,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="take_back", label="收回", sources={L.HANDED, L.IN_USE, L.OVERDUE},
         target=L.RETURNED, needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="close", label="核查无误", sources={L.RETURNED}, target=L.CLOSED,
         needs=P.BOOKING_OPERATE, todo=True),
    Move(name="find_damage", label="登记损失", sources={L.RETURNED}, target=L.DAMAGED,
         needs=P.BOOKING_OPERATE, by_action=True),
    Move(name="settle", label="损失已处理", sources={L.DAMAGED}, target=L.CLOSED,
         needs=P.BOOKING_DECIDE, by_action=True),
    clocks={L.REQUESTED: Clock(working_days=1), L.HANDED: Clock(working_days=1),
            L.RETURNED: Clock(working_days=1)},
)  # fmt: skip

LOAN_DAMAGE = Lifecycle(
    LoanDamage,
    Move(name="settle", label="已处理", sources={LoanDamage.State.FOUND},
         target=LoanDamage.State.SETTLED, needs=P.BOOKING_DECIDE, reasoned=True, todo=True,
         by_action=True),
    Move(name="waive", label="免予赔偿", sources={LoanDamage.State.FOUND},
         target=LoanDamage.State.WAIVED, needs=P.BOOKING_DECIDE, reasoned=True, by_action=True),
    clocks={LoanDamage.State.FOUND: Clock(working_days=10)},
)  # fmt: skip
