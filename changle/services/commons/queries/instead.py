"""When all that was wished for is free instead, the nearest to the wished time first."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.services.commons.queries.bundles import Bundle
from changle.services.commons.queries.hours import DAY, Span
from changle.services.commons.queries.layout import Layout
from changle.services.commons.queries.taken import busy_of, free_spans
from changle.services.commons.queries.things import Part, enough, parts_of


REACH = timedelta(days=14)  # before and after the wished time
MOST = 3


def nearest(
    layout: Layout, bundle: Bundle, wish: Span, calendar: Calendar, *, within: Span
) -> list[Span]:
    """Spans as long as the wished one in which everything is free; a query for rooms, one for things.

    `within`: from when up to when such a span may begin.
    """
    start, end = wish
    since, until = max(start - REACH, within[0]), min(end + REACH, within[1] + (end - start))
    if since >= until:
        return []
    busy = busy_of(bundle.rooms, since - DAY, until + DAY)
    parts = parts_of(bundle.thing_pools, since - DAY, until + DAY)
    common = all_free(layout, bundle, busy, parts, (since, until), calendar)
    return fitting(common, wish, bundle.step)


def all_free(
    layout: Layout,
    bundle: Bundle,
    busy: dict[int, list[Span]],
    parts: dict[int, list[Part]],
    span: Span,
    calendar: Calendar,
) -> list[Span]:
    """When all the rooms can be used and enough of every thing is there."""
    before, after = margins = bundle.margins
    common = [span]
    for room in bundle.rooms:
        common = meet(common, free_spans(layout, room, busy, *span, calendar, margins=margins))
    for stock, quantity in bundle.things:
        told = enough(parts[stock.pk], stock.quantity, quantity, span[0] - before, span[1] + after)
        common = meet(common, [(begins + before, ends - after) for begins, ends in told])
    return common


def fitting(common: Sequence[Span], wish: Span, step: timedelta) -> list[Span]:
    """In each free span the time nearest to the wished hour, on a step of the clock."""
    start, length = wish[0], wish[1] - wish[0]
    found = []
    for begins, ends in common:
        at = min(max(start, begins), ends - length)
        at -= (at - timezone.localtime(at).replace(hour=0, minute=0, second=0)) % step
        at = at if at >= begins else at + step
        if begins <= at and at + length <= ends:
            found.append((at, at + length))
    return sorted(found, key=lambda span: (abs(span[0] - start), span))[:MOST]


def meet(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The moments that two lists of spans share."""
    shared = [(max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d)]
    return sorted(shared)
