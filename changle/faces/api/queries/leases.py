from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.leases.models import Lease, LeasedDesk


def leases_for(actor: Actor) -> "QuerySet[Lease]":
    """The stays within reach: of one's own body, of one's own houses."""
    rows = actor.rows(Lease, Permission.LEASE_VIEW)
    return rows.select_related("organisation", "centre").distinct()


def items(rows: Iterable[Lease]) -> list[dict[str, Any]]:
    """One query for the desks of all of them."""
    found = list(rows)
    desks: dict[int, list[str]] = defaultdict(list)
    held = LeasedDesk.objects.filter(lease__in=[row.pk for row in found]).order_by("desk__number")
    for pk, number in held.values_list("lease_id", "desk__number"):
        desks[pk].append(number)
    return [item(row, desks[row.pk]) for row in found]


def item(row: Lease, desks: list[str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": {"id": row.organisation_id, "name": row.organisation.name},
        "centre": {"id": row.centre_id, "name": row.centre.name},
        "state": row.state,
        "state_label": row.state_label(),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "is_virtual": row.is_virtual,
        "desks": desks,
        "moved_in_on": row.moved_in_on,
        "handed_back_on": row.handed_back_on,
        "url": f"/api/v1/leases/{row.pk}",
    }
