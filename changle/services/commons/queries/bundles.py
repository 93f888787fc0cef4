"""What is had together: rooms (experts, vehicles) and so many of some things, all or none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from changle.services.commons.models import BookedSpace, BookedThing, Booking
from changle.services.commons.queries.hours import Span
from changle.services.commons.queries.layout import Layout, Room, Stock


Wanted = tuple[tuple[Stock, int], ...]


@dataclass(frozen=True)
class Bundle:
    """Rooms of one house with the things that go with them."""

    rooms: tuple[Room, ...]
    things: Wanted = ()

    @property
    def margins(self) -> tuple[timedelta, timedelta]:
        """The time to set up and to clean: of rooms had together the longest holds for all."""
        before = max((room.setup_minutes for room in self.rooms), default=0)
        after = max((room.cleanup_minutes for room in self.rooms), default=0)
        return timedelta(minutes=before), timedelta(minutes=after)

    def held(self, start: datetime, end: datetime) -> Span:
        """For how long everything is taken, with the time to set up and to clean."""
        before, after = self.margins
        return start - before, end + after

    @property
    def step(self) -> timedelta:
        return timedelta(minutes=max(room.policy.step for room in self.rooms))

    @property
    def room_pools(self) -> list[int]:
        return sorted({pool for room in self.rooms for pool in room.pools})

    @property
    def thing_pools(self) -> list[int]:
        return sorted(stock.pk for stock, _quantity in self.things)

    @property
    def stamps(self) -> set[int]:
        """Of the layout that it was chosen by."""
        return {room.stamp for room in self.rooms} | {stock.stamp for stock, _q in self.things}

    def bounds(self, now: datetime, *, free_of_rules: bool) -> Span:
        """From when up to when the rules let a use begin; who runs the house is bound by now."""
        if free_of_rules:
            return now, now + timedelta(days=366)
        ahead = timedelta(hours=max(room.policy.hours_ahead for room in self.rooms))
        far = timedelta(days=min(room.policy.days_ahead for room in self.rooms))
        return now + ahead, now + far


def rooms_of(layout: Layout, booking: Booking) -> list[Room]:
    keys = BookedSpace.objects.filter(booking=booking).values_list("space_id", flat=True)
    return [layout.rooms[pk] for pk in sorted(keys) if pk in layout.rooms]


def things_of(layout: Layout, booking: Booking) -> Wanted:
    rows = BookedThing.objects.filter(booking=booking).order_by("pool_id")
    told = rows.values_list("pool_id", "quantity")
    return tuple((layout.things[pool], count) for pool, count in told if pool in layout.things)


def bundle_of(layout: Layout, booking: Booking) -> Bundle:
    """What a booking asks for, whether it holds it or not; two queries."""
    return Bundle(tuple(rooms_of(layout, booking)), things_of(layout, booking))
