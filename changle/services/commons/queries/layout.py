"""A house as it is set up: rooms, things, hours and rules, kept by each process until they change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache

from django.db.models import Prefetch

from changle.services.commons.models import (
    Centre,
    Feature,
    Opening,
    OpeningException,
    Policy,
    Pool,
    Space,
    Thing,
)


MOST_KEPT = 2000
LATEST: "dict[int, Layout]" = {}  # by house: as it was laid out last in this process
Hours = tuple[tuple[time, time], ...]
NONE: Hours = ()


@dataclass(frozen=True)
class Room:
    """A room (an expert, a vehicle) with all that a booking asks of it."""

    pk: int
    name: str
    capacity: int
    policy: Policy
    pools: tuple[int, ...]
    features: frozenset[str]
    feature_names: tuple[str, ...]
    setup_minutes: int
    cleanup_minutes: int
    is_accessible: bool
    zone: str
    retired_on: date | None
    week: tuple[Hours, ...]  # by weekday; its own hours, or the house's
    exceptions: dict[date, tuple[Hours, str]]  # its own before the house's
    stamp: int = 0  # of the layout that it was read with
    kind: str = Space.Kind.ROOM

    @property
    def holds_people(self) -> bool:
        """Whether so many and no more find a place in it; an expert speaks to any number."""
        return self.kind != Space.Kind.PERSON


@dataclass(frozen=True)
class Stock:
    """A thing of which a house has several, by the key of its pool."""

    pk: int
    thing: int
    name: str
    quantity: int
    about: str
    may_leave: bool
    retired_on: date | None
    stamp: int = 0


@dataclass(frozen=True)
class Layout:
    pk: int
    name: str
    path: str
    node_id: int
    holidays_closed: bool
    is_public: bool
    closed_on: date | None
    rooms: dict[int, Room] = field(default_factory=dict)
    things: dict[int, Stock] = field(default_factory=dict)  # by pool
    stamp: int = 0


def stamps(pks: "list[int] | None" = None) -> list[tuple[int, int]]:
    """(house, stamp) of these, or of all: one query, and all that is asked when nothing changed."""
    rows = Centre.objects.order_by("sort", "pk")
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    return list(rows.values_list("pk", "layout_stamp"))


def layout(pk: int) -> Layout | None:
    found = stamps([pk])
    return laid_out(*found[0]) if found else None


def layout_of_spaces(space_pks: list[int]) -> Layout | None:
    """The house of these rooms; none where they are of several, or unknown."""
    found = set(
        Space.objects.filter(pk__in=space_pks).values_list("centre_id", "centre__layout_stamp")
    )
    return laid_out(*found.pop()) if len(found) == 1 else None


def likely_layout(space_pks: Sequence[int]) -> Layout | None:
    """As `layout_of_spaces`, without a question where the house was laid out before.

    It may be of yesterday: for who asks for the stamp besides, as a booking does.
    """
    for house in reversed(list(LATEST.values())):
        if any(pk in house.rooms for pk in space_pks):
            return house
    return layout_of_spaces(list(space_pks))


def layouts() -> list[Layout]:
    return [laid_out(pk, stamp) for pk, stamp in stamps()]


@lru_cache(maxsize=MOST_KEPT)
def laid_out(pk: int, stamp: int) -> Layout:
    centre = Centre.objects.select_related("node").get(pk=pk)
    spaces = Space.objects.filter(centre=pk).select_related("policy", "zone").order_by("sort", "pk")
    spaces = spaces.prefetch_related(
        Prefetch("pools", Pool.objects.order_by("pk")),
        Prefetch("features", Feature.objects.order_by("sort", "pk")),
    )
    openings = list(Opening.objects.filter(centre=pk).order_by("weekday", "opens"))
    exceptions = list(OpeningException.objects.filter(centre=pk).order_by("on", "opens", "pk"))
    rooms = {space.pk: room(space, openings, exceptions, stamp) for space in spaces}
    LATEST[pk] = Layout(
        pk, centre.name, str(centre.node.path), centre.node_id, centre.holidays_closed,
        centre.is_public, centre.closed_on, rooms, stocks(pk, stamp), stamp,
    )  # fmt: skip
    return LATEST[pk]


def stocks(centre_pk: int, stamp: int) -> dict[int, Stock]:
    rows = Thing.objects.filter(centre=centre_pk).select_related("pool").order_by("sort", "pk")
    return {
        row.pool_id: Stock(
            row.pool_id, row.pk, row.name, row.pool.quantity, row.about, row.may_leave,
            row.retired_on, stamp,
        )
        for row in rows
    }  # fmt: skip


def room(
    space: Space, openings: list[Opening], exceptions: list[OpeningException], stamp: int = 0
) -> Room:
    own = [one for one in openings if one.space_id == space.pk]
    hours = own or [one for one in openings if one.space_id is None]
    week = tuple(
        tuple((one.opens, one.closes) for one in hours if one.weekday == weekday)
        for weekday in range(7)
    )
    features = list(space.features.all())
    return Room(
        pk=space.pk, name=space.name, capacity=space.capacity, policy=space.policy,
        pools=tuple(pool.pk for pool in space.pools.all()),
        features=frozenset(one.code for one in features),
        feature_names=tuple(one.name for one in features),
        setup_minutes=space.setup_minutes, cleanup_minutes=space.cleanup_minutes,
        is_accessible=space.is_accessible, zone=space.zone.name if space.zone else "",
        retired_on=space.retired_on, week=week, exceptions=differing(space.pk, exceptions),
        stamp=stamp, kind=space.kind,
    )  # fmt: skip


def differing(space_pk: int, exceptions: list[OpeningException]) -> dict[date, tuple[Hours, str]]:
    """Day -> hours and why; a room's own exception goes before the house's."""
    found: dict[date, tuple[Hours, str]] = {}
    for owner in (None, space_pk):
        mine: dict[date, tuple[Hours, str]] = {}
        for one in exceptions:
            if one.space_id == owner:
                hours, _why = mine.get(one.on, (NONE, ""))
                if one.opens is not None and one.closes is not None:
                    hours = (*hours, (one.opens, one.closes))
                mine[one.on] = (hours, one.reason)
        found |= mine
    return found
