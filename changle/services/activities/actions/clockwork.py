"""What the house does by the clock: doors open, sessions end, offers lapse, figures close."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.notices import Notice
from changle.core.schedule import daily, often
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.running import end, start
from changle.services.activities.actions.telling import MINE, when
from changle.services.activities.actions.verifying import close_activities, count_verified
from changle.services.activities.actions.waiting import lapse_offers
from changle.services.activities.models import Activity, Session, SignUp
from changle.services.activities.queries.plans import rule


GRACE = timedelta(minutes=30)  # a session that runs over its time is not cut off
TOLD_BEFORE = timedelta(days=1)


@often
def open_doors(now: datetime) -> None:
    """Sign-in opens by itself where nobody was at the desk to open it."""
    soon = now + timedelta(minutes=rule().early_minutes)
    rows = Session.objects.filter(
        state__in=("open", "full"), starts_at__lte=soon, activity__state=Activity.State.OPEN
    )
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return
    by = keeper(Permission.SESSION_RUN)
    for pk in keys:
        try:
            start(pk=pk, by=by, now=now)
        except MoveRefused:
            continue  # somebody was first


@often
def end_sessions(now: datetime) -> None:
    rows = Session.objects.filter(state="ongoing", ends_at__lte=now - GRACE)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return
    by = keeper(Permission.SESSION_RUN)
    for pk in keys:
        try:
            end(pk=pk, by=by, now=now)
        except MoveRefused:
            continue


@often
def go_down_the_line(now: datetime) -> None:
    lapse_offers(now)


@daily(time(0, 40))
def close_figures(now: datetime) -> None:
    by = keeper(Permission.SESSION_VERIFY, Permission.SESSION_RUN)
    count_verified(by, now)
    close_activities(by, now)


@daily(time(9, 0))
@transaction.atomic
def remind_of_tomorrow(now: datetime) -> None:
    """One message an account for each session within the next day, sent once."""
    ups = SignUp.objects.filter(
        state="confirmed", made_by__isnull=False, session__starts_at__gt=now,
        session__starts_at__lte=now + TOLD_BEFORE + timedelta(hours=15),
        session__on=timezone.localdate(now) + TOLD_BEFORE,
    ).select_related("session")  # fmt: skip
    wished = {(up.made_by_id or 0, up.session_id): up.session for up in ups.order_by("pk")}
    sent = set(
        Notice.objects.filter(
            subject_label=Session._meta.label, at__date=timezone.localdate(now),
            to__in=[account for account, _pk in wished],
        ).values_list("to_id", "subject_id")
    )  # fmt: skip
    new = [
        Notice(
            to_id=account, at=now, url=MINE, subject_label=Session._meta.label,
            subject_id=str(pk), text=f"明天：“{session}”，{when(session)}，{session.venue}"[:300],
        )
        for (account, pk), session in wished.items()
        if (account, str(pk)) not in sent
    ]  # fmt: skip
    Notice.objects.bulk_create(new)
