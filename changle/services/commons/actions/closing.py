"""Rooms are not to be had for a time; whoever is in the way is told, and offered something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import GUARDS, BookingRefused, calendar_of, rooms_of
from changle.services.commons.actions.deciding import displace, offer_next
from changle.services.commons.models import Booking, Claim, Closure
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.taken import next_free


class InTheWay(BookingRefused):
    """Bookings stand where the closure would be; the house must say that they give way."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        super().__init__(f"这段时间已有 {len(bookings)} 个预约，请确认后由系统逐一通知让出。")
        self.bookings = list(bookings)


@dataclass(frozen=True)
class Displaced:
    booking: Booking
    instead: list[Span]  # when the same rooms are free for as long


def standing_in(
    layout: Layout, spaces: Sequence[int], start: datetime, end: datetime
) -> list[Booking]:
    """The bookings that hold any of the rooms within a time; a use that has begun is let end."""
    pools = {pool for pk in spaces for pool in layout.rooms[pk].pools}
    rows = Booking.objects.filter(
        claims__pool__in=pools, claims__starts_at__lt=end, claims__ends_at__gt=start,
        state__in=(Booking.State.APPROVED, Booking.State.OFFERED),
    )  # fmt: skip
    return list(rows.distinct().select_related("organisation__node").order_by("starts_at", "pk"))


@transaction.atomic
def close_rooms(  # noqa: PLR0913  a closure has as many facts
    *,
    layout: Layout,
    spaces: Sequence[int],
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Actor,
    now: datetime,
    is_emergency: bool = False,
    displaces: bool = False,
) -> tuple[Closure, list[Displaced]]:
    """Take the rooms out of use. Raises InTheWay unless `displaces`."""
    if not by.holds_at(Permission.BOOKING_DECIDE, layout.path):
        raise BookingRefused("这里不归您管理。")
    chosen = [pk for pk in dict.fromkeys(spaces) if pk in layout.rooms]
    if not chosen:
        raise BookingRefused("请选择场地。")
    if ends_at <= starts_at:
        raise BookingRefused("结束时间应晚于开始时间。")
    if not reason.strip():
        raise BookingRefused("请写明原因。")
    found = standing_in(layout, chosen, starts_at, ends_at)
    if found and not displaces:
        raise InTheWay(found)
    for booking in found:
        displace(pk=booking.pk, reason=reason, by=by, now=now)
    closure = Closure.objects.create(
        centre_id=layout.pk, starts_at=starts_at, ends_at=ends_at, reason=reason[:200],
        is_emergency=is_emergency, recorded_at=now,
    )  # fmt: skip
    closure.spaces.set(chosen)
    pools = sorted({pool for pk in chosen for pool in layout.rooms[pk].pools})
    try:
        with transaction.atomic():
            Claim.objects.bulk_create(
                Claim(pool_id=pool, closure=closure, starts_at=starts_at, ends_at=ends_at)
                for pool in pools
            )
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        raise BookingRefused("正在使用或已停用的场地不能重复停用，请缩短时段。") from None
    record(closure, "close", by=by, at=now, note=reason, path=layout.path)
    return closure, [Displaced(one, instead_of(layout, one)) for one in found]


def instead_of(layout: Layout, booking: Booking) -> list[Span]:
    rooms = rooms_of(layout, booking)
    length = booking.ends_at - booking.starts_at
    return next_free(layout, rooms, booking.starts_at, length, calendar_of(layout))


@transaction.atomic
def lift_closure(*, pk: int, by: Actor, now: datetime) -> Closure:
    """What is left of it is free again, and offered to who waits."""
    rows = by.rows(Closure, Permission.BOOKING_DECIDE).select_for_update(of=("self",))
    closure = rows.get(pk=pk)
    if closure.lifted_at is not None:
        raise BookingRefused("已经解除。")
    closure.lifted_at = now
    closure.save(update_fields=["lifted_at"])
    Claim.objects.filter(closure=closure).delete()
    record(closure, "lift", by=by, at=now)
    offer_next(closure.centre_id, max(closure.starts_at, now), closure.ends_at, now=now)
    return closure
