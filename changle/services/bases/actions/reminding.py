"""Before a recognition or a contract ends, who must act hears of it."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.reminders import AHEAD, Due, remind
from changle.core.schedule import daily
from changle.ground.territory.roles import Permission
from changle.services.bases.models import Base
from changle.services.bases.queries.operators import ending_by


@daily(time(6, 45))
@transaction.atomic
def remind_of_terms(now: datetime) -> None:
    today = timezone.localdate(now)
    last = today + timedelta(days=max(AHEAD))
    rows = Base.objects.filter(
        state__in=Base.TITLED, valid_until__gte=today, valid_until__lte=last
    ).select_related("node")
    dues = [
        Due(row=row, topic="valid_until", on=row.valid_until, text=f"{row}的认定",
            url=f"/desk/bases/{row.pk}/")
        for row in rows.order_by("pk")
        if row.valid_until is not None
    ]  # fmt: skip
    remind(dues, needs=Permission.BASE_EDIT, now=now)  # held by who decides as well


@daily(time(6, 50))
@transaction.atomic
def remind_of_contracts(now: datetime) -> None:
    today = timezone.localdate(now)
    dues = [
        Due(row=row, topic="ends_on", on=row.ends_on, text=f"{row}的合同",
            url=f"/desk/bases/operators/{row.pk}/")
        for row in ending_by(today, today + timedelta(days=max(AHEAD)))
    ]  # fmt: skip
    remind(dues, needs=Permission.BASE_EDIT, now=now)
