"""The moves that are a button and a reason, and nothing more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee
from changle.services.incubation.queries.papers import missing


@transaction.atomic
def step(*, incubatee: int, name: str, by: Actor, now: datetime, note: str = "") -> Incubatee:
    """Take a body over to the panel only when its papers are all there."""
    if name in {"accept", "resubmit"}:
        rows = by.rows(Incubatee, INCUBATEE.moves[name].needs).select_related("organisation")
        if lacking := missing(rows.get(pk=incubatee)):
            raise IncubationRefused(f"还缺材料：{'、'.join(lacking)}。")
    along = {"left_on": timezone.localdate(now)} if name == "withdraw" else None
    return INCUBATEE.fire(incubatee, name, by=by, now=now, note=note, along=along)
