"""Rooms and things are asked for, and had by one. All of a wish, or nothing."""

from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.actions.claiming import GUARDS, claim
from changle.services.commons.actions.wishing import (
    BookingRefused,
    RuleBroken,
    Taken,
    Wish,
    calendar_of,
    check_standing,
    chosen,
    for_whom,
    of_the_clock_and_house,
    of_who_asks,
    runs_house,
)
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import BookedSpace, BookedThing, Booking, Series
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.layout import Layout, laid_out
from changle.services.commons.queries.rules import For
from changle.services.commons.queries.taken import conflicts
from changle.services.commons.queries.things import short_of
from changle.services.commons.queries.weighing import Facts, weigh


# The whole of what who books must know.
__all__ = [
    "BookingRefused",
    "RuleBroken",
    "Taken",
    "Wish",
    "book",
    "calendar_of",
    "entered",
    "runs_house",
]
State = Booking.State


def book(
    *,
    layout: Layout,
    wish: Wish,
    by: Actor,
    now: datetime,
    series: Series | None = None,
    wait: bool = False,
) -> Booking:
    """Ask for rooms and things; direct where their rules say so, else to be decided.

    `wait`: stand in line where they are taken. Raises RuleBroken, Taken, BookingRefused.
    """
    bundle = chosen(layout, wish)
    standing = check_standing(bundle.rooms, wish, by)
    who = for_whom(wish, by)
    facts = weigh(layout, bundle, wish.starts_at, wish.ends_at, who, now)
    if facts.stamp != layout.stamp:  # set up anew since it was read, by another process perhaps
        layout = laid_out(layout.pk, facts.stamp)
        bundle = chosen(layout, wish)
        facts = weigh(layout, bundle, wish.starts_at, wish.ends_at, who, now)
    broken = of_the_clock_and_house(layout, bundle, wish, by=by, now=now, calendar=facts.calendar)
    short = [] if broken else short_of(bundle.things, facts.parts, *bundle.held(*wish.span))
    rivals = not broken and (bool(short) or facts.is_taken(*bundle.held(*wish.span)))
    if rivals and not wait:
        raise taken(layout, bundle, wish, facts, by=by, now=now)
    if broken := broken + of_who_asks(layout, bundle, wish, facts, by=by):
        raise RuleBroken(broken)
    direct = runs_house(layout, by) or not any(room.policy.needs_approval for room in bundle.rooms)
    state = State.WAITLISTED if rivals else State.APPROVED if direct else State.REQUESTED
    deed = partial(entered, layout, bundle, wish, who, standing=standing, by=by, now=now)
    try:
        with transaction.atomic():
            return deed(state, series=series)
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
    # Somebody was faster between the question and the answer: the database has the last word.
    if wait:
        with transaction.atomic():
            return deed(State.WAITLISTED, series=series)
    facts = weigh(layout, bundle, wish.starts_at, wish.ends_at, who, now)
    raise taken(layout, bundle, wish, facts, by=by, now=now)


def taken(
    layout: Layout, bundle: Bundle, wish: Wish, facts: Facts, *, by: Actor, now: datetime
) -> Taken:
    """Why it cannot be had, as far as the asker may know, and what is free instead."""
    start, end = bundle.held(*wish.span)
    within = bundle.bounds(now, free_of_rules=runs_house(layout, by))
    return Taken(
        conflicts(bundle.rooms, start, end, actor=by),
        facts.instead(layout, bundle, wish.span, within=within),
        short_of(bundle.things, facts.parts, start, end),
    )


def entered(  # noqa: PLR0913  a booking has as many facts
    layout: Layout,
    bundle: Bundle,
    wish: Wish,
    who: For,
    state: str,
    *,
    standing: str,
    by: Actor,
    now: datetime,
    series: Series | None,
) -> Booking:
    start, end = bundle.held(*wish.span)
    booking = Booking(
        centre_id=layout.pk, booked_by_id=by.user_id or None, series=series, title=wish.title,
        purpose=wish.purpose, is_open=wish.is_open, people=wish.people, starts_at=wish.starts_at,
        ends_at=wish.ends_at, holds_from=start, holds_until=end, standing=standing,
        contact_name=wish.contact_name, contact_phone=wish.contact_phone, layout=wish.layout_wish,
        needs=wish.needs, safety_officer=wish.safety_officer, booked_at=now,
        queued_at=now if state == State.WAITLISTED else None, **who.mine(),
    )  # fmt: skip
    BOOKING.begin(booking, state, at=now)
    booking.save(force_insert=True)
    keep_record(booking, bundle)
    if state in Booking.HOLDING:
        claim(booking, bundle)
    record(booking, "book", by=by, at=now, target=state, path=layout.path)
    if state == State.REQUESTED:
        tell(booking, f"新的场地预约：{booking}", needs=Permission.BOOKING_DECIDE, by=by, at=now)
    return booking


def keep_record(booking: Booking, bundle: Bundle) -> None:
    """What it was for, kept whatever becomes of it."""
    told = {
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "on": timezone.localdate(booking.starts_at),
    }
    BookedSpace.objects.bulk_create(
        [BookedSpace(booking=booking, space_id=room.pk, **told) for room in bundle.rooms]
    )
    if bundle.things:
        BookedThing.objects.bulk_create(
            [
                BookedThing(booking=booking, pool_id=stock.pk, quantity=quantity, **told)
                for stock, quantity in bundle.things
            ]
        )
