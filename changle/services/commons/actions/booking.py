"""A room is asked for, and had by one. All rooms of a wish, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import BookedSpace, Booking, Claim, Pool, Series
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.rules import (
    Broken,
    For,
    of_the_house,
    of_the_past,
    of_the_people,
    of_the_quota,
    of_the_time,
    sentences,
)
from changle.services.commons.queries.taken import Conflict, conflicts, next_free


State = Booking.State
GUARDS = ("room_is_taken_once", "pool_is_never_overdrawn")


class BookingRefused(Refused):
    """The house cannot take this booking; the sentence says by which rule."""


class RuleBroken(BookingRefused):
    def __init__(self, broken: Sequence[Broken]) -> None:
        super().__init__("".join(sentences(broken)))
        self.broken = list(broken)


class Taken(BookingRefused):
    """Somebody has it already: who, as far as the asker may know, and what is free instead."""

    def __init__(self, conflicts: Sequence[Conflict], free: Sequence[Span]) -> None:
        told = "；".join(conflict.sentence() for conflict in conflicts[:3])
        super().__init__(f"这段时间订不了：{told or '刚刚被别人订走'}。")
        self.conflicts, self.free = list(conflicts), list(free)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """All that is asked for; times are aware, the end is not part of the use."""

    rooms: tuple[int, ...]  # keys of spaces of one house
    starts_at: datetime
    ends_at: datetime
    title: str
    people: int
    organisation: Organisation | None = None
    on_behalf: Node | None = None
    purpose: str = Booking.Purpose.ACTIVITY
    is_open: bool = False
    is_commercial: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    layout_wish: str = ""
    needs: str = ""
    safety_officer: str = ""


def for_whom(wish: Wish, by: Actor) -> For:
    if wish.organisation is not None:
        return For(organisation_id=wish.organisation.pk)
    if wish.on_behalf is not None:
        return For(on_behalf_id=wish.on_behalf.pk)
    return For(person_id=by.user_id)


def chosen(layout: Layout, wish: Wish) -> list[Room]:
    rooms = [layout.rooms[pk] for pk in dict.fromkeys(wish.rooms) if pk in layout.rooms]
    if not rooms or len(rooms) < len(set(wish.rooms)):
        raise BookingRefused("请选择同一个中心的场地。")
    pools = [pool for room in rooms for pool in room.pools]
    if len(pools) > len(set(pools)):
        raise BookingRefused("所选的场地互相包含（如大厅与其中的半间），请只选一个。")
    return rooms


def check_standing(rooms: Sequence[Room], wish: Wish, by: Actor) -> str:
    """Whether they may book in this name, and the class in which they then stand."""
    kinds = Booking.Class
    if wish.organisation is not None:
        path = str(wish.organisation.node.path)
        if not by.holds_at(Permission.BOOKING_MAKE, path):
            raise BookingRefused("您不能以这个组织的名义预约。")
        if wish.organisation.state not in {"active", "changing", "rectifying"}:
            raise BookingRefused(f"“{wish.organisation.name}”现在的状态不能预约场地。")
        filed = wish.organisation.kind in {Organisation.Kind.BA, Organisation.Kind.PRE}
        return kinds.COMMUNITY if filed else kinds.REGISTERED
    if wish.on_behalf is not None:
        if not by.holds_at(Permission.BOOKING_MAKE, str(wish.on_behalf.path)):
            raise BookingRefused("您不能以这个单位的名义预约。")
        return kinds.EMERGENCY if wish.purpose == Booking.Purpose.DUTY else kinds.OTHER
    if not by.user_id:
        raise BookingRefused("请先登录。")
    closed = [room.name for room in rooms if not room.policy.residents_may]
    if closed:
        raise BookingRefused(f"“{closed[0]}”只接受组织和单位预约。")
    return kinds.OTHER


def runs_house(layout: Layout, by: Actor) -> bool:
    """Who operates a house may set its own rules of time aside, never its guarantee."""
    return by.holds_at(Permission.BOOKING_DECIDE, layout.path)


def plainly_broken(
    layout: Layout, rooms: Sequence[Room], wish: Wish, *, by: Actor, now: datetime
) -> list[Broken]:
    """The rules that the wish itself breaks: no question to the database."""
    found: list[Broken] = []
    if wish.ends_at <= wish.starts_at:
        return [Broken("order", "结束时间应晚于开始时间。")]
    if wish.is_commercial:
        found.append(Broken("commercial", "公共场地不得用于经营性活动。"))
    if wish.people < 1:
        found.append(Broken("people", "请填写预计人数。"))
    for room in rooms:
        clock = of_the_time(room, wish.starts_at, wish.ends_at, now)
        if runs_house(layout, by):
            clock = [one for one in clock if one.rule in {"past", "shortest"}]
        found += clock + of_the_people(room, wish.people)
    return found


def of_the_clock_and_house(
    layout: Layout, rooms: Sequence[Room], wish: Wish, *, by: Actor, now: datetime,
    calendar: Calendar,
) -> list[Broken]:  # fmt: skip
    """The rules that the wish and the hours decide: nothing more is asked of the database."""
    found = plainly_broken(layout, rooms, wish, by=by, now=now)
    if not any(one.rule == "order" for one in found):
        for room in rooms:
            found += of_the_house(layout, room, wish.starts_at, wish.ends_at, calendar)
    return found


def of_who_asks(
    layout: Layout, rooms: Sequence[Room], wish: Wish, who: For, *, by: Actor, now: datetime,
    calendar: Calendar,
) -> list[Broken]:  # fmt: skip
    """The rules that what they had before decides; two queries."""
    if runs_house(layout, by) or wish.ends_at <= wish.starts_at:
        return []
    quota = of_the_quota(layout, rooms, wish.starts_at, wish.ends_at, who, calendar)
    return quota + of_the_past(layout, who, now)


def calendar_of(layout: Layout) -> Calendar:
    """The calendar, where the house heeds it."""
    return Calendar.load() if layout.holidays_closed else Calendar.of([])


def held(rooms: Sequence[Room], start: datetime, end: datetime) -> Span:
    """For how long the rooms are taken, with the time to set up and to clean."""
    before = max(room.setup_minutes for room in rooms)
    after = max(room.cleanup_minutes for room in rooms)
    return start - timedelta(minutes=before), end + timedelta(minutes=after)


def book(
    *,
    layout: Layout,
    wish: Wish,
    by: Actor,
    now: datetime,
    series: Series | None = None,
    wait: bool = False,
) -> Booking:
    """Ask for rooms; direct where their rules say so, else to be decided.

    `wait`: stand in line where they are taken. Raises RuleBroken, Taken, BookingRefused.
    """
    rooms = chosen(layout, wish)
    standing = check_standing(rooms, wish, by)
    who = for_whom(wish, by)
    calendar = calendar_of(layout)
    start, end = held(rooms, wish.starts_at, wish.ends_at)
    broken = of_the_clock_and_house(layout, rooms, wish, by=by, now=now, calendar=calendar)
    rivals = [] if broken else conflicts(rooms, start, end, actor=by)
    if rivals and not wait:  # most who are refused are refused by this: the rest is not asked
        raise Taken(rivals, alternatives(layout, rooms, wish, calendar))
    if broken := broken + of_who_asks(layout, rooms, wish, who, by=by, now=now, calendar=calendar):
        raise RuleBroken(broken)
    direct = runs_house(layout, by) or not any(room.policy.needs_approval for room in rooms)
    state = State.WAITLISTED if rivals else State.APPROVED if direct else State.REQUESTED
    try:
        with transaction.atomic():
            return entered(layout, rooms, wish, who, state, standing, by=by, now=now, series=series)
    except IntegrityError as error:
        if not any(guard in str(error) for guard in GUARDS):
            raise
    # Somebody was faster between the question and the answer: the database has the last word.
    if wait:
        with transaction.atomic():
            return entered(
                layout, rooms, wish, who, State.WAITLISTED, standing, by=by, now=now, series=series
            )
    rivals = conflicts(rooms, start, end, actor=by)
    raise Taken(rivals, alternatives(layout, rooms, wish, calendar))


def alternatives(layout: Layout, rooms: list[Room], wish: Wish, calendar: Calendar) -> list[Span]:
    return next_free(layout, rooms, wish.starts_at, wish.ends_at - wish.starts_at, calendar)


def entered(  # noqa: PLR0913  a booking has as many facts
    layout: Layout,
    rooms: Sequence[Room],
    wish: Wish,
    who: For,
    state: str,
    standing: str,
    *,
    by: Actor,
    now: datetime,
    series: Series | None,
) -> Booking:
    start, end = held(rooms, wish.starts_at, wish.ends_at)
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
    BookedSpace.objects.bulk_create(
        [
            BookedSpace(
                booking=booking,
                space_id=room.pk,
                starts_at=wish.starts_at,
                ends_at=wish.ends_at,
                on=timezone.localdate(wish.starts_at),
            )
            for room in rooms
        ]
    )
    if state in Booking.HOLDING:
        claim(booking, rooms)
    record(booking, "book", by=by, at=now, target=state, path=layout.path)
    if state == State.REQUESTED:
        tell(booking, f"新的场地预约：{booking}", needs=Permission.BOOKING_DECIDE, by=by, at=now)
    return booking


def claim(booking: Booking, rooms: Sequence[Room]) -> None:
    """Take the rooms, if they still are as they were when they were chosen."""
    pools = sorted({pool for room in rooms for pool in room.pools})
    if hold(pools) - {room.stamp for room in rooms}:
        raise BookingRefused("场地的设置刚刚有变化，请再试一次。")
    Claim.objects.bulk_create(
        [
            Claim(
                pool_id=pool, booking=booking, starts_at=booking.holds_from,
                ends_at=booking.holds_until,
            )
            for pool in pools
        ]
    )  # fmt: skip


def hold(pools: Sequence[int]) -> set[int]:
    """Wait for whoever else is taking these, in the order of their keys; the stamps of their houses.

    Two takers that only met at the exclusion constraint would wait for each other's rows.
    """
    rows = Pool.objects.filter(pk__in=pools).order_by("pk").select_related("centre")
    held = rows.select_for_update(of=("self",), no_key=True)
    return set(held.values_list("centre__layout_stamp", flat=True))


def let_go(booking: Booking) -> None:
    Claim.objects.filter(booking=booking).delete()


def rooms_of(layout: Layout, booking: Booking) -> list[Room]:
    keys = BookedSpace.objects.filter(booking=booking).values_list("space_id", flat=True)
    return [layout.rooms[pk] for pk in sorted(keys) if pk in layout.rooms]
