"""A session begins and ends, is called off, put off, or moved to another day."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.planning import (
    ActivityRefused,
    SessionDraft,
    booked,
    check_times,
    days_of,
)
from changle.services.activities.actions.signing import house_at, turn
from changle.services.activities.actions.telling import tell_accounts, tell_hosts, when
from changle.services.activities.lifecycle import ACTIVITY, SESSION, SIGN_UP
from changle.services.activities.models import Activity, Attendance, Session, SignUp
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import run_by
from changle.services.commons.actions import deciding as venues
from changle.services.commons.models import Booking


State = Session.State
EDIT = Permission.ACTIVITY_EDIT
HELD_BOOKINGS = ("requested", "waitlisted", "offered", "approved")


@transaction.atomic
def start(*, pk: int, by: Actor, now: datetime) -> Session:
    """Open the door: from now on people check in. Not long before it begins."""
    found = Session.objects.filter(run_by(by)).select_related("place").get(pk=pk)
    early = (found.starts_at - now).total_seconds() / 60
    if early > rule().early_minutes:
        raise ActivityRefused(f"开始前 {rule().early_minutes} 分钟起可以签到。")
    row = SESSION.fire(pk, "start", by=house_for(found, by), now=now, along={"started_at": now})
    lapse_line(row, now=now)
    return row


def house_for(session: Session, by: Actor) -> Actor:
    """Somebody who may run it through a share in the activity does so under their own name."""
    path = str(session.place.path)
    return Actor(user_id=by.user_id, name=by.name, reach={str(Permission.SESSION_RUN): (path,)})


def lapse_line(session: Session, *, now: datetime) -> None:
    """Who still waits when it begins has not come up, and is told so."""
    by = house_at(session, Permission.SESSION_RUN)
    line = SignUp.objects.filter(session=session, state=SignUp.State.WAITLISTED).order_by("pk")
    moved = [SIGN_UP.fire(pk, "lapse", by=by, now=now) for pk in line.values_list("pk", flat=True)]
    tell_accounts(moved, f"“{session}”没有候补上，欢迎参加下一次", now=now)


@transaction.atomic
def end(*, pk: int, by: Actor, now: datetime) -> Session:
    """It is over: who came has come, who did not and had a seat has missed it."""
    found = Session.objects.filter(run_by(by)).select_related("place").get(pk=pk)
    house = house_for(found, by)
    row = SESSION.fire(pk, "end", by=house, now=now)
    came = set(
        Attendance.objects.filter(session=row, sign_up__isnull=False).values_list(
            "sign_up_id", flat=True
        )
    )
    seated = SignUp.objects.filter(session=row, state__in=("confirmed", "offered")).order_by("pk")
    for up, state in list(seated.values_list("pk", "state")):
        move = "attend" if up in came else "miss" if state == "confirmed" else "lapse"
        SIGN_UP.fire(up, move, by=house, now=now)
    close_list(row, by=by, now=now)
    days = rule().verify_days
    due = Calendar.load().add_working_days(timezone.localdate(now), days)
    return SESSION.fire(pk, "record", by=house, now=now, along={"due_on": due})


def close_list(session: Session, *, by: Actor, now: datetime) -> None:
    """What the list came to, with its digest: the log of all its scans in one entry."""
    rows = Attendance.objects.filter(session=session).order_by("pk")
    told = list(rows.values_list("pk", "participant_id", "method", "came_at"))
    digest = sha256(repr(told).encode()).hexdigest()
    record(
        session, "close_list", by=by, at=now, path=str(session.place.path), note=digest,
        changes={"attendances": [None, len(told)]},
    )  # fmt: skip


@transaction.atomic
def cancel_session(*, pk: int, reason: str, by: Actor, now: datetime) -> Session:
    """Call one session off: the rooms are free again and everybody is told why."""
    row = SESSION.fire(pk, "cancel", by=by, now=now, note=reason, along={"reason": reason[:200]})
    raise_sequence(row)
    give_rooms_back(row, reason, now=now)
    called_off(row, f"“{row}”（{when(row)}）取消：{reason}", now=now)
    tell_hosts(row.activity, f"“{row}”（{when(row)}）取消：{reason}", by=by, now=now)
    return row


def raise_sequence(row: Session) -> None:
    row.sequence += 1
    row.save(update_fields=["sequence"])


def give_rooms_back(row: Session, reason: str, *, now: datetime) -> None:
    """The booking falls with the session; the house of the venue hears why."""
    if row.booking_id is None:
        return
    booking = Booking.objects.get(pk=row.booking_id)
    if booking.state in HELD_BOOKINGS:
        by = keeper(Permission.BOOKING_MAKE)
        venues.cancel(pk=booking.pk, by=by, now=now, reason=f"活动取消：{reason}"[:200])


def called_off(row: Session, text: str, *, now: datetime) -> None:
    by = house_at(row, Permission.SESSION_RUN)
    live = SignUp.objects.filter(session=row, state__in=SignUp.LIVE).order_by("pk")
    moved = [
        SIGN_UP.fire(pk, "call_off", by=by, now=now) for pk in live.values_list("pk", flat=True)
    ]
    tell_accounts(moved, text, now=now)


@transaction.atomic
def postpone(*, pk: int, reason: str, by: Actor, now: datetime) -> Session:
    """Put it off to a day not yet known; sign-ups stay, the rooms go."""
    row = SESSION.fire(pk, "postpone", by=by, now=now, note=reason, along={"reason": reason[:200]})
    raise_sequence(row)
    give_rooms_back(row, reason, now=now)
    row.booking = None
    row.save(update_fields=["booking"])
    text = f"“{row}”（{when(row)}）延期：{reason}。您的报名保留，时间另行通知"
    tell_accounts(SignUp.objects.filter(session=row, state__in=SignUp.LIVE), text, now=now)
    tell_hosts(row.activity, text, by=by, now=now)
    return row


@transaction.atomic
def move_to(*, pk: int, draft: SessionDraft, by: Actor, now: datetime) -> Session:
    """Hold it at another time or place: of `draft` the times, rooms, venue and address count."""
    found = by.rows(Session, EDIT).select_related("activity", "activity__lead", "place")
    row = found.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if row.state not in {*Session.AHEAD, State.POSTPONED}:
        raise ActivityRefused("活动已经开始或取消，不能改期。")
    check_times(draft, now)
    before = {"starts_at": row.starts_at, "ends_at": row.ends_at, "venue": row.venue}
    give_rooms_back(row, "改期", now=now)
    booking = booked(row.activity, draft, by=by, now=now) if draft.rooms else None
    room = "、".join(str(one) for one in booking.spaces.order_by("sort")) if booking else ""
    after = {
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "venue": draft.venue or (f"{booking.centre} {room}" if booking else row.venue),
        "address": draft.address or (booking.centre.address if booking else row.address),
        "booking": booking,
        "sequence": row.sequence + 1,
        "sign_up_until": draft.sign_up_until,
        **days_of(draft.starts_at),
    }
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    told = {name: after[name] for name in before}
    record(
        row, "reschedule", by=by, at=now, changes=changed(before, told), path=str(row.place.path)
    )
    if row.state == State.POSTPONED:
        row = SESSION.fire(pk, "resume", by=by, now=now)
        turn(row, row.held, now=now)
    text = f"“{row}”改到 {when(row)}，{row.venue}"
    tell_accounts(SignUp.objects.filter(session=row, state__in=SignUp.LIVE), text, now=now)
    tell_hosts(row.activity, text, by=by, now=now)
    return row


@transaction.atomic
def cancel_activity(*, pk: int, reason: str, by: Actor, now: datetime) -> Activity:
    """Call the whole of it off: every session that has not begun, and its rooms."""
    activity = ACTIVITY.fire(pk, "cancel", by=by, now=now, note=reason)
    ahead = (*Session.AHEAD, State.POSTPONED)
    rows = Session.objects.filter(activity=activity, state__in=ahead).order_by("pk")
    for session in list(rows.values_list("pk", flat=True)):
        cancel_session(pk=session, reason=reason, by=by, now=now)
    return activity
