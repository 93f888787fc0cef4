"""Offers and requests as the API tells them: what is on the board, without contacts."""

from datetime import date, datetime
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.exchange.models import Offer, Partner, Request, ResourceKind
from changle.services.exchange.queries.board import Filters, found_offers, found_requests
from changle.services.exchange.queries.free import left_now
from changle.services.exchange.queries.kinds import kinds
from changle.services.exchange.queries.seats import Party


def kind_called(code: str, today: date) -> ResourceKind | None:
    return kinds(today).filter(code=code).first()


def party_of(
    actor: Actor, *, organisation: int | None, node: int | None, partner: int | None
) -> Party | None:
    """Whom the caller may act for; None where they may not."""
    if partner is not None:
        row = actor.rows(Partner, Permission.PARTNER_EDIT).select_related("node")
        found = row.filter(pk=partner).first()
        return Party(found.node, None, found) if found else None
    if organisation is not None:
        bodies = actor.rows(Organisation, Permission.OFFER_MAKE)
        body = bodies.select_related("node", "street").filter(pk=organisation).first()
        return Party(body.node, body) if body else None
    places = actor.rows(Node, Permission.OFFER_MAKE).exclude(kind=Node.Kind.ORGANISATION)
    place = places.filter(pk=node).first() if node is not None else None
    return Party(place) if place else None


def offers_after(
    filters: Filters, after: int, limit: int, now: datetime, today: date
) -> tuple[list[dict[str, Any]], str]:
    rows = found_offers(filters, today).order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    left = left_now(found[:limit], now)
    items = [offer_told(row, left[row.pk]) for row in found[:limit]]
    return items, str(found[limit - 1].pk) if len(found) > limit else ""


def requests_after(
    filters: Filters, after: int, limit: int, today: date
) -> tuple[list[dict[str, Any]], str]:
    rows = found_requests(filters, today).order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    items = [request_told(row) for row in found[:limit]]
    return items, str(found[limit - 1].pk) if len(found) > limit else ""


def named(row: Organisation | Partner | Node | None) -> dict[str, Any] | None:
    return {"id": row.pk, "name": row.name} if row else None


def offer_told(row: Offer, left: int) -> dict[str, Any]:
    """From what the caller has at hand: `row.times` must be loaded."""
    return {
        "id": row.pk,
        "state": row.state,
        "state_label": row.state_label(),
        "giver": row.giver,
        "organisation": named(row.organisation),
        "partner": named(row.partner),
        "street": named(row.street),
        "kind": {"code": row.kind.code, "name": row.kind.name},
        "title": row.title,
        "about": row.about,
        "quantity": row.quantity,
        "left": left,
        "unit": row.unit,
        "is_gift": row.is_gift,
        "audience": row.audience,
        "place": row.place,
        "conditions": row.conditions,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "times": [
            {"weekday": one.weekday, "opens": f"{one.opens:%H:%M}", "closes": f"{one.closes:%H:%M}"}
            for one in row.times.all()
        ],
        "listed_on": row.listed_on,
        "url": f"/desk/exchange/offers/{row.pk}/",
    }


def request_told(row: Request) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "state_label": row.state_label(),
        "asker": row.asker,
        "organisation": named(row.organisation),
        "street": named(row.street),
        "kind": {"code": row.kind.code, "name": row.kind.name},
        "title": row.title,
        "about": row.about,
        "quantity": row.quantity,
        "unit": row.unit,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "weekday": row.weekday,
        "times": row.times,
        "place": row.place,
        "asked_at": row.asked_at.isoformat(),
        "url": f"/desk/exchange/requests/{row.pk}/",
    }
