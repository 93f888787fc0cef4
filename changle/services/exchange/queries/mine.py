"""What a person's own side offers, asks for, gives and takes."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import Offer, Request, Use
from changle.services.exchange.queries.board import OFFER_WITH, REQUEST_WITH, TIMES


MOST = 100
MAKE, VIEW = Permission.OFFER_MAKE, Permission.OFFER_VIEW
USE_WITH = (
    "offer__kind",
    "offer__organisation",
    "offer__partner",
    "offer__node",
    "organisation",
    "node",
)
ENDED = (Use.State.CLOSED, Use.State.CANCELLED)
OVER = (Offer.State.CLOSED, Offer.State.EXPIRED, Offer.State.WITHDRAWN)


def sat_at(actor: Actor, lookup: str) -> Q:
    """At the places of one's own posts, not merely below them."""
    return Q((f"{lookup}__path__in", actor.reach.get(VIEW, ())))


def my_offers(actor: Actor) -> "QuerySet[Offer]":
    rows = actor.rows(Offer, VIEW).filter(sat_at(actor, "node") | Q(offered_by=actor.user_id))
    rows = rows.select_related(*OFFER_WITH).prefetch_related(TIMES)
    return rows.order_by("-offered_at", "-pk")[:MOST]


def my_requests(actor: Actor) -> "QuerySet[Request]":
    rows = actor.rows(Request, VIEW).filter(sat_at(actor, "node") | Q(asked_by=actor.user_id))
    return rows.select_related(*REQUEST_WITH).order_by("-asked_at", "-pk")[:MOST]


def uses_taken(actor: Actor) -> "QuerySet[Use]":
    rows = actor.rows(Use, VIEW).filter(sat_at(actor, "node") | Q(reserved_by=actor.user_id))
    return rows.select_related(*USE_WITH).order_by("-starts_at", "-pk")[:MOST]


def uses_given(actor: Actor) -> "QuerySet[Use]":
    rows = actor.rows(Use, VIEW).filter(
        sat_at(actor, "offer__node") | Q(offer__offered_by=actor.user_id)
    )
    return rows.select_related(*USE_WITH).order_by("-starts_at", "-pk")[:MOST]


def use_seen(actor: Actor, pk: int) -> Use | None:
    rows = actor.rows(Use, VIEW).select_related(*USE_WITH, "request", "reserved_by")
    return rows.filter(pk=pk).first()


def uses_of(offer: Offer) -> list[Use]:
    """The uses to come and of late, for the giver's side."""
    rows = Use.objects.filter(offer=offer).select_related(*USE_WITH)
    return list(rows.order_by("-starts_at", "-pk")[:MOST])


def of_body(body: Organisation) -> dict[str, list[Offer] | list[Request] | list[Use]]:
    """The room of a body's record: four queries and one for the times."""
    offers = Offer.objects.filter(organisation=body).select_related(*OFFER_WITH)
    requests = Request.objects.filter(organisation=body).select_related(*REQUEST_WITH)
    uses = Use.objects.filter(Q(organisation=body) | Q(offer__organisation=body))
    return {
        "offers": list(offers.prefetch_related(TIMES).order_by("-pk")[:MOST]),
        "requests": list(requests.order_by("-pk")[:MOST]),
        "uses": list(uses.select_related(*USE_WITH).order_by("-starts_at", "-pk")[:MOST]),
    }


def out_of_time(today: date) -> "tuple[QuerySet[Offer], QuerySet[Request]]":
    """What has come to its end and is still open."""
    offers = Offer.objects.filter(ends_on__lte=today).exclude(state__in=OVER)
    requests = Request.objects.filter(ends_on__lte=today, state=Request.State.OPEN)
    return offers.order_by("pk"), requests.order_by("pk")


def late(now: datetime) -> "QuerySet[Use]":
    """What should have been given back."""
    rows = Use.objects.filter(state=Use.State.IN_USE, ends_at__lte=now)
    return rows.select_related(*USE_WITH).order_by("ends_at", "pk")
