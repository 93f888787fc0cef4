"""The limits that hold for a house, and which of its desks are free."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from changle.core.periods import midnight
from changle.ground.territory.queries import verbs
from changle.services.commons.models import Centre, Claim
from changle.services.leases.models import Desk, Lease, LeasedDesk, LeaseRule


verbs.update({"add_desks": "添加工位", "retire_desk": "停用工位", "ask_lease": "申请入驻",
              "renew_lease": "办理续驻", "set_lease_rule": "修改入驻规则"})  # fmt: skip
OCCUPIED = ("moved_in", "ending")


def rules_of(centres: Iterable[Centre]) -> dict[int, LeaseRule]:
    """Centre's key -> the rule nearest above it; the defaults where nobody set one. One query."""
    found = list(centres)
    wanted = {int(step) for one in found for step in str(one.node.path).split(".") if step}
    rows = {row.node_id: row for row in LeaseRule.objects.filter(node_id__in=wanted)}
    told = {}
    for one in found:
        steps = [int(step) for step in str(one.node.path).split(".") if step]
        near = next((rows[step] for step in reversed(steps) if step in rows), None)
        told[one.pk] = near or LeaseRule(node=one.node)
    return told


def rule_of(centre: Centre) -> LeaseRule:
    return rules_of([centre])[centre.pk]


def live_on(day: date) -> Q:
    """Desks that are there on a day."""
    return Q(opened_on__lte=day) & (Q(retired_on__isnull=True) | Q(retired_on__gt=day))


def free_desks(centre: Centre, first: date, after: date) -> "QuerySet[Desk]":
    """The desks of a house that nobody holds from a day up to another, by floor and number.

    A desk that was not handed back in time is not free. An office whose room has bookings in the
    way comes last, `in_demand` 1: whoever takes it says that they give way.
    """
    taken = LeasedDesk.objects.filter(desk=OuterRef("pk"), starts_on__lt=after, ends_on__gt=first)
    stuck = LeasedDesk.objects.filter(
        desk=OuterRef("pk"), lease__state__in=OCCUPIED, lease__handed_back_on__isnull=True,
        ends_on__lte=timezone.localdate(),
    )  # fmt: skip
    start, end = midnight(first), midnight(after)
    booked = Claim.objects.filter(
        pool__spaces=OuterRef("space_id"), starts_at__lt=end, ends_at__gt=start
    )
    rows = Desk.objects.filter(live_on(first), centre=centre).filter(
        Q(retired_on__isnull=True) | Q(retired_on__gte=after)
    )
    rows = rows.filter(~Exists(taken), ~Exists(stuck))
    rows = rows.annotate(
        in_demand=Case(When(Exists(booked), then=Value(1)), default=Value(0),
                       output_field=IntegerField())
    )  # fmt: skip
    return rows.select_related("floor", "space").order_by("in_demand", "floor__sort", "number")


def desks_held(organisation_id: int, first: date, after: date) -> int:
    """How many desks a body holds, or is promised, somewhere within a span."""
    rows = LeasedDesk.objects.filter(
        lease__organisation_id=organisation_id, starts_on__lt=after, ends_on__gt=first
    )
    return rows.exclude(lease__state__in=Lease.OVER).count()
