from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Delivery, Incubatee


def incubatees_for(actor: Actor) -> "QuerySet[Incubatee]":
    """The stays within reach: of one's own body, of one's own houses; a panel reaches none."""
    rows = actor.rows(Incubatee, Permission.INCUBATION_VIEW)
    return rows.select_related("organisation", "call__centre").distinct()


def items(rows: Iterable[Incubatee]) -> list[dict[str, Any]]:
    """One query for the services of all of them."""
    found = list(rows)
    given = Delivery.objects.filter(
        incubatee__in=[row.pk for row in found], confirmed_at__isnull=False
    )
    sums = given.order_by().values_list("incubatee").annotate(Count("pk"), Sum("minutes"))
    services = {pk: (count, minutes) for pk, count, minutes in sums}
    return [item(row, *services.get(row.pk, (0, 0))) for row in found]


def item(row: Incubatee, services: int, minutes: int) -> dict[str, Any]:
    house = row.call.centre
    return {
        "id": row.pk,
        "organisation": {"id": row.organisation_id, "name": row.organisation.name},
        "centre": {"id": house.pk, "name": house.name},
        "call": {"id": row.call_id, "name": row.call.title},
        "state": row.state,
        "state_label": row.state_label(),
        "is_virtual": row.is_virtual,
        "applied_on": timezone.localdate(row.applied_at),
        "admitted_on": row.admitted_on,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "is_extended": row.extended,
        "graduated_on": row.graduated_on,
        "left_on": row.left_on,
        "due_on": row.due_on,
        "services": services,
        "service_minutes": minutes,
        "url": f"/api/v1/incubatees/{row.pk}",
    }
