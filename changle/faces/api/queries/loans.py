"""Loans and what can be borrowed, as the API tells them."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Loan
from changle.services.commons.queries.lending import houses_that_lend, lent_of


def loans_seen(actor: Actor) -> "QuerySet[Loan]":
    rows = actor.rows(Loan, Permission.BOOKING_VIEW)
    rows = rows.select_related("centre", "organisation", "on_behalf")
    return rows.prefetch_related("lines__pool").order_by("pk")


def loans_after(
    actor: Actor, state: str, after: int, limit: int
) -> tuple[list[dict[str, Any]], str]:
    rows = loans_seen(actor).filter(pk__gt=after)
    if state:
        rows = rows.filter(state=state)
    found = list(rows[: limit + 1])
    onward = str(found[limit - 1].pk) if len(found) > limit else ""
    return [loan_told(row) for row in found[:limit]], onward


def loan_told(row: Loan) -> dict[str, Any]:
    body, place = row.organisation, row.on_behalf
    return {
        "id": row.pk,
        "state": row.state,
        "state_label": row.state_label(),
        "centre": {"id": row.centre_id, "name": row.centre.name},
        "organisation": {"id": body.pk, "name": body.name} if body else None,
        "on_behalf": {"id": place.pk, "name": place.name} if place else None,
        "title": row.title,
        "place": row.place,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "handed_at": row.handed_at.isoformat() if row.handed_at else None,
        "returned_at": row.returned_at.isoformat() if row.returned_at else None,
        "lines": [
            {
                "thing": {"id": line.pool_id, "name": line.pool.name},
                "quantity": line.quantity,
                "out": line.out,
                "back": line.back,
                "broken": line.broken,
            }
            for line in row.lines.all()
        ],
        "reason": row.reason,
        "url": f"/api/v1/loans/{row.pk}",
    }


def things_told(start: datetime, end: datetime, centre: int | None) -> list[dict[str, Any]]:
    houses = [house.pk for house in houses_that_lend(timezone.localdate())]
    chosen = houses if centre is None else [pk for pk in houses if pk == centre]
    return [
        {
            "id": one.thing.pool_id,
            "name": one.thing.name,
            "about": one.thing.about,
            "centre": {"id": one.thing.centre_id, "name": one.thing.centre.name},
            "quantity": one.there,
            "free": one.free,
            "longest_days": one.thing.longest_days,
        }
        for one in lent_of(chosen, start, end)
    ]
