"""A stay is agreed to or not, signed by both sides, or comes to nothing."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.services.leases.actions.allotting import (
    ASK,
    DECIDE,
    EDIT,
    locked,
    locked_body,
    release,
)
from changle.services.leases.lifecycle import LEASE
from changle.services.leases.models import Lease
from changle.services.leases.queries.terms import rule_of


@transaction.atomic
def agree(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    row = locked(pk, DECIDE, by=by)
    today = timezone.localdate(now)
    locked_body(row.organisation_id, today)
    until = today + timedelta(days=rule_of(row.centre).days_to_sign)
    return LEASE.fire(pk, "agree", by=by, now=now, note=note, along={"due_on": until})


@transaction.atomic
def send_back(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    release(locked(pk, DECIDE, by=by), now=now)
    return LEASE.fire(pk, "send_back", by=by, now=now, note=note, along={"proposed_by_id": None})


@transaction.atomic
def decline(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    moved = LEASE.fire(pk, "decline", by=by, now=now, note=note)
    release(moved, now=now)
    return moved


@transaction.atomic
def withdraw(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    moved = LEASE.fire(pk, "withdraw", by=by, now=now, note=note)
    release(moved, now=now)
    return moved


@transaction.atomic
def sign(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    """The body accepts the agreement and its undertaking."""
    row = locked(pk, ASK, by=by)
    facts = {"signed_by_id": by.user_id or None, "signed_at": now, "due_on": row.due_on}
    return LEASE.fire(pk, "sign", by=by, now=now, note=note, along=facts)


@transaction.atomic
def countersign(*, pk: int, by: Actor, now: datetime, note: str = "") -> Lease:
    locked(pk, EDIT, by=by)
    facts = {"countersigned_by_id": by.user_id or None, "countersigned_at": now}
    return LEASE.fire(pk, "countersign", by=by, now=now, note=note, along=facts)


@transaction.atomic
def lapse(*, pk: int, by: Actor, now: datetime) -> Lease:
    moved = LEASE.fire(pk, "lapse", by=by, now=now, note="逾期未签约")
    release(moved, now=now)
    return moved


DEEDS = {"agree": agree, "send_back": send_back, "decline": decline, "withdraw": withdraw,
         "sign": sign, "countersign": countersign}  # fmt: skip
