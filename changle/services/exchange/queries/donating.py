"""The book of gifts, what became of them, and what is made public in an emergency."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from changle.core.reach import Actor
from changle.core.sealed import mask_name
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import (
    Disclosure,
    Distribution,
    Donation,
    DonationItem,
    Emergency,
)


MOST = 200
EVERY = timedelta(days=5)  # Charity Law, chapter on emergencies: at least every five days
WITH = ("node", "partner", "organisation", "emergency")
SEATS = (Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY, Node.Kind.CENTRE)


def items(*, until: datetime | None = None) -> "QuerySet[DonationItem]":
    """With what has been handed out of each, as of a moment."""
    then = Q(distributions__recorded_at__lte=until) if until else Q()
    given = Coalesce(Sum("distributions__quantity", filter=then), 0)
    return DonationItem.objects.annotate(given=given).order_by("pk")


def given_of(item: DonationItem) -> int:
    """How many have been handed out of a thing that `items` has fetched."""
    return int(getattr(item, "given", 0))


def book(actor: Actor, *, year: int | None, emergency: int | None) -> "QuerySet[Donation]":
    rows = actor.rows(Donation, Permission.PARTNER_EDIT).select_related(*WITH)
    if year:
        rows = rows.filter(year=year)
    if emergency:
        rows = rows.filter(emergency_id=emergency)
    rows = rows.prefetch_related(Prefetch("items", items()))
    return rows.order_by("-received_on", "-pk")[:MOST]


def donation_seen(actor: Actor, pk: int) -> Donation | None:
    rows = actor.rows(Donation, Permission.PARTNER_EDIT).select_related(*WITH, "recorded_by")
    return rows.prefetch_related(Prefetch("items", items())).filter(pk=pk).first()


def handed_out(donation: Donation) -> list[Distribution]:
    rows = Distribution.objects.filter(item__donation=donation)
    return list(rows.select_related("item").order_by("-given_on", "-pk"))


def item_seen(actor: Actor, pk: int) -> DonationItem | None:
    rows = items().filter(donation__in=actor.rows(Donation, Permission.PARTNER_EDIT))
    return rows.select_related("donation__node").filter(pk=pk).first()


def receivers(actor: Actor) -> "QuerySet[Node]":
    """The places of a person's own posts, which receive gifts in their own name; and their centres."""
    paths = actor.reach.get(Permission.PARTNER_EDIT, ())
    rows = actor.rows(Node, Permission.PARTNER_EDIT).filter(ends_on__isnull=True, kind__in=SEATS)
    return rows.filter(Q(path__in=paths) | Q(kind=Node.Kind.CENTRE)).order_by("path")


def emergencies(actor: Actor) -> "QuerySet[Emergency]":
    rows = actor.rows(Emergency, Permission.OFFER_VIEW).select_related("node")
    return rows.order_by("-starts_on", "-pk")[:MOST]


def emergency_seen(actor: Actor, pk: int) -> Emergency | None:
    rows = actor.rows(Emergency, Permission.PARTNER_EDIT).select_related("node")
    return rows.filter(pk=pk).first()


def going_on(on: date) -> "QuerySet[Emergency]":
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    return Emergency.objects.filter(lasting, starts_on__lte=on).select_related("node")


def in_public(on: date) -> "QuerySet[Emergency]":
    """The responses that go on and of which something has been made public."""
    told = Disclosure.objects.filter(emergency=OuterRef("pk"))
    return going_on(on).filter(Exists(told)).order_by("-starts_on", "pk")


def covering(node: Node, on: date) -> "QuerySet[Emergency]":
    """The responses that a place is part of."""
    steps = str(node.path).rstrip(".").split(".")
    above = [".".join(steps[: count + 1]) + "." for count in range(len(steps))]
    return going_on(on).filter(node__path__in=above).order_by("-starts_on", "pk")


def last_disclosed(emergencies: list[Emergency]) -> dict[int, datetime]:
    """Emergency's key -> when its gifts were last made public; one query."""
    rows = Disclosure.objects.filter(emergency__in=emergencies).order_by("at", "pk")
    return dict(rows.values_list("emergency_id", "at"))


def due_on(row: Emergency, last: datetime | None) -> date:
    """The day by which the next disclosure must be out."""
    return (timezone.localdate(last) if last else row.starts_on) + EVERY


@dataclass(frozen=True)
class Published:
    """What everybody may read of a response, as of its last disclosure."""

    row: Emergency
    at: datetime
    donations: list[Donation]
    value_fen: int


def published(pk: int) -> Published | None:
    """None until something has been disclosed."""
    row = Emergency.objects.filter(pk=pk).select_related("node").first()
    if row is None:
        return None
    last = Disclosure.objects.filter(emergency=row).order_by("-at", "-pk").first()
    if last is None:
        return None
    rows = Donation.objects.filter(emergency=row, recorded_at__lte=last.at, voided_at__isnull=True)
    rows = rows.select_related("node", "partner", "organisation")
    rows = rows.prefetch_related(Prefetch("items", items(until=last.at)))
    found = list(rows.order_by("-received_on", "-pk")[:MOST])
    total = sum(item.value_fen for one in found for item in one.items.all())
    return Published(row, last.at, found, total)


def public_name(row: Donation) -> str:
    """As it is made public: a person by the family name alone."""
    if row.is_anonymous:
        return "匿名"
    return str(row.organisation or row.partner or mask_name(row.donor_name))
