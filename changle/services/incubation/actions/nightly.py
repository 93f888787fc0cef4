"""What the calendar does: a term ends, a visit falls due, nothing has happened for a quarter."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.notices import tell
from changle.core.reminders import SYSTEM, Reminder
from changle.core.schedule import daily
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Session
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import FollowUp, Incubatee


S = Incubatee.State
EDIT = Permission.INCUBATION_EDIT
AHEAD = timedelta(days=30)
IDLE = timedelta(days=90)


def once(row: Incubatee, topic: str, due_on: date, at: datetime, text: str) -> None:
    """Tell the house once of one thing and day."""
    _one, new = Reminder.objects.get_or_create(
        subject_label=Incubatee._meta.label, subject_id=str(row.pk), topic=topic, due_on=due_on,
        days=0, defaults={"at": at},
    )  # fmt: skip
    if new:
        tell(row, text, needs=EDIT, by=SYSTEM, at=at, url=f"/desk/incubation/{row.pk}/")


@daily(time(0, 20))
@transaction.atomic
def end_terms(now: datetime) -> None:
    """Who is still inside on the last day goes to the exit review: it is compulsory."""
    today = timezone.localdate(now)
    rows = Incubatee.objects.filter(state=S.INCUBATING, ends_on__lte=today)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        INCUBATEE.fire(pk, "exit_review", by=keeper(Permission.INCUBATION_APPLY), now=now,
                       note="孵化到期")  # fmt: skip


@daily(time(6, 35))
@transaction.atomic
def remind(now: datetime) -> None:
    """Half of the term, a month before its end, visits that are due, and a quarter of silence."""
    today = timezone.localdate(now)
    inside = Incubatee.objects.filter(
        state=S.INCUBATING, starts_on__isnull=False, ends_on__isnull=False
    ).select_related("organisation__node", "call__centre__node")
    busy = set(
        Session.objects.filter(
            state__in=Session.COUNTING, on__gt=today - IDLE, on__lte=today,
            activity__lead__in=inside.values("organisation__node"),
        ).values_list("activity__lead_id", flat=True)
    )  # fmt: skip
    for row in inside:
        if row.starts_on is None or row.ends_on is None:
            continue
        half = row.starts_on + (row.ends_on - row.starts_on) / 2
        seen = row.appraisals.filter(stage="midterm").exists()
        if today >= half and not seen:
            once(row, "incubation.midterm", half, now, f"{row}期限过半，请安排中期评估")
        if row.ends_on - AHEAD <= today:
            once(
                row,
                "incubation.end",
                row.ends_on,
                now,
                f"{row}将于 {row.ends_on} 到期，请准备出壳评估",
            )
        since = max(row.starts_on, today - IDLE)
        if row.organisation.node_id not in busy and since == today - IDLE:
            once(
                row,
                "incubation.idle",
                today.replace(day=1),
                now,
                f"{row.organisation.name}已三个月没有核实的活动",
            )
    due = FollowUp.objects.filter(done_on__isnull=True, due_on__lte=today)
    for one in due.select_related("incubatee__organisation__node", "incubatee__call__centre__node"):
        once(one.incubatee, f"incubation.visit{one.month}", one.due_on, now,
             f"{one.incubatee.organisation.name}出壳后第 {one.month} 个月，请回访")  # fmt: skip
