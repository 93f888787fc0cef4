"""Rooms and bookings as the API tells them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from changle.core.calendar import Calendar
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Booking
from changle.services.commons.queries.hours import open_spans
from changle.services.commons.queries.layout import Layout, Room
from changle.services.commons.queries.taken import conflicts
from changle.services.commons.queries.things import free_things


def organisation_of(actor: Actor, pk: int) -> Organisation | None:
    rows = actor.rows(Organisation, Permission.BOOKING_MAKE).select_related("node")
    return rows.filter(pk=pk).first()


def place_of(actor: Actor, pk: int) -> Node | None:
    return actor.rows(Node, Permission.BOOKING_MAKE).filter(pk=pk).first()


def node_path(pk: int) -> str | None:
    return Node.objects.filter(pk=pk).values_list("path", flat=True).first()


def booking_of(actor: Actor, pk: int) -> dict[str, Any] | None:
    rows = actor.rows(Booking, Permission.BOOKING_VIEW)
    rows = rows.select_related("centre", "organisation", "on_behalf")
    rows = rows.prefetch_related("spaces", "booked_things__pool")
    found = rows.filter(pk=pk).first()
    if found is None:
        return None
    rooms = [(space.pk, space.name) for space in found.spaces.all()]
    things = [(one.pool_id, one.pool.name, one.quantity) for one in found.booked_things.all()]
    return told(found, rooms, (found.centre.pk, found.centre.name), sorted(things))


def told(
    booking: Booking,
    rooms: Iterable[tuple[int, str]],
    centre: tuple[int, str],
    things: Iterable[tuple[int, str, int]],
) -> dict[str, Any]:
    """From what the caller has at hand: no query."""
    body, place = booking.organisation, booking.on_behalf
    return {
        "id": booking.pk,
        "state": booking.state,
        "state_label": booking.state_label(),
        "centre": {"id": centre[0], "name": centre[1]},
        "spaces": [{"id": pk, "name": name} for pk, name in rooms],
        "things": [{"pool": pool, "name": name, "quantity": count} for pool, name, count in things],
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "organisation": {"id": body.pk, "name": body.name} if body else None,
        "on_behalf": {"id": place.pk, "name": place.name} if place else None,
        "purpose": booking.title,
        "kind": booking.purpose,
        "people": booking.people,
        "offered_until": booking.offered_until.isoformat() if booking.offered_until else None,
        "reason": booking.reason,
        "url": f"/api/v1/bookings/{booking.pk}",
    }


def item(layout: Layout, room: Room) -> dict[str, Any]:
    return {
        "id": room.pk,
        "name": room.name,
        "kind": room.kind,
        "centre": {"id": layout.pk, "name": layout.name},
        "capacity": room.capacity,
        "features": sorted(room.features),
        "zone": room.zone,
        "is_accessible": room.is_accessible,
        "url": f"/api/v1/spaces/{room.pk}/timeline",
    }


def things_free(
    houses: Iterable[Layout], path: str, start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Every thing in use of the houses under a place; one query."""
    there = {house.pk: house for house in houses if house.path.startswith(path)}
    free = free_things(list(there), start, end)
    return [
        {
            "id": stock.thing,
            "pool": pool,
            "name": stock.name,
            "about": stock.about,
            "centre": {"id": house.pk, "name": house.name},
            "quantity": stock.quantity,
            "free": free[pool],
            "may_leave": stock.may_leave,
        }
        for house in there.values()
        for pool, stock in house.things.items()
        if pool in free
    ]


def timeline(
    layout: Layout, room: Room, start: datetime, end: datetime, actor: Actor, calendar: Calendar
) -> dict[str, Any]:
    spans = open_spans(layout, room, start, end, calendar)
    busy = conflicts([room], start, end, actor=actor, most=None)
    return {
        "space": {"id": room.pk, "name": room.name},
        "open": [span(begins, ends) for begins, ends in spans],
        "busy": [
            {**span(one.starts_at, one.ends_at), "title": one.title, "holder": one.holder}
            for one in busy
        ],
    }


def span(begins: datetime, ends: datetime) -> dict[str, str]:
    return {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
