"""The register of partners."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import Offer, Partner


MOST = 300
SOON = timedelta(days=30)
PLACES = (Node.Kind.STREET, Node.Kind.COMMUNITY)


def in_force(on: date) -> Q:
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def listed_partners(
    actor: Actor, *, q: str, nature: str, street: int | None
) -> "QuerySet[Partner]":
    rows = actor.rows(Partner, Permission.OFFER_VIEW).select_related("node", "street")
    if nature:
        rows = rows.filter(nature=nature)
    if street:
        rows = rows.filter(street_id=street)
    for word in q.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(uscc=word.upper()))
    live = Q(offers__state=Offer.State.LISTED)
    return rows.annotate(live=Count("offers", filter=live)).order_by("name", "pk")[:MOST]


def partner_seen(actor: Actor, pk: int, needs: str = Permission.OFFER_VIEW) -> Partner | None:
    return actor.rows(Partner, needs).select_related("node", "street").filter(pk=pk).first()


def places_of(actor: Actor) -> "QuerySet[Node]":
    """The streets and communities in which a person may enter partners."""
    rows = actor.rows(Node, Permission.PARTNER_EDIT).filter(kind__in=PLACES, ends_on__isnull=True)
    return rows.order_by("path")


def endings(first: date, last: date) -> "QuerySet[Partner]":
    """The agreements that end within a span."""
    rows = Partner.objects.filter(in_force(first), ends_on__lte=last).select_related("node")
    return rows.order_by("ends_on", "pk")


def offers_of(partner: Partner) -> "QuerySet[Offer]":
    return Offer.objects.filter(partner=partner).order_by("-pk")[:50]


def partners_named(actor: Actor) -> "QuerySet[Partner]":
    """Those that a receipt may name."""
    return actor.rows(Partner, Permission.PARTNER_EDIT).order_by("name", "pk")[:MOST]
