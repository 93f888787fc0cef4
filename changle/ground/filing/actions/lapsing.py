"""Filed bodies of which nobody has seen anything for a year: found at night, decided by the street."""

from datetime import datetime, time

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from changle.core.log import record
from changle.core.notices import tell
from changle.core.reach import Actor
from changle.core.reminders import SYSTEM
from changle.core.schedule import daily
from changle.ground.filing.actions.applying import FilingRefused
from changle.ground.filing.lifecycle import LAPSE
from changle.ground.filing.models import LapseProposal
from changle.ground.filing.queries import silent_bodies
from changle.ground.filing.queries.lapsing import PROPOSABLE
from changle.ground.filing.queries.rules import Rulebook
from changle.ground.registry.actions import move
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission


AT_ONCE = 500  # proposals of one night; the rest follow in the next ones
State = LapseProposal.State
# Held by the body's own administrators alone; the street finds the proposal among its to-dos.
OWN_ADMINS = Permission.MATTER_REPORT


@daily(time(6, 40))
@transaction.atomic
def propose_lapses(now: datetime) -> None:
    """Put bodies without verified activity before their street; done twice, it finds nothing more."""
    today = timezone.localdate(now)
    months = Rulebook(today).terms().lapse_months
    close_answered(now)
    found = silent_bodies(today, months)[:AT_ONCE]
    bodies = Organisation.objects.select_for_update(of=("self",)).select_related("node")
    locked = bodies.in_bulk([pk for pk, _last in found])
    for pk, last in found:
        row = LapseProposal(
            organisation=locked[pk], last_active_on=last, months=months, found_on=today
        )
        LAPSE.begin(row, State.PROPOSED, at=now)
        _row, new = LapseProposal.objects.get_or_create(
            organisation=locked[pk], state=State.PROPOSED,
            defaults={name: getattr(row, name) for name in
                      ("last_active_on", "months", "found_on", "state_since", "due_on")},
        )  # fmt: skip
        if new:
            record(_row, "propose_lapse", by=SYSTEM, at=now, target=State.PROPOSED)
            warn(_row, now=now)


def close_answered(now: datetime) -> None:
    """A body that has ended by another way leaves nothing for its street to decide."""
    why, today = "备案已经终止", timezone.localdate(now)
    open_ = LapseProposal.objects.filter(state=State.PROPOSED)
    ended = open_.exclude(organisation__kind="BA", organisation__state__in=PROPOSABLE)
    house = keeper(Permission.ORGANISATION_EDIT)
    for pk in ended.order_by("pk").values_list("pk", flat=True):
        LAPSE.fire(
            pk, "close_proposal", by=house, now=now, note=why,
            along={"decided_on": today, "reason": why},
        )  # fmt: skip


def warn(row: LapseProposal, *, now: datetime) -> None:
    text = (
        f"“{row.organisation.name}”已 {row.months} 个月没有经核实的活动，街道将认定是否长期未活动。"
        "仍在活动的，请联系社区核实。"
    )
    url = reverse("registry:organisation", args=[row.organisation_id])
    tell(row, text, needs=OWN_ADMINS, by=SYSTEM, at=now, url=url)


@transaction.atomic
def confirm_lapse(*, pk: int, reason: str, by: Actor, now: datetime) -> LapseProposal:
    today = timezone.localdate(now)
    row = LAPSE.fire(
        pk, "confirm_lapse", by=by, now=now, note=reason,
        along={"decided_on": today, "reason": reason},
    )  # fmt: skip
    body = Organisation.objects.get(pk=row.organisation_id)
    if body.kind != Organisation.Kind.BA:
        raise FilingRefused("这个组织已不是备案组织。")
    move(body.pk, "lapse", by=by, now=now, on=today, note=reason[:200])
    told(row, f"“{body.name}”被认定为长期未活动：{reason}", by=by, now=now)
    return row


@transaction.atomic
def keep(*, pk: int, reason: str, by: Actor, now: datetime) -> LapseProposal:
    """The street has seen it alive: it stays filed, and is not asked again for as long a while."""
    today = timezone.localdate(now)
    row = LAPSE.fire(
        pk, "keep", by=by, now=now, note=reason, along={"decided_on": today, "reason": reason}
    )
    told(row, f"“{row.organisation.name}”保留备案。", by=by, now=now)
    return row


def told(row: LapseProposal, text: str, *, by: Actor, now: datetime) -> None:
    url = reverse("registry:organisation", args=[row.organisation_id])
    tell(row, text, needs=OWN_ADMINS, by=by, at=now, url=url)
