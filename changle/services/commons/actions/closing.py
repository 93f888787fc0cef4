"""Rooms are not to be had for a time; whoever is in the way is told, and offered something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import LogEntry, record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.booking import entered
from changle.services.commons.actions.claiming import GUARDS, hold
from changle.services.commons.actions.deciding import displace, house_of, offer_next
from changle.services.commons.actions.wishing import BookingRefused, Wish, calendar_of
from changle.services.commons.models import Booking, Claim, Closure
from changle.services.commons.queries.bundles import bundle_of
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.instead import nearest
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.rules import For


STEP = 30  # minutes to which the first time offered is rounded up


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


def refuse_nonsense(
    layout: Layout,
    chosen: Sequence[int],
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    if not by.holds_at(Permission.BOOKING_DECIDE, layout.path):
        raise BookingRefused("这里不归您管理。")
    if not chosen:
        raise BookingRefused("请选择场地。")
    if ends_at <= starts_at:
        raise BookingRefused("结束时间应晚于开始时间。")
    if ends_at <= now:
        raise BookingRefused("这段时间已经过去。")
    if not reason.strip():
        raise BookingRefused("请写明原因。")


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
    chosen = [pk for pk in dict.fromkeys(spaces) if pk in layout.rooms]
    refuse_nonsense(layout, chosen, starts_at, ends_at, reason, by=by, now=now)
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
            hold(pools)
            Claim.objects.bulk_create(
                Claim(pool_id=pool, closure=closure, starts_at=starts_at, ends_at=ends_at)
                for pool in pools
            )
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        raise BookingRefused("正在使用或已停用的场地不能重复停用，请缩短时段。") from None
    record(closure, "close", by=by, at=now, note=reason, path=layout.path)
    return closure, [Displaced(one, instead_of(layout, one, now)) for one in found]


def instead_of(layout: Layout, booking: Booking, now: datetime) -> list[Span]:
    """The nearest times at which rooms and things are free for as long, none of them begun."""
    bundle = bundle_of(layout, booking)
    if not bundle.rooms:
        return []
    soon = now + timedelta(minutes=-timezone.localtime(now).minute % STEP)
    within = bundle.bounds(soon.replace(second=0, microsecond=0), free_of_rules=True)
    wish = booking.starts_at, booking.ends_at
    return nearest(layout, bundle, wish, calendar_of(layout), within=within)


def rebooked(booking: Booking) -> bool:
    """Whether a displaced booking has had its other time: the log remembers."""
    deeds = LogEntry.objects.filter(subject_label=Booking._meta.label, subject_id=str(booking.pk))
    return deeds.filter(verb="rebook").exists()


@transaction.atomic
def rebook(*, pk: int, starts_at: datetime, by: Actor, now: datetime) -> Booking:
    """One of the times offered to who was displaced; it was approved once, so it is at once theirs."""
    rows = by.rows(Booking, Permission.BOOKING_MAKE).select_for_update(of=("self",))
    old = rows.get(pk=pk)
    if old.state != Booking.State.DISPLACED:
        raise BookingRefused("这个预约没有让出，不需要改订。")
    if rebooked(old):
        raise BookingRefused("已经改订过了。")
    layout = house_of(old)
    span = next((one for one in instead_of(layout, old, now) if one[0] == starts_at), None)
    if span is None:
        raise BookingRefused("这个时间刚刚被订走，请另选一个。")
    wish = Wish(
        rooms=(), starts_at=span[0], ends_at=span[1], title=old.title, people=old.people,
        purpose=old.purpose, is_open=old.is_open, contact_name=old.contact_name,
        contact_phone=old.contact_phone, layout_wish=old.layout, needs=old.needs,
        safety_officer=old.safety_officer,
    )  # fmt: skip
    who = For(
        organisation_id=old.organisation_id, on_behalf_id=old.on_behalf_id, person_id=old.person_id
    )
    try:
        with transaction.atomic():
            new = entered(
                layout, bundle_of(layout, old), wish, who, Booking.State.APPROVED,
                standing=old.standing, by=by, now=now, series=None,
            )  # fmt: skip
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        raise BookingRefused("这个时间刚刚被订走，请另选一个。") from None
    record(old, "rebook", by=by, at=now, note=f"{timezone.localtime(span[0]):%Y-%m-%d %H:%M}")
    return new


@transaction.atomic
def lift_closure(*, pk: int, by: Actor, now: datetime) -> Closure:
    """What is left of it is free again, and offered to who waits."""
    rows = by.rows(Closure, Permission.BOOKING_DECIDE).select_for_update(of=("self",))
    closure = rows.get(pk=pk)
    if closure.lifted_at is not None or closure.ends_at <= now:
        raise BookingRefused("已经解除或到期。")
    closure.lifted_at = now
    closure.save(update_fields=["lifted_at"])
    Claim.objects.filter(closure=closure).delete()
    record(closure, "lift", by=by, at=now)
    offer_next(closure.centre_id, max(closure.starts_at, now), closure.ends_at, now=now)
    return closure
