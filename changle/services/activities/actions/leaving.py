"""People leave: out of the door, and a child with who came for it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.services.activities.actions.doors import MAY_COME, DoorRefused, came_at
from changle.services.activities.models import Attendance, Session
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import run_by


LONGEST_NAME = 60


def attendance_here(pk: int, by: Actor) -> Attendance:
    within = Session.objects.filter(run_by(by))
    rows = Attendance.objects.filter(pk=pk, session__in=within.values("pk"))
    return (
        rows.select_related("session", "participant", "sign_up__guardian")
        .select_for_update(of=("self",), no_key=True)
        .get()
    )


def is_child(row: Attendance, below: int) -> bool:
    """Younger than may go home alone; the day of birth is not asked."""
    born = row.participant.birth_year if row.participant else None
    return born is not None and row.session.on.year - born < below


def gone(row: Attendance, *, at: datetime | None, now: datetime) -> None:
    """Write down when they left; leaving twice is leaving once."""
    if row.left_at is not None:
        return
    still_open(row.session)
    row.left_at = max(came_at(row.session, at, now), row.came_at)
    row.minutes = int((row.left_at - row.came_at).total_seconds()) // 60
    row.save(update_fields=["left_at", "minutes"])


@transaction.atomic
def check_out(*, pk: int, by: Actor, now: datetime, at: datetime | None = None) -> Attendance:
    """They have left, `at` a moment told by the door's own clock; a child is handed over instead."""
    row = attendance_here(pk, by)
    if row.left_at is None:
        below = rule().guardian_below
        if is_child(row, below):
            raise DoorRefused(f"未满 {below} 周岁，请登记交给谁。", "child")
        gone(row, at=at, now=now)
    return row


@transaction.atomic
def hand_over(
    *, pk: int, to: str | None, by: Actor, now: datetime, at: datetime | None = None
) -> Attendance:
    """A child is given to who came for it; their name is sealed, the deed is logged.

    `to` None: to the guardian named at sign-up.
    """
    row = attendance_here(pk, by)
    guardian = row.sign_up.guardian if row.sign_up else None
    whom = (guardian.name if guardian else "") if to is None else to.strip()[:LONGEST_NAME]
    if not whom:
        raise DoorRefused("请写明把孩子交给谁。", "name")
    if row.handed_at is not None:
        if row.handed_to == whom:
            return row
        told = f"{timezone.localtime(row.handed_at):%H:%M}"
        raise DoorRefused(f"已在 {told} 交给另一位家长，请到服务台核对。", "handed")
    still_open(row.session)
    gone(row, at=at, now=now)
    row.handed_to, row.handed_at = whom, row.left_at
    row.save(update_fields=["handed_to", "handed_at"])
    record(row, "hand_over", by=by, at=now)
    return row


def still_open(session: Session) -> None:
    if session.state not in MAY_COME:
        raise DoorRefused(f"这一场{session.state_label()}，记录不能再改。", "locked")
