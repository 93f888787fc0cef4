"""Offers and requests as everybody finds them, and as those who may do something with them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.dateparse import parse_date

from changle.core.files import StoredFile
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.queries import key_of
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import Offer, OfferTime, Request, Use


PAGE = 24
MOST_DEEDS = 50
VIEW = Permission.OFFER_VIEW
OFFER_WITH = ("organisation", "partner", "node", "kind", "street", "photo")
REQUEST_WITH = ("organisation", "node", "kind", "street")
TONES = {
    "listed": "good", "verified": "good", "accepted": "good", "in_use": "good", "matched": "good",
    "fulfilled": "calm", "closed": "calm", "cancelled": "calm", "withdrawn": "calm", "expired": "calm",
    "offered": "near", "reserved": "near", "open": "near", "returned": "near",
}  # fmt: skip
TIMES = Prefetch("times", OfferTime.objects.order_by("weekday", "opens"))


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the board; the names are those of the address."""

    side: str = "offers"  # offers, requests
    q: str = ""
    kind: int | None = None
    street: int | None = None
    on: date | None = None  # a day on which it is to be had, or needed
    page: int = 0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Filters":
        """From the address; what cannot be meant is left out."""
        text = {
            n: str(told.get(n, "")).replace("\x00", "").strip()[:60] for n in ("q", "on", "page")
        }
        try:
            on = parse_date(text["on"])
        except ValueError:
            on = None
        return cls(
            side="requests" if told.get("side") == "requests" else "offers",
            q=text["q"],
            kind=key_of(str(told.get("kind", ""))),
            street=key_of(str(told.get("street", ""))),
            on=on,
            page=min(key_of(text["page"]) or 0, 999),
        )

    def asked(self) -> dict[str, str]:
        return {n: str(v) for n, v in asdict(self).items() if v and n != "page"}


def listed(today: date) -> "QuerySet[Offer]":
    """The offers that everybody may see, on purpose: no contacts are printed of them."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=today)
    return Offer.objects.filter(lasting, state=Offer.State.LISTED)


def wanted(today: date) -> "QuerySet[Request]":
    """The requests that everybody with an account may see, on purpose: so that they are met."""
    return Request.objects.filter(state=Request.State.OPEN, ends_on__gt=today)


def found_offers(filters: Filters, today: date) -> "QuerySet[Offer]":
    rows = listed(today)
    if filters.on:
        timed = Q(times__isnull=True) | Q(times__weekday=filters.on.weekday())
        lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=filters.on)
        rows = rows.filter(timed, lasting, starts_on__lte=filters.on).distinct()
    rows = narrowed(rows, filters, "organisation__search_text", "partner__name")
    return rows.select_related(*OFFER_WITH).prefetch_related(TIMES).order_by("-listed_on", "-pk")


def found_requests(filters: Filters, today: date) -> "QuerySet[Request]":
    rows = wanted(today)
    if filters.on:
        rows = rows.filter(starts_on__lte=filters.on, ends_on__gt=filters.on)
    rows = narrowed(rows, filters, "organisation__search_text")
    return rows.select_related(*REQUEST_WITH).order_by("ends_on", "pk")


RowT = TypeVar("RowT", Offer, Request)


def narrowed(rows: "QuerySet[RowT]", filters: Filters, *names: str) -> "QuerySet[RowT]":
    if filters.kind:
        rows = rows.filter(kind_id=filters.kind)
    if filters.street:
        rows = rows.filter(street_id=filters.street)
    for word in filters.q.split()[:5]:
        said = Q(title__icontains=word) | Q(about__icontains=word) | Q(node__name__icontains=word)
        for name in names:
            said |= Q((f"{name}__icontains", word.lower()))
        rows = rows.filter(said)
    return rows


def page_of(rows: Any, number: int) -> tuple[list[Any], bool]:
    """A page, and whether another follows."""
    found = list(rows[number * PAGE : (number + 1) * PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def streets() -> list[tuple[int, str]]:
    rows = Node.objects.filter(kind=Node.Kind.STREET, ends_on__isnull=True)
    return list(rows.order_by("sort", "pk").values_list("pk", "name"))


def offer_seen(actor: Actor, pk: int, today: date) -> Offer | None:
    """An offer of one's own reach in whatever state, or one on the board."""
    mine = actor.rows(Offer, VIEW).filter(pk=pk).order_by().values("pk")
    taken = actor.rows(Use, VIEW).filter(offer_id=pk).order_by().values("offer_id")
    rows = Offer.objects.filter(
        Q(pk__in=mine) | Q(pk__in=taken) | Q(pk__in=listed(today).values("pk")), pk=pk
    )
    rows = rows.select_related(*OFFER_WITH, "offered_by", "verified_by")
    return rows.prefetch_related(TIMES).first()


def request_seen(actor: Actor, pk: int, today: date) -> Request | None:
    mine = actor.rows(Request, VIEW).filter(pk=pk).order_by().values("pk")
    rows = Request.objects.filter(Q(pk__in=mine) | Q(pk__in=wanted(today).values("pk")), pk=pk)
    return rows.select_related(*REQUEST_WITH, "asked_by").first()


def to_verify(actor: Actor) -> "QuerySet[Offer]":
    """What waits to be verified by this person: nothing that they offered themselves."""
    rows = actor.rows(Offer, Permission.OFFER_VERIFY).filter(
        state__in=(Offer.State.OFFERED, Offer.State.VERIFIED)
    )
    rows = rows.exclude(offered_by_id=actor.user_id)
    return rows.select_related(*OFFER_WITH).prefetch_related(TIMES).order_by("due_on", "pk")[:200]


def public_photo(public_id: Any, today: date) -> StoredFile | None:
    """The picture of an offer on the board."""
    offer = listed(today).filter(photo__public_id=public_id).select_related("photo").first()
    return offer.photo if offer else None


def story_of(row: Offer | Request | Use) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=row._meta.label, subject_id=str(row.pk))
    return entries.order_by("-id")[:MOST_DEEDS]


def tallies(today: date) -> dict[int, int]:
    """Kind's key -> how many offers of it are on the board."""
    rows = listed(today).order_by().values("kind_id").annotate(many=Count("pk"))
    return {row["kind_id"]: row["many"] for row in rows}
