"""What the calendar does to stays: agreements lapse, terms end, people are reminded."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.reminders import SYSTEM, Reminder
from changle.core.schedule import daily
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.leases.actions.deciding import lapse
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Lease
from changle.services.leases.queries.terms import rules_of


S = Lease.State


def hands() -> Actor:
    return keeper(Permission.LEASE_EDIT)


@daily(time(0, 10))
@transaction.atomic
def lapse_unsigned(now: datetime) -> None:
    today = timezone.localdate(now)
    rows = Lease.objects.filter(state__in=(S.AGREED, S.COUNTERSIGNING), due_on__lt=today)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        lapse(pk=pk, by=hands(), now=now)


@daily(time(0, 15))
@transaction.atomic
def end_terms(now: datetime) -> None:
    """A term is over: its renewal takes on the very desks, or they are to be handed back."""
    today = timezone.localdate(now)
    living = (S.SIGNED, S.HANDING_OVER, S.MOVED_IN)
    for row in Lease.objects.filter(state__in=living, ends_on__lte=today).order_by("ends_on", "pk"):
        ready = (S.SIGNED, S.HANDING_OVER)
        after = Lease.objects.filter(renews=row, state__in=ready).first()
        if after is not None and row.state == S.MOVED_IN:
            LEASE.fire(row.pk, "roll_over", by=hands(), now=now)
            facts = {"keys": row.keys, "condition": row.condition, "moved_in_on": row.ends_on}
            LEASE.fire(after.pk, "carry_on", by=hands(), now=now, along=facts)
        else:
            LEASE.fire(row.pk, "expire", by=hands(), now=now)


@daily(time(6, 30))
@transaction.atomic
def remind_of_ends(now: datetime) -> None:
    """Once a step, to both sides; the steps are the house's own."""
    today = timezone.localdate(now)
    rows = Lease.objects.filter(
        state=S.MOVED_IN, ends_on__gte=today, ends_on__lte=today + timedelta(days=366)
    ).select_related("centre__node", "organisation__node")
    rows = rows.exclude(renewal__state__in=(S.SIGNED, S.HANDING_OVER))
    found = list(rows.order_by("ends_on", "pk"))
    rules = rules_of({row.centre_id: row.centre for row in found}.values())
    for row in found:
        left = (row.ends_on - today).days
        step = min(
            (days for days in rules[row.centre_id].remind_days if left <= days), default=None
        )
        if step is None:
            continue
        _one, new = Reminder.objects.get_or_create(
            subject_label=Lease._meta.label, subject_id=str(row.pk), topic="lease",
            due_on=row.ends_on, days=step, defaults={"at": now},
        )  # fmt: skip
        if new:
            text = f"{row}还有 {left} 天到期（{row.ends_on}），请办理续驻或准备退还"
            needs = Permission.LEASE_VIEW
            tell(row, text, needs=needs, by=SYSTEM, at=now, url=f"/desk/leases/{row.pk}/")
