"""What a house shares besides rooms, as its keepers see it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from changle.core.money import yuan
from changle.services.commons.models import Booking, Centre, Claim, Space, Thing
from changle.services.commons.queries.things import free_things


MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Shared:
    """A thing in the list of its house."""

    row: Thing
    free: int | None  # at this moment; none where it is out of use
    value: str
    is_over: bool


def things_of_house(centre: Centre, now: datetime, today: date) -> list[Shared]:
    """Two queries, whatever the number of things."""
    free = free_things(centre.pk, now, now + MOMENT)
    rows = centre.things.select_related("pool").order_by("sort", "pk")
    return [
        Shared(
            row,
            free.get(row.pool_id),
            "" if row.value_fen is None else yuan(row.value_fen),
            row.retired_on is not None and row.retired_on <= today,
        )
        for row in rows
    ]


def spaces_of_kind(centre: Centre, kind: str) -> list[Space]:
    rows = centre.spaces.filter(kind=kind).select_related("policy")
    return list(rows.order_by("sort", "pk"))


def promised(pool: int, since: datetime) -> tuple[datetime, int]:
    """The moment from `since` on at which most of a pool is promised, and how many then."""
    rows = Claim.objects.filter(pool=pool, ends_at__gt=since)
    parts = list(rows.values_list("starts_at", "ends_at", "quantity"))
    moments = {max(begins, since) for begins, _ends, _count in parts} or {since}
    taken = {
        at: sum(count for begins, ends, count in parts if begins <= at < ends) for at in moments
    }
    at = max(sorted(taken), key=lambda one: taken[one])
    return at, taken[at]


def bookings_with(pool: int, since: datetime) -> list[Booking]:
    """Accepted bookings that hold any of a pool beyond a moment."""
    rows = Booking.objects.filter(
        claims__pool=pool, claims__ends_at__gt=since, state__in=Booking.HOLDING
    )
    rows = rows.distinct().select_related("organisation", "on_behalf")
    return list(rows.order_by("starts_at", "pk"))
