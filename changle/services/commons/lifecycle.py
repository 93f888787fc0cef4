"""The ways of a booking, of what was broken, and of a use to which nobody came."""

from changle.core.lifecycle import Clock, Lifecycle, Move
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking, Damage, NoShow


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
