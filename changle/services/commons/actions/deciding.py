"""A booking is decided, given up, taken up by the next in line."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.notices import tell, tell_person
from changle.core.reach import Actor
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.claiming import GUARDS, claim, let_go
from changle.services.commons.actions.wishing import BookingRefused, Taken
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import Booking
from changle.services.commons.queries.bundles import Bundle, bundle_of, rooms_of
from changle.services.commons.queries.layout import Layout, layout
from changle.services.commons.queries.taken import conflicts
from changle.services.commons.queries.things import shortages


State = Booking.State


def only_the_house(booking: Booking, by: Actor, needs: str) -> None:
    """Who looks after the body that booked does not thereby run the house it booked."""
    if not by.holds_at(needs, house_of(booking).path):
        raise BookingRefused("这是场地所在中心的事，请由中心办理。")


def house_of(booking: Booking) -> Layout:
    found = layout(booking.centre_id)
    if found is None:
        raise BookingRefused("没有这个中心。")
    return found


@transaction.atomic
def approve(*, pk: int, by: Actor, now: datetime) -> Booking:
    """Say yes to one; who asked for the same time is told no, with the reason.

    Who asked may not be who decides.
    """
    booking = BOOKING.fire(pk, "approve", by=by, now=now)
    only_the_house(booking, by, Permission.BOOKING_DECIDE)
    if booking.booked_by_id and booking.booked_by_id == by.user_id:
        raise BookingRefused("不能审批自己提交的预约。")
    house = house_of(booking)
    bundle = bundle_of(house, booking)
    try:
        with transaction.atomic():
            claim(booking, bundle)
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
        span = booking.holds_from, booking.holds_until
        rivals = conflicts(bundle.rooms, *span, actor=by)
        raise Taken(rivals, [], shortages(bundle.things, *span)) from None
    decline_rivals(booking, house, bundle, by=by, now=now)
    told(booking, "已确认", by=by, now=now)
    return booking


def decline_rivals(
    booking: Booking, house: Layout, bundle: Bundle, *, by: Actor, now: datetime
) -> None:
    """Requests that can no longer be met do not wait in vain: they may join the line."""
    rivals = Booking.objects.filter(
        state=State.REQUESTED, centre=booking.centre_id, holds_from__lt=booking.holds_until,
        holds_until__gt=booking.holds_from,
    ).order_by("pk")  # fmt: skip
    pks = set(rivals.filter(spaces__pools__in=bundle.room_pools).values_list("pk", flat=True))
    if bundle.things:
        asking = rivals.filter(booked_things__pool__in=bundle.thing_pools).distinct()
        pks |= {one.pk for one in asking.exclude(pk__in=pks) if short(house, one)}
    for pk in sorted(pks):
        rival = BOOKING.fire(pk, "reject", by=by, now=now, note="该时段已确认给其他预约")
        rival.reason = "该时段已确认给其他预约，可改订其他时间或加入候补。"
        rival.save(update_fields=["reason"])
        told(rival, "未通过：该时段已确认给其他预约", by=by, now=now)


def short(house: Layout, booking: Booking) -> bool:
    wanted = bundle_of(house, booking).things
    return bool(shortages(wanted, booking.holds_from, booking.holds_until))


@transaction.atomic
def reject(*, pk: int, reason: str, by: Actor, now: datetime) -> Booking:
    booking = BOOKING.fire(pk, "reject", by=by, now=now, note=reason)
    only_the_house(booking, by, Permission.BOOKING_DECIDE)
    booking.reason = reason[:200]
    booking.save(update_fields=["reason"])
    told(booking, f"未通过：{reason}", by=by, now=now)
    return booking


@transaction.atomic
def cancel(*, pk: int, by: Actor, now: datetime, reason: str = "") -> Booking:
    """Give it up; the house itself must say why. The rooms go to who waits for them."""
    found = by.rows(Booking, Permission.BOOKING_MAKE).filter(pk=pk).first()
    if found is not None and not of_theirs(found, by) and not reason.strip():
        raise BookingRefused("中心取消别人的预约须写明理由。")
    booking = BOOKING.fire(pk, "cancel", by=by, now=now, note=reason)
    booking.reason = reason[:200]
    booking.save(update_fields=["reason"])
    freed(booking, now=now)
    told(booking, f"已取消{'：' + reason if reason else ''}", by=by, now=now)
    return booking


def of_theirs(booking: Booking, by: Actor) -> bool:
    """Whether somebody cancels for the side that booked."""
    if booking.booked_by_id == by.user_id and by.user_id:
        return True
    place = booking.organisation.node if booking.organisation else booking.on_behalf
    path = place.path if place else None
    house = booking.centre.node.path or ""
    mine = [p for p in by.reach.get(Permission.BOOKING_MAKE, ()) if not house.startswith(p)]
    return path is not None and any(path.startswith(prefix) for prefix in mine)


def freed(booking: Booking, *, now: datetime) -> None:
    """Let go of all that it held, and offer it to the first in line whom it suits."""
    let_go(booking)
    offer_next(booking.centre_id, booking.holds_from, booking.holds_until, now=now)


def offer_next(centre_id: int, start: datetime, end: datetime, *, now: datetime) -> int:
    """Offer what has become free, in the order of classes, then of asking; answers how many."""
    house = layout(centre_id)
    if house is None or start <= now:
        return 0
    waiting = Booking.objects.filter(
        state=State.WAITLISTED, centre=centre_id, holds_from__lt=end, holds_until__gt=start,
        starts_at__gt=now,
    ).order_by("queued_at", "pk")  # fmt: skip
    offered = 0
    for booking in sorted(waiting, key=lambda row: rank(house, row)):
        if offer(house, booking, now=now):
            offered += 1
    return offered


def rank(house: Layout, booking: Booking) -> int:
    """The place of its class in the order of its first room's rule."""
    rooms = rooms_of(house, booking)
    order = list(rooms[0].policy.priority) if rooms else []
    return order.index(booking.standing) if booking.standing in order else len(order)


