"""How much of an offer is to be had, when."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.services.exchange.models import Offer, OfferTime, Use


Claim = tuple[datetime, datetime, int]
MOST_DATES = 8
MOST_DAYS = 120  # ahead, for which dates are proposed
LONG, MINUTE = timedelta(days=36_500), timedelta(minutes=1)


def moment(day: date, at: time = time.min) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def claims_of(offers: Collection[int], since: datetime) -> dict[int, list[Claim]]:
    """Offer's key -> what is promised of it from a moment on; one query."""
    told: dict[int, list[Claim]] = defaultdict(list)
    rows = Use.objects.filter(offer_id__in=offers, holds_until__gt=since)
    for offer, start, end, quantity in rows.order_by("starts_at", "pk").values_list(
        "offer_id", "starts_at", "holds_until", "quantity"
    ):
        if end > start:
            told[offer].append((start, end, quantity))
    return told


def peak(claims: Iterable[Claim], start: datetime, end: datetime) -> int:
    """The most that is promised at any instant of a half-open span: looked at where one begins."""
    met = [one for one in claims if one[0] < end and one[1] > start]
    points = {start, *(begins for begins, _ends, _many in met if begins > start)}
    return max(sum(n for begins, ends, n in met if begins <= at < ends) for at in points)


def free(offer: Offer, start: datetime, end: datetime, claims: Iterable[Claim]) -> int:
    return max(0, offer.quantity - peak(claims, start, end))


def left_now(offers: Collection[Offer], now: datetime) -> dict[int, int]:
    """How many can be had at this moment; of a gift, how many nobody has spoken for."""
    told = claims_of([one.pk for one in offers], now)
    return {
        one.pk: free(one, now, now + (LONG if one.is_gift else MINUTE), told[one.pk])
        for one in offers
    }


@dataclass(frozen=True)
class Slot:
    """A date on which an offer with weekly times is to be had."""

    on: date
    opens: time
    closes: time
    left: int


def slots(
    offer: Offer, times: Collection[OfferTime], first: date, last: date, claims: Collection[Claim],
    most: int = MOST_DATES,
) -> list[Slot]:  # fmt: skip
    """The next dates of an offer with weekly times, within its own validity."""
    day = max(first, offer.starts_on)
    found: list[Slot] = []
    end = min(last, offer.ends_on or last, day + timedelta(days=MOST_DAYS))
    while day < end and len(found) < most:
        for one in sorted(times, key=lambda at: at.opens):
            if one.weekday == day.weekday():
                left = free(offer, moment(day, one.opens), moment(day, one.closes), claims)
                found.append(Slot(day, one.opens, one.closes, left))
        day += timedelta(days=1)
    return found


def outside(offer: Offer, times: Collection[OfferTime], start: datetime, end: datetime) -> str:
    """Why an offer is not to be had for a span; "" if it is."""
    begins, ends = timezone.localtime(start), timezone.localtime(end)
    last = (ends - timedelta(microseconds=1)).date()
    if begins.date() < offer.starts_on or (offer.ends_on and last >= offer.ends_on):
        until = f"至 {offer.ends_on - timedelta(days=1)}" if offer.ends_on else "起"
        return f"这项资源的有效期是 {offer.starts_on} {until}，请在有效期内选择时间。"
    if not times or offer.is_gift:
        return ""
    fits = any(
        one.weekday == begins.weekday()
        and begins.date() == ends.date()
        and one.opens <= begins.time()
        and ends.time() <= one.closes
        for one in times
    )
    told = "、".join(str(one) for one in times)
    return "" if fits else f"这项资源只在 {told} 提供，请在这些时间之内选择。"
