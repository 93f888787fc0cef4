"""Who uses which room when, as far as the viewer may know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking, Claim, Pool
from changle.services.commons.queries.layout import Layout, Room


# No rule lets a request be longer: `longest` has two bytes for its minutes.
LONGEST = timedelta(minutes=32_767)
ABOUT = (
    "id", "title", "is_open", "purpose", "state", "starts_at", "ends_at",
    "organisation__name", "organisation__node__path", "on_behalf__name", "on_behalf__path",
    "person_id",
)  # fmt: skip
OWN_TIMES = ("claims__booking__starts_at", "claims__booking__ends_at")
OWN_TIMES_AT = ABOUT.index("starts_at")
CLAIMED = ("claims__starts_at", "claims__ends_at", "claims__closure_id", "claims__closure__reason",
           *(f"claims__booking__{name}" for name in ABOUT))  # fmt: skip
ASKED = ("holds_from", "holds_until", *ABOUT)


@dataclass(frozen=True, slots=True)
class Use:
    """A room taken (or asked for) from `starts_at`, set-up included, up to `ends_at`."""

    starts_at: int  # minutes since the epoch, as all times of this file: many are compared
    ends_at: int
    kind: str  # booked, activity, asked, off; busy where the viewer may know no more
    booking_id: int = 0  # where the viewer may open it
    words: str = ""
    used: tuple[int, int] | None = None  # without the time to set up and to clean

    def text(self) -> str:
        """What it is and whose, as far as the viewer may know."""
        return self.words


def minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


@dataclass(frozen=True)
class Reading:
    """What one viewer may know of the bookings of one house."""

    house: str
    actor: Actor

    @cached_property
    def everywhere(self) -> bool:
        return self.actor.holds_at(Permission.BOOKING_VIEW, self.house)

    def use(self, start: datetime, end: datetime, about: Sequence[Any]) -> Use:
        pk, title, is_open, purpose, state, starts, ends, body, path, place, way, person = about
        mine = self.everywhere or any(
            self.actor.holds_at(Permission.BOOKING_VIEW, one) for one in (path, way) if one
        )
        mine = mine or bool(person and person == self.actor.user_id)
        asked = state == Booking.State.REQUESTED
        if not mine and not is_open:
            kind, text = ("asked", "有申请待审批") if asked else ("busy", "已占用")
            return Use(minute(start), minute(end), kind, 0, text)
        kind = "activity" if purpose == Booking.Purpose.ACTIVITY else "booked"
        holder = body or place or ("居民" if mine else "")
        text = f"{title} · {holder}" if holder else title
        span = (minute(starts), minute(ends)) if starts else None
        held = minute(start), minute(end)
        return Use(*held, "asked" if asked else kind, pk if mine else 0, text, span)


def claims_of(pools: Collection[int], start: datetime, end: datetime) -> "QuerySet[Pool]":
    """Each pool of rooms with its claims that meet [start, end).

    A room is had by one at a time, so only the last claim begun by `start` can reach over it: the
    index is entered there, and years of past claims are never read.
    """
    begun = Claim.objects.filter(pool=OuterRef("pk"), starts_at__lte=start).order_by("-starts_at")
    since = Coalesce(Subquery(begun.values("starts_at")[:1]), start)
    return (
        Pool.objects.filter(pk__in=pools)
        .annotate(since=since)
        .filter(claims__starts_at__gte=since, claims__starts_at__lt=end, claims__ends_at__gt=start)
        .order_by("claims__starts_at", "pk")
    )


def uses(
    layout: Layout,
    rooms: Iterable[Room],
    start: datetime,
    end: datetime,
    *,
    actor: Actor,
    now: datetime,
    asked: bool = True,
    brief: bool = False,
) -> dict[int, list[Use]]:
    """Room -> its uses in order; two queries for any number of rooms. `asked`: requests too.

    `brief`: without the times that exclude set-up and cleaning: two less to read of each row.
    """
    rooms = list(rooms)
    reading = Reading(layout.path, actor)
    by_pool: dict[int, list[Use]] = {pool: [] for room in rooms for pool in room.pools}
    seen: dict[tuple[int, int], Use] = {}
    columns = [one for one in CLAIMED if one not in OWN_TIMES] if brief else CLAIMED
    for row in claims_of(by_pool, start, end).values_list("pk", *columns):
        pool, starts, ends, closure, why, *about = row
        if brief:
            about[OWN_TIMES_AT:OWN_TIMES_AT] = (None, None)
        key = (about[0] or 0, closure or 0)
        if key not in seen:
            seen[key] = (
                Use(minute(starts), minute(ends), "off", words=why)
                if closure
                else reading.use(starts, ends, about)
            )
        by_pool[pool].append(seen[key])
    found = {
        room.pk: list(by_pool[room.pools[0]])
        if len(room.pools) == 1
        else list(dict.fromkeys(use for pool in room.pools for use in by_pool[pool]))
        for room in rooms
    }
    if asked:
        add_unclaimed(found, layout, rooms, start, end, reading=reading, now=now)
    return {pk: sorted(told, key=lambda use: use.starts_at) for pk, told in found.items()}


def add_unclaimed(
    found: dict[int, list[Use]],
    layout: Layout,
    rooms: list[Room],
    start: datetime,
    end: datetime,
    *,
    reading: Reading,
    now: datetime,
) -> None:
    """Requests, which hold nothing yet, and past uses, which hold nothing any more."""
    states = [Booking.State.REQUESTED, *(Booking.USED[1:] if start < now else ())]
    rows = Booking.objects.filter(
        centre=layout.pk, state__in=states, starts_at__lt=end, starts_at__gt=start - LONGEST,
        ends_at__gt=start,
    )  # fmt: skip
    holds = {
        pool: [room.pk for room in rooms if pool in room.pools]
        for room in rooms
        for pool in room.pools
    }
    for space, starts, ends, *about in rows.order_by("starts_at", "pk").values_list(
        "booked__space_id", *ASKED
    ):
        room = layout.rooms.get(space or 0)
        use = reading.use(starts, ends, about)
        for pk in {pk for pool in (room.pools if room else ()) for pk in holds.get(pool, ())}:
            found[pk].append(use)