def offer(house: Layout, booking: Booking, *, now: datetime) -> bool:
    """Hold rooms and things for who waits until they answer; whether they were to be had."""
    bundle = bundle_of(house, booking)
    hours = min((room.policy.offer_hours for room in bundle.rooms), default=0)
    until = min(now + timedelta(hours=hours), booking.starts_at)
    try:
        with transaction.atomic():
            claim(booking, bundle)
    except IntegrityError:
        return False
    by = keeper(Permission.BOOKING_DECIDE)
    row = BOOKING.fire(booking.pk, "offer", by=by, now=now)
    row.offered_until = until
    row.save(update_fields=["offered_until"])
    told(row, f"候补到了，请在 {timezone.localtime(until):%m月%d日 %H:%M} 前确认", by=by, now=now)
    return True


@transaction.atomic
def accept(*, pk: int, by: Actor, now: datetime) -> Booking:
    booking = BOOKING.fire(pk, "accept", by=by, now=now)
    if booking.offered_until is not None and booking.offered_until < now:
        raise BookingRefused("应答时限已过，已让给下一位。")
    return booking


def lapse_offers(now: datetime) -> int:
    """Offers that nobody answered go on to the next; the worker calls it often."""
    late = Booking.objects.filter(state=State.OFFERED, offered_until__lte=now).order_by("pk")
    lapsed = 0
    for pk in list(late.values_list("pk", flat=True)):
        lapsed += lapse(pk, now)
    return lapsed


@transaction.atomic
def lapse(pk: int, now: datetime) -> bool:
    row = Booking.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.state != State.OFFERED or row.offered_until is None or row.offered_until > now:
        return False
    by = keeper(Permission.BOOKING_DECIDE)
    booking = BOOKING.fire(pk, "expire", by=by, now=now)
    freed(booking, now=now)
    told(booking, "候补未在时限内确认，已让给下一位", by=by, now=now)
    return True


@transaction.atomic
def displace(*, pk: int, reason: str, by: Actor, now: datetime) -> Booking:
    """The rooms are needed for something that goes before; whom it meets is told and asked again."""
    booking = BOOKING.fire(pk, "displace", by=by, now=now, note=reason)
    booking.reason = reason[:200]
    booking.save(update_fields=["reason"])
    let_go(booking)
    what = f"预约须让出：{reason}。可一键改订其他时间"
    told(booking, what, by=by, now=now, url=f"/desk/bookings/{booking.pk}/instead/")
    return booking


def told(booking: Booking, what: str, *, by: Actor, now: datetime, url: str = "") -> None:
    """Tell the side that booked: the body's people, those of the place, or the person."""
    text = f"场地预约“{booking}”（{timezone.localtime(booking.starts_at):%m-%d %H:%M}）{what}"
    url = url or f"/desk/bookings/{booking.pk}/"
    if booking.organisation_id:
        tell_side(booking, text, by=by, now=now, url=url)
    elif booking.on_behalf is not None:
        tell(booking.on_behalf, text, needs=Permission.BOOKING_MAKE, by=by, at=now, url=url)
    elif booking.person_id and booking.person_id != by.user_id:
        tell_person(booking.person_id, text, at=now, url=url)


def tell_side(booking: Booking, text: str, *, by: Actor, now: datetime, url: str) -> None:
    organisation = booking.organisation
    if organisation is not None:
        tell(organisation, text, needs=Permission.BOOKING_MAKE, by=by, at=now, url=url)
