"""The agreement is signed by both sides, and the desks come with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import Incubatee
from changle.services.leases.actions import Term, propose


@dataclass(frozen=True, kw_only=True)
class Seats:
    """`ends_on` is the first day without the desks."""

    starts_on: date
    ends_on: date
    desks: Sequence[int]


@transaction.atomic
def sign_as_body(*, incubatee: int, undertakes: bool, by: Actor, now: datetime) -> Incubatee:
    rows = by.rows(Incubatee, Permission.INCUBATION_APPLY).select_for_update(of=("self",))
    row = rows.get(pk=incubatee)
    if row.state != Incubatee.State.ADMITTED:
        raise IncubationRefused("准入后才能签署协议。")
    if row.signed_at is not None:
        raise IncubationRefused("组织已经签署。")
    if not undertakes:
        raise IncubationRefused("请阅读并接受承诺书。")
    row.signed_by_id, row.signed_at = by.user_id or None, now
    row.save(update_fields=["signed_by", "signed_at"])
    record(row, "sign_as_body", by=by, at=now)
    return row


@transaction.atomic
def countersign(*, incubatee: int, seats: Seats, by: Actor, now: datetime) -> Incubatee:
    """The house signs second; its desks go their own way of approval from here (`leases`)."""
    rows = by.rows(Incubatee, Permission.INCUBATION_EDIT).select_for_update(of=("self",))
    row = rows.select_related("organisation__node", "call__centre__node").get(pk=incubatee)
    if not row.is_virtual and not seats.desks:
        raise IncubationRefused("请选择工位。")
    if seats.ends_on <= seats.starts_on:
        raise IncubationRefused("到期日期应晚于入驻日期。")
    along: dict[str, object] = {
        "countersigned_by_id": by.user_id or None, "countersigned_at": now,
        "starts_on": seats.starts_on, "ends_on": seats.ends_on,
    }  # fmt: skip
    moved = INCUBATEE.fire(row.pk, "sign", by=by, now=now, along=along)
    term = Term(
        starts_on=seats.starts_on, ends_on=seats.ends_on, purpose="孵化培育",
        is_virtual=row.is_virtual,
    )  # fmt: skip
    moved.lease = propose(
        organisation=row.organisation, centre=row.call.centre,
        desks=[] if row.is_virtual else seats.desks, term=term, by=by, now=now,
    )  # fmt: skip
    moved.save(update_fields=["lease"])
    return moved
