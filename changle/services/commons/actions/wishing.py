"""What is asked of a house, and the rules that it meets or breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking
from changle.services.commons.queries.bundles import Bundle, Wanted
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.rules import (
    Broken,
    For,
    of_the_house,
    of_the_past,
    of_the_people,
    of_the_quota,
    of_the_things,
    of_the_time,
    sentences,
)
from changle.services.commons.queries.taken import Conflict
from changle.services.commons.queries.things import Shortage
from changle.services.commons.queries.weighing import Facts


class BookingRefused(Refused):
    """The house cannot take this booking; the sentence says by which rule."""


class RuleBroken(BookingRefused):
    def __init__(self, broken: Sequence[Broken]) -> None:
        super().__init__("".join(sentences(broken)))
        self.broken = list(broken)


class Taken(BookingRefused):
    """Somebody has it already: who, as far as the asker may know, and what is free instead.

    Of a thing there may be fewer than are wanted: how many, and when there are enough.
    """

    def __init__(
        self,
        conflicts: Sequence[Conflict],
        free: Sequence[Span],
        shortages: Sequence[Shortage] = (),
    ) -> None:
        short = [one.sentence() for one in shortages]
        told = "；".join([*(one.sentence() for one in conflicts[:3]), *short])
        super().__init__(f"这段时间订不了：{told or '刚刚被别人订走'}。")
        self.conflicts, self.free, self.shortages = list(conflicts), list(free), list(shortages)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """All that is asked for; times are aware, the end is not part of the use."""

    rooms: tuple[int, ...]  # keys of spaces of one house: rooms, experts, vehicles
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
    things: tuple[tuple[int, int], ...] = ()  # (pool, how many) of the same house

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


def for_whom(wish: Wish, by: Actor) -> For:
    if wish.organisation is not None:
        return For(organisation_id=wish.organisation.pk)
    if wish.on_behalf is not None:
        return For(on_behalf_id=wish.on_behalf.pk)
    return For(person_id=by.user_id)


def chosen(layout: Layout, wish: Wish) -> Bundle:
    rooms = [layout.rooms[pk] for pk in dict.fromkeys(wish.rooms) if pk in layout.rooms]
    if not rooms or len(rooms) < len(set(wish.rooms)):
        raise BookingRefused("请选择同一个中心的场地。")
    pools = [pool for room in rooms for pool in room.pools]
    if len(pools) > len(set(pools)):
        raise BookingRefused("所选的场地互相包含（如大厅与其中的半间），请只选一个。")
    return Bundle(tuple(rooms), wanted_of(layout, wish))


def wanted_of(layout: Layout, wish: Wish) -> Wanted:
    """The things that are asked for, each once, those of which none is asked left out."""
    counts: dict[int, int] = {}
    for pool, quantity in wish.things:
        counts[pool] = counts.get(pool, 0) + quantity
    day = timezone.localdate(wish.starts_at)
    for pool, quantity in counts.items():
        stock = layout.things.get(pool)
        if stock is None or (stock.retired_on is not None and day >= stock.retired_on):
            raise BookingRefused("请选择同一个中心在用的物资。")
        if quantity < 0:
            raise BookingRefused("物资的数量不能为负。")
    return tuple((layout.things[pool], counts[pool]) for pool in sorted(counts) if counts[pool])


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
    layout: Layout, bundle: Bundle, wish: Wish, *, by: Actor, now: datetime
) -> list[Broken]:
    """The rules that the wish itself breaks: no question to the database."""
    found: list[Broken] = []
    if wish.ends_at <= wish.starts_at:
        return [Broken("order", "结束时间应晚于开始时间。")]
    if wish.is_commercial:
        found.append(Broken("commercial", "公共场地不得用于经营性活动。"))
    if wish.people < 1:
        found.append(Broken("people", "请填写预计人数。"))
    for room in bundle.rooms:
        clock = of_the_time(room, wish.starts_at, wish.ends_at, now)
        if runs_house(layout, by):
            clock = [one for one in clock if one.rule in {"past", "shortest"}]
        found += clock + of_the_people(room, wish.people)
    return found + of_the_things(bundle.things)


def of_the_clock_and_house(
    layout: Layout, bundle: Bundle, wish: Wish, *, by: Actor, now: datetime, calendar: Calendar
) -> list[Broken]:
    """The rules that the wish and the hours decide: nothing more is asked of the database."""
    found = plainly_broken(layout, bundle, wish, by=by, now=now)
    if not any(one.rule == "order" for one in found):
        for room in bundle.rooms:
            found += of_the_house(layout, room, wish.starts_at, wish.ends_at, calendar)
    return found


def of_who_asks(
    layout: Layout, bundle: Bundle, wish: Wish, facts: Facts, *, by: Actor
) -> list[Broken]:
    """The rules that what they had before decides."""
    if runs_house(layout, by) or wish.ends_at <= wish.starts_at:
        return []
    quota = of_the_quota(layout, bundle.rooms, *wish.span, facts.used, facts.calendar)
    return quota + of_the_past(facts.suspended)


def calendar_of(layout: Layout) -> Calendar:
    """The calendar, where the house heeds it."""
    return Calendar.load() if layout.holidays_closed else Calendar.of([])
