"""Before a safety check of a house is due, its keepers hear of it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.reminders import AHEAD, Due, remind
from changle.services.commons.queries.houses import EDITS, checks_to_come


@transaction.atomic
def remind_of_checks(now: datetime) -> None:
    today = timezone.localdate(now)
    dues = [
        Due(
            row=row, topic="safety", on=row.next_on, text=f"{row.centre.name}的{row.subject}检查",
            url=f"/desk/venues/{row.centre_id}/setup/",
        )
        for row in checks_to_come(today, today + timedelta(days=max(AHEAD)))
    ]  # fmt: skip
    remind(dues, needs=EDITS, now=now)
