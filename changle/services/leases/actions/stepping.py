"""A plain button of a stay, and what goes with it."""

from datetime import datetime

from changle.core.reach import Actor
from changle.services.leases.actions.deciding import DEEDS
from changle.services.leases.actions.staying import confirm, give_notice
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Lease


ALL = {**DEEDS, "confirm": confirm, "give_notice": give_notice}


def step(*, pk: int, name: str, by: Actor, now: datetime, note: str = "") -> Lease:
    if name in ALL:
        return ALL[name](pk=pk, by=by, now=now, note=note)
    return LEASE.fire(pk, name, by=by, now=now, note=note)
