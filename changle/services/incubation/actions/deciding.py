"""A body is admitted after its publicity."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee


@transaction.atomic
def admit(*, incubatee: int, by: Actor, now: datetime) -> Incubatee:
    """Only once the five working days of publicity are over."""
    row = by.rows(Incubatee, Permission.INCUBATION_DECIDE).get(pk=incubatee)
    last = row.due_on if row.state == Incubatee.State.PUBLICISED else None
    if last is not None and timezone.localdate(now) <= last:
        raise IncubationRefused(f"公示到 {last} 止，期满后才能准入。")
    along = {"admitted_on": timezone.localdate(now)}
    return INCUBATEE.fire(row.pk, "admit", by=by, now=now, along=along)
