"""What the house does by itself at night: events that have passed ask for their result."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.reminders import AHEAD, Due, remind
from changle.core.schedule import daily
from changle.ground.matters.actions.reviewing import ask_for_result
from changle.ground.matters.lifecycle import MATTER, State
from changle.ground.matters.models import Matter
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission


REPORT = Permission.MATTER_REPORT


def address(row: Matter) -> str:
    return f"/desk/matters/{row.pk}/"


@daily(time(0, 30))
def ask_for_results(now: datetime) -> None:
    """Each in a transaction of its own: one that cannot be moved holds no other back."""
    by = keeper(REPORT)
    over = Q(ends_at__lte=now) | Q(ends_at__isnull=True, starts_at__lte=now)
    passed = Matter.objects.filter(
        over, state__in=MATTER.moves["ask_report"].sources, type__is_event=True
    )
    for pk in list(passed.order_by("pk").values_list("pk", flat=True)):
        try:
            ask_for_result(pk, by=by, now=now)
        except (MoveRefused, Matter.DoesNotExist):
            continue  # another worker, or the body itself, was first


@daily(time(6, 10))
@transaction.atomic
def remind_of_matters(now: datetime) -> None:
    """Before the last day of a draft's report, and before that of a result."""
    today = timezone.localdate(now)
    soon = today + timedelta(days=max(AHEAD))
    rows = Matter.objects.select_related("organisation__node").order_by("pk")
    dues = [
        Due(row=row, topic="report", on=row.latest_on, text=f"“{row.title}”的最迟报告日", url=address(row))
        for row in rows.filter(state=State.DRAFT, latest_on__gte=today, latest_on__lte=soon)
        if row.latest_on is not None and (row.latest_on - today).days <= AHEAD[1]
    ]  # fmt: skip
    waiting = rows.filter(state__in=(State.HELD, State.POST_REPORT_DUE), due_on__gte=today)
    dues += [
        Due(row=row, topic="result", on=row.due_on, text=f"“{row.title}”的结果报告", url=address(row))
        for row in waiting.filter(due_on__lte=today + timedelta(days=AHEAD[1]))
        if row.due_on is not None
    ]  # fmt: skip
    remind(dues, needs=REPORT, now=now)
