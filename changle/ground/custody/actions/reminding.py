"""Before an agreement ends, and when its custodian is in trouble, both sides hear of it."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.notices import tell
from changle.core.reminders import AHEAD, SYSTEM, Due, Reminder, remind
from changle.core.schedule import daily
from changle.ground.custody.models import Custody
from changle.ground.custody.queries import ending_by, holds_on, troubles
from changle.ground.territory.roles import Permission


TOLD = Permission.ORGANISATION_EDIT  # the two bodies themselves as well as their street
TROUBLE = "trouble"


def room(row: Custody) -> str:
    return f"/desk/organisations/{row.organisation_id}/custody/"


@daily(time(6, 20))
@transaction.atomic
def remind_of_endings(now: datetime) -> None:
    today = timezone.localdate(now)
    renewed = Custody.objects.filter(renews__isnull=False).values("renews")
    rows = ending_by(today, today + timedelta(days=max(AHEAD))).exclude(pk__in=renewed)
    dues = [
        Due(row=row, topic="end", on=row.ends_on, text=f"{row}的协议", url=room(row))
        for row in rows
        if row.ends_on is not None
    ]
    remind(dues, needs=TOLD, now=now)


@daily(time(6, 25))
@transaction.atomic
def warn_of_custodians(now: datetime) -> None:
    """Once for each trouble: whoever keeps money must be able to."""
    today = timezone.localdate(now)
    held = Custody.objects.filter(holds_on(today))
    rows = held.select_related("organisation__node", "custodian__node").order_by("pk")
    wrong = troubles([row.custodian for row in rows], today)
    for row in rows:
        if row.custodian_id not in wrong:
            continue
        trouble = wrong[row.custodian_id]
        _reminder, new = Reminder.objects.get_or_create(
            subject_label=Custody._meta.label, subject_id=str(row.pk), topic=TROUBLE,
            due_on=trouble.since, days=0, defaults={"at": now},
        )  # fmt: skip
        if new:
            text = f"{row.organisation.name}的代管方需要更换：{trouble.sentence}"
            tell(row, text, needs=TOLD, by=SYSTEM, at=now, url=room(row))
