"""A room is come into, left, looked over; nobody came; something broke."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.deciding import (
    freed,
    house_of,
    only_the_house,
    told,
)
from changle.services.commons.actions.wishing import BookingRefused
from changle.services.commons.lifecycle import BOOKING, DAMAGE, NO_SHOW
from changle.services.commons.models import BookedSpace, Booking, Damage, NoShow, Suspension
from changle.services.commons.queries.bundles import rooms_of
from changle.services.commons.queries.layout import Room


State = Booking.State


def rule_room(booking: Booking) -> Room:
    """The room whose rules hold for the use: the first of them."""
    rooms = rooms_of(house_of(booking), booking)
    if not rooms:
        raise BookingRefused("这个预约没有场地。")
    return rooms[0]


@transaction.atomic
def check_in(*, pk: int, by: Actor, now: datetime, people: int | None = None) -> Booking:
    """From so many minutes before the start until it counts as missed."""
    booking = BOOKING.fire(pk, "check_in", by=by, now=now)
    policy = rule_room(booking).policy
    opens = booking.starts_at - timedelta(minutes=policy.check_in_before)
    shuts = booking.starts_at + timedelta(minutes=policy.no_show_after)
    if now < opens:
        raise BookingRefused(f"还早，{timezone.localtime(opens):%m月%d日 %H:%M} 起可以签到。")
    runs = by.holds_at(Permission.BOOKING_OPERATE, house_of(booking).path)
    if now > shuts and not runs:
        raise BookingRefused("已过签到时间，请到服务台办理。")
    booking.checked_in_at, booking.actual_people = now, people
    booking.save(update_fields=["checked_in_at", "actual_people"])
    return booking


@transaction.atomic
def check_out(
    *, pk: int, by: Actor, now: datetime, people: int | None = None, note: str = ""
) -> Booking:
    """Leaving early gives the rest of the time to others."""
    booking = BOOKING.fire(pk, "check_out", by=by, now=now)
    booking.checked_out_at, booking.return_note = now, note[:300]
    booking.actual_people = people if people is not None else booking.actual_people
    booking.save(update_fields=["checked_out_at", "return_note", "actual_people"])
    minutes = max(1, round((min(now, booking.ends_at) - booking.starts_at).total_seconds() / 60))
    BookedSpace.objects.filter(booking=booking).update(minutes=minutes)
    freed(booking, now=now)
    return booking


def refuse_self_check(booking: Booking, by: Actor) -> None:
    """Who used the room does not look it over for the house."""
    only_the_house(booking, by, Permission.BOOKING_OPERATE)
    if by.user_id and booking.booked_by_id == by.user_id:
        raise BookingRefused("使用人不能查验自己用过的场地。")


@transaction.atomic
def inspect(*, pk: int, by: Actor, now: datetime, note: str = "") -> Booking:
    booking = BOOKING.fire(pk, "inspect", by=by, now=now, note=note)
    refuse_self_check(booking, by)
    return booking


@transaction.atomic
def find_damage(*, pk: int, what: str, amount_fen: int | None, by: Actor, now: datetime) -> Damage:
    if not what.strip():
        raise BookingRefused("请写明损坏情况。")
    if amount_fen is not None and amount_fen < 0:
        raise BookingRefused("估价不能为负。")
    booking = BOOKING.fire(pk, "find_damage", by=by, now=now, note=what)
    refuse_self_check(booking, by)
    damage = Damage(booking=booking, what=what[:300], amount_fen=amount_fen, found_at=now)
    DAMAGE.begin(damage, Damage.State.FOUND, at=now)
    damage.save()
    record(damage, "find", by=by, at=now, target=damage.state)
    url = f"/desk/venues/damages/{damage.pk}/"
    told(booking, f"查验发现损坏：{what}", by=by, now=now, url=url)
    return damage


@transaction.atomic
def settle_damage(*, pk: int, name: str, how: str, by: Actor, now: datetime) -> Damage:
    """`name`: settle or waive. When the last damage of a use is settled, the use is closed."""
    damage = DAMAGE.fire(pk, name, by=by, now=now, note=how)
    only_the_house(damage.booking, by, Permission.BOOKING_OPERATE)
    damage.settlement = how[:300]
    damage.save(update_fields=["settlement"])
    rest = Damage.objects.filter(booking=damage.booking_id, state=Damage.State.FOUND)
    if not rest.exists():
        BOOKING.fire(damage.booking_id, "settle", by=by, now=now, note=how)
    told(damage.booking, f"损坏处理：{how}", by=by, now=now, url=f"/desk/venues/damages/{pk}/")
    return damage


def miss_late(now: datetime) -> int:
    """Uses that nobody came to within their time; the worker calls it every few minutes."""
    due = Booking.objects.filter(state=State.APPROVED, starts_at__lt=now).order_by("pk")
    missed = 0
    for booking in due.prefetch_related("spaces__policy"):
        minutes = min((space.policy.no_show_after for space in booking.spaces.all()), default=0)
        if now > booking.starts_at + timedelta(minutes=minutes):
            missed += miss(booking.pk, now)
    return missed


@transaction.atomic
def miss(pk: int, now: datetime) -> bool:
    """Count it, free the rooms, and suspend who does so too often."""
    row = Booking.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.state != State.APPROVED:
        return False
    by = keeper(Permission.BOOKING_OPERATE)
    booking = BOOKING.fire(pk, "miss", by=by, now=now)
    no_show = NoShow(booking=booking, person_id=booking.person_id, at=now)
    NO_SHOW.begin(no_show, NoShow.State.COUNTED, at=now)
    no_show.save()
    record(no_show, "count", by=by, at=now, target=no_show.state)
    freed(booking, now=now)
    url = f"/desk/bookings/no-shows/{no_show.pk}/"
    told(booking, "无人签到，已记一次爽约；有特殊情况可以申诉", by=by, now=now, url=url)
    suspend_where_due(booking, by=by, now=now)
    return True


def suspend_where_due(booking: Booking, *, by: Actor, now: datetime) -> None:
    """As many as the rule bears, within its days: no new bookings for a time."""
    policy = rule_room(booking).policy
    who = {"booking__organisation": booking.organisation_id, "booking__person": booking.person_id}
    mine = {name: key for name, key in who.items() if key is not None}
    if not mine or not policy.no_shows:
        return
    counted = NoShow.objects.filter(
        state__in=(NoShow.State.COUNTED, NoShow.State.APPEALED, NoShow.State.UPHELD),
        at__gt=now - timedelta(days=policy.no_show_days), booking__centre=booking.centre_id, **mine,
    )  # fmt: skip
    if counted.count() < policy.no_shows:
        return
    today = timezone.localdate(now)
    suspension = Suspension.objects.create(
        centre_id=booking.centre_id, organisation_id=booking.organisation_id,
        person_id=booking.person_id, starts_on=today,
        ends_on=today + timedelta(days=policy.suspended_days),
        reason=f"{policy.no_show_days} 天内爽约 {policy.no_shows} 次，暂停预约 {policy.suspended_days} 天",
    )  # fmt: skip
    record(suspension, "suspend", by=by, at=now, note=suspension.reason)
    told(booking, suspension.reason, by=by, now=now)
