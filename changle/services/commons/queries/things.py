"""How many of a thing are free: at every instant of a span, not on the average of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from changle.services.commons.models import Claim, Pool
from changle.services.commons.queries.bundles import Wanted
from changle.services.commons.queries.hours import Span


LONG = timedelta(days=14)  # looked ahead for the moment at which enough are free
Part = tuple[datetime, datetime, int]  # so many taken from one moment up to another


@dataclass(frozen=True)
class Shortage:
    """Of a thing fewer are free, at the worst instant of a span, than are wanted."""

    pool_id: int
    name: str
    wanted: int
    free: int  # at the worst instant
    enough_from: datetime | None  # from when on as many are free for as long; none within sight

    def sentence(self) -> str:
        told = f"“{self.name}”要 {self.wanted}，这段时间最少时只剩 {self.free}"
        if self.enough_from is None:
            return told
        return f"{told}，{timezone.localtime(self.enough_from):%m月%d日 %H:%M} 起够"


def parts_of(
    pools: Collection[int], start: datetime, end: datetime, *, but: int = 0
) -> dict[int, list[Part]]:
    """Pool -> what is taken of it within a span; one query. `but`: a booking that does not count."""
    found: dict[int, list[Part]] = {pool: [] for pool in pools}
    if not found:
        return found
    rows = Claim.objects.filter(pool_id__in=found, ends_at__gt=start, starts_at__lt=end)
    if but:
        rows = rows.exclude(booking_id=but)
    columns = ("pool_id", "starts_at", "ends_at", "quantity")
    for pool, begins, ends, count in rows.values_list(*columns):
        found[pool].append((begins, ends, count))
    return found


def most_taken(parts: Iterable[Part], start: datetime, end: datetime) -> int:
    """The most that is taken at one instant: it can only rise where a part begins."""
    within = [part for part in parts if part[0] < end and part[1] > start]
    moments = {start, *(part[0] for part in within if part[0] > start)}
    return max(
        sum(count for begins, ends, count in within if begins <= at < ends) for at in moments
    )


def enough(
    parts: Iterable[Part], there: int, wanted: int, start: datetime, end: datetime
) -> list[Span]:
    """The spans within [start, end) in which as many as are wanted are free throughout."""
    within = [part for part in parts if part[0] < end and part[1] > start]
    edges = sorted({start, end, *(at for part in within for at in part[:2] if start < at < end)})
    spans: list[Span] = []
    for at, until in pairwise(edges):
        taken = sum(count for begins, ends, count in within if begins <= at < ends)
        if there - taken < wanted:
            continue
        if spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((at, until))
    return spans


def short_of(
    wanted: Wanted, parts: dict[int, list[Part]], start: datetime, end: datetime
) -> list[Shortage]:
    """What is wanted and not there; `parts` reach LONG beyond the end, where they are known."""
    found = []
    for stock, quantity in wanted:
        free = stock.quantity - most_taken(parts[stock.pk], start, end)
        if free < quantity:
            later = enough(parts[stock.pk], stock.quantity, quantity, start, end + LONG)
            since = next((b for b, e in later if e - b >= end - start), None)
            found.append(Shortage(stock.pk, stock.name, quantity, max(free, 0), since))
    return found


def shortages(wanted: Wanted, start: datetime, end: datetime, *, but: int = 0) -> list[Shortage]:
    """The same, asked of the database: one query, none where no thing is wanted."""
    parts = parts_of([stock.pk for stock, _count in wanted], start, end + LONG, but=but)
    return short_of(wanted, parts, start, end)


def free_things(
    centres: int | Collection[int], start: datetime, end: datetime, *, but: int = 0
) -> dict[int, int]:
    """Pool -> how many are free at every instant from a moment up to another; one query.

    Of every thing in use of a house, or of several. `but`: a booking that does not count.
    """
    houses = [centres] if isinstance(centres, int) else list(centres)
    claims = FilteredRelation(
        "claims", condition=Q(claims__ends_at__gt=start, claims__starts_at__lt=end)
    )
    rows = Pool.objects.filter(thing__centre__in=houses)
    in_use = Q(thing__retired_on__isnull=True) | Q(thing__retired_on__gt=timezone.localdate(start))
    told = rows.filter(in_use).annotate(taken=claims).order_by("thing__sort", "thing__pk")
    there: dict[int, int] = {}
    parts: dict[int, list[Part]] = {}
    for pool, quantity, begins, ends, count, booking in told.values_list(
        "pk", "quantity", "taken__starts_at", "taken__ends_at", "taken__quantity",
        "taken__booking_id",
    ):  # fmt: skip
        there[pool] = quantity
        parts.setdefault(pool, [])
        if begins is not None and not (but and booking == but):
            parts[pool].append((begins, ends, count))
    return {
        pool: max(0, quantity - most_taken(parts[pool], start, end))
        for pool, quantity in there.items()
    }
