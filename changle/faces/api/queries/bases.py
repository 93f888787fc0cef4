from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.bases.models import Base
from changle.services.bases.queries.bases import WITH, public_bases
from changle.services.bases.queries.operators import operators_of


def bases_for(actor: Actor) -> "QuerySet[Base]":
    """Those within reach; for who reaches none, the recognised ones, which everybody may know."""
    if not actor.holds(Permission.BASE_VIEW):
        return public_bases()
    return actor.rows(Base, Permission.BASE_VIEW).select_related(*WITH)


def items(rows: Iterable[Base], today: date) -> list[dict[str, Any]]:
    """One query for the operators of all of them."""
    found = list(rows)
    operators = operators_of([row.pk for row in found], today)
    return [item(row, operators.get(row.pk)) for row in found]


def named(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": row.name} if row is not None else None


def item(row: Base, operator: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "tier": row.tier,
        "tier_label": row.get_tier_display(),
        "state": row.state,
        "state_label": row.state_label(),
        "node": named(row.node),
        "street": named(row.street),
        "centre": named(row.centre),
        "address": row.address,
        "area": row.area_total,
        "area_shared": row.area_shared,
        "certificate_number": row.certificate_number,
        "recognised_on": row.recognised_on,
        "valid_until": row.valid_until,
        "operator": named(operator),
        "url": f"/api/v1/bases/{row.pk}",
    }
