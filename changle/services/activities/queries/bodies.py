"""What one body has done together with others: its sessions by role, its part of each."""

from datetime import date

from django.db.models import Count, Max, Q, QuerySet, Sum

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Cohost, Session


PAGE = 40


def body_seen(actor: Actor, pk: int) -> Organisation | None:
    rows = actor.rows(Organisation, Permission.ACTIVITY_VIEW)
    return rows.select_related("node").filter(pk=pk).first()


def shares_of_body(body: Organisation) -> "QuerySet[Cohost]":
    """Its shares, the latest first, with the sessions and person-times that count."""
    counts = Q(activity__sessions__state__in=Session.COUNTING)
    rows = Cohost.objects.filter(node=body.node_id, state__in=("invited", "accepted"))
    return (
        rows.select_related("activity", "activity__lead")
        .annotate(
            last_on=Max("activity__sessions__on"),
            counted=Count("activity__sessions", filter=counts),
            people_served=Sum("activity__sessions__person_times", filter=counts),
        )
        .order_by("-last_on", "-pk")
    )


def by_role(body: Organisation, first: date, after: date) -> list[tuple[str, int]]:
    """Sessions of a period by its role in them, in words; with others' these overlap (含重复)."""
    rows = Cohost.objects.filter(
        node=body.node_id, state="accepted", activity__sessions__state__in=Session.COUNTING,
        activity__sessions__on__gte=first, activity__sessions__on__lt=after,
    )  # fmt: skip
    told = dict(rows.values_list("role").annotate(count=Count("activity__sessions")))
    return [(label, told[role]) for role, label in Cohost.Role.choices if role in told]
