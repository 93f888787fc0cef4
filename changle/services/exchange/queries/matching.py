"""Which offers may meet a request, and which requests an offer: with the reasons in words."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from changle.services.exchange.models import Offer, OfferTime, Request
from changle.services.exchange.queries.board import OFFER_WITH, REQUEST_WITH, TIMES, listed, wanted
from changle.services.exchange.queries.free import Claim, claims_of, free, moment, slots


MOST = 8
LOOKED_AT = 200
SAME_STREET, ENOUGH, TIMELY, SAME_WORD = 3, 3, 3, 2
WORD = 2  # characters that two titles must share


@dataclass
class Match:
    """A pair that may suit: `score` orders, `reasons` speak for it, `doubts` against."""

    offer: Offer
    request: Request
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    on: date | None = None  # the first day on which it can be had

    def speaks(self, points: int, reason: str) -> None:
        self.score += points
        self.reasons.append(reason)


def for_request(request: Request, now: datetime) -> list[Match]:
    """Offers on the board that may meet it, the best first; three queries."""
    today = timezone.localdate(now)
    rows = listed(today).filter(kind_id=request.kind_id, starts_on__lt=request.ends_on)
    rows = rows.exclude(node_id=request.node_id)
    offers = list(
        rows.select_related(*OFFER_WITH).prefetch_related(TIMES).order_by("-pk")[:LOOKED_AT]
    )
    claims = claims_of([one.pk for one in offers], now)
    return best([judged(one, request, claims[one.pk], today) for one in offers])


def for_offer(offer: Offer, now: datetime) -> list[Match]:
    """Open requests that it may meet; `offer.times` must be loaded."""
    today = timezone.localdate(now)
    rows = wanted(today).filter(kind_id=offer.kind_id, ends_on__gt=offer.starts_on)
    if offer.ends_on:
        rows = rows.filter(starts_on__lt=offer.ends_on)
    requests = list(
        rows.exclude(node_id=offer.node_id).select_related(*REQUEST_WITH).order_by("pk")[:LOOKED_AT]
    )
    claims = claims_of([offer.pk], now)[offer.pk]
    return best([judged(offer, one, claims, today) for one in requests])


def best(found: list["Match | None"]) -> list[Match]:
    kept = [one for one in found if one is not None]
    return sorted(kept, key=lambda one: (-one.score, one.offer.pk, one.request.pk))[:MOST]


def judged(offer: Offer, request: Request, claims: Collection[Claim], today: date) -> Match | None:
    """None where they cannot meet: another street's own, or not one day in common."""
    match = Match(offer, request)
    match.speaks(0, f"同是{offer.kind.name}")
    near = offer.street_id is not None and offer.street_id == request.street_id
    if offer.audience == Offer.Audience.STREET and not near:
        return None
    if near:
        match.speaks(SAME_STREET, f"都在{offer.street}")
    first = max(request.starts_on, offer.starts_on, today)
    last = min(request.ends_on, offer.ends_on or request.ends_on)
    if first >= last:
        return None
    times = list(offer.times.all())
    left = (
        timely(match, times, claims, first, last) if times else spanned(match, claims, first, last)
    )
    if left is None:
        return None
    if left >= request.quantity:
        match.speaks(
            ENOUGH, f"数量够：需要 {request.quantity}{request.unit}，有 {left}{offer.unit}"
        )
    elif left:
        match.score += 1
        match.doubts.append(f"只有 {left}{offer.unit}，不够 {request.quantity}{request.unit}")
    else:
        match.doubts.append("这段时间已被约满")
    if word := shared(offer.title, request.title):
        match.speaks(SAME_WORD, f"都提到“{word}”")
    return match


def timely(
    match: Match, times: list[OfferTime], claims: Collection[Claim], first: date, last: date
) -> int | None:
    """The most that is left on one of the dates of an offer with weekly times."""
    found = slots(match.offer, times, first, last, claims)
    if match.request.weekday is not None:
        found = [one for one in found if one.on.weekday() == match.request.weekday]
    if not found:
        return None
    pick = max(found, key=lambda one: (one.left >= match.request.quantity, -one.on.toordinal()))
    match.on = pick.on
    told = "、".join(str(one) for one in times[:3])
    match.speaks(TIMELY, f"时间合适：{told}，最近一次 {pick.on.month}月{pick.on.day}日")
    return pick.left


def spanned(match: Match, claims: Collection[Claim], first: date, last: date) -> int:
    """What is left on the best of the days in question; whole days."""
    days = [first + timedelta(days=n) for n in range(min((last - first).days, 31))]
    wish = match.request.weekday
    days = [one for one in days if wish is None or one.weekday() == wish] or days[:1]
    left = {
        one: free(match.offer, moment(one), moment(one + timedelta(days=1)), claims) for one in days
    }
    on = max(days, key=lambda one: (left[one] >= match.request.quantity, -one.toordinal()))
    match.on = on
    match.speaks(TIMELY, f"需要的期间内可以用：{on.month}月{on.day}日起")
    return left[on]


def shared(one: str, other: str) -> str:
    """The longest run of characters that two titles share, if it is a word."""
    runs = {
        one[start : start + length]
        for length in range(WORD, min(len(one), 8) + 1)
        for start in range(len(one) - length + 1)
    }
    said = [run for run in runs if run in other and run.strip() == run]
    return max(said, key=lambda run: (len(run), run), default="")
