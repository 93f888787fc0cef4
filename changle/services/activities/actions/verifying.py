"""A session is verified by somebody who did not hold it; from then on its numbers are locked."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.deciding import above_only
from changle.services.activities.actions.doors import came_after_all
from changle.services.activities.actions.telling import tell_hosts
from changle.services.activities.lifecycle import ACTIVITY, SESSION
from changle.services.activities.models import Activity, Attendance, Correction, Session, SignUp
from changle.services.activities.queries.evidence import missing_evidence, numbers


State = Session.State
VERIFY = Permission.SESSION_VERIFY


class VerifyRefused(Refused):
    """It may not be verified or corrected so, or not by them."""


def did_it(session: Session, by: Actor) -> bool:
    activity = session.activity
    doers = {activity.planned_by_id, activity.submitted_by_id, session.handed_in_by_id}
    return bool(by.user_id) and by.user_id in doers


def leads_it(session: Session, by: Actor) -> bool:
    """Whether their right to verify is no other than that of the side that held it."""
    lead = session.activity.lead
    if lead.kind == Node.Kind.CENTRE:
        return not above_only(by, Permission.ACTIVITY_REVIEW, lead)
    if any(str(lead.path).startswith(path) for path in by.reach.get(VERIFY, ())):
        return not above_only(by, VERIFY, lead)
    return not by.holds_at(VERIFY, str(session.place.path))


def may_verify(session: Session, by: Actor) -> bool:
    """Neither who planned, ran or handed it in, nor the side that held it."""
    return not did_it(session, by) and not leads_it(session, by)


def only_another(session: Session, by: Actor) -> None:
    if did_it(session, by):
        raise VerifyRefused("不能核实自己经办的活动。")
    if leads_it(session, by):
        raise VerifyRefused("主办方不能核实自己的活动，由社区、街道或中心核实。")


@transaction.atomic
def verify(*, pk: int, by: Actor, now: datetime, note: str = "") -> Session:
    """Confirm that it took place as recorded; the numbers are counted here, once and for all."""
    found = by.rows(Session, VERIFY).select_related("activity", "activity__lead", "place")
    row = found.select_for_update(of=("self",), no_key=True).get(pk=pk)
    only_another(row, by)
    if gaps := missing_evidence(row):
        raise VerifyRefused(f"还缺：{'；'.join(gaps)}。")
    told = numbers(row)
    facts = {
        "person_times": told.person_times,
        "anonymous_times": told.anonymous,
        "verified_at": now,
        "in_time": row.due_on is None or timezone.localdate(now) <= row.due_on,
    }
    row = SESSION.fire(pk, "verify", by=by, now=now, note=note, along=facts)
    # Who came in at the very moment at which the session ended was taken for missing.
    there = SignUp.objects.filter(session=row, state="no_show", attendance__isnull=False)
    came_after_all(there.select_related("session", "session__place").order_by("pk"), now=now)
    row.verified_by_id = by.user_id or None
    row.save(update_fields=["verified_by"])
    tell_hosts(row.activity, f"“{row}”已核实：{told.person_times} 人次", by=by, now=now)
    return row


@transaction.atomic
def ask_more(*, pk: int, reason: str, by: Actor, now: datetime) -> Session:
    """Give the record back to who holds it; the deadline of verification stays as it was."""
    found = by.rows(Session, VERIFY).select_related("activity", "activity__lead", "place")
    before = found.select_for_update(of=("self",), no_key=True).get(pk=pk)
    only_another(before, by)
    along = {"handed_in_at": None, "due_on": before.due_on}
    return SESSION.fire(pk, "ask_more", by=by, now=now, note=reason, along=along)


@transaction.atomic
def void(*, pk: int, reason: str, by: Actor, now: datetime) -> Session:
    """It did not take place as told; it counts nowhere any more, and stays to be read."""
    row = SESSION.fire(pk, "void", by=by, now=now, note=reason, along={"reason": reason[:200]})
    only_another(row, by)
    tell_hosts(row.activity, f"“{row}”作废：{reason}", by=by, now=now)
    return row


@transaction.atomic
def correct(
    *, pk: int, reason: str, by: Actor, now: datetime, named: int = 0, anonymous: int = 0,
    strikes: int | None = None,
) -> Correction:  # fmt: skip
    """Put the numbers of a verified session right; what was counted stays on record.

    `strikes`: an attendance that was none; its person no longer counts for this session.
    """
    found = by.rows(Session, VERIFY).select_related("activity", "activity__lead", "place")
    row = found.select_for_update(of=("self",), no_key=True).get(pk=pk)
    only_another(row, by)
    if row.state not in Session.COUNTING:
        raise VerifyRefused("还没有核实的场次直接修改记录，不用更正。")
    if not reason.strip():
        raise VerifyRefused("请写明更正的原因。")
    gone = None
    if strikes is not None:
        gone = Attendance.objects.filter(pk=strikes, session=row).first()
        if gone is None:
            raise VerifyRefused("没有这条到场记录。")
        named, anonymous = (-1, 0) if gone.participant_id else (0, -1)
    if not named and not anonymous:
        raise VerifyRefused("请填写更正的数量。")
    try:
        with transaction.atomic():
            made = Correction.objects.create(
                session=row, strikes=gone, named=named, anonymous=anonymous,
                reason=reason.strip()[:300], made_at=now, made_by_id=by.user_id or None,
            )  # fmt: skip
    except IntegrityError as error:
        raise VerifyRefused("这条到场记录已经更正过。") from error
    apply(row, made, by=by, now=now)
    return made


def apply(row: Session, made: Correction, *, by: Actor, now: datetime) -> None:
    before = {"person_times": row.person_times, "anonymous_times": row.anonymous_times}
    after = {
        "person_times": row.person_times + made.named + made.anonymous,
        "anonymous_times": row.anonymous_times + made.anonymous,
    }
    named = after["person_times"] - after["anonymous_times"]
    if after["anonymous_times"] < 0 or named < 0:
        raise VerifyRefused("更正后的人次不能为负。")
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    record(
        row, "correct", by=by, at=now, changes=changed(before, dict(after)), note=made.reason,
        path=str(row.place.path),
    )  # fmt: skip


def count_verified(by: Actor, now: datetime) -> int:
    """What was verified enters the figures for good; activities close when all their sessions have."""
    rows = Session.objects.filter(state=State.VERIFIED).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    for pk in keys:
        SESSION.fire(pk, "count", by=by, now=now)
    return len(keys)


def close_activities(by: Actor, now: datetime) -> int:
    """Published activities whose sessions are all over; ended ones whose sessions all count."""
    moved = 0
    for state, move, left in (
        ("open", "end", (*Session.AHEAD, "ongoing", "postponed")),
        ("ended", "count", ("ended", "recording", "verified")),
    ):
        busy = Session.objects.filter(state__in=left).values("activity")
        rows = Activity.objects.filter(state=state).exclude(pk__in=busy).order_by("pk")
        for pk in list(rows.values_list("pk", flat=True)):
            ACTIVITY.fire(pk, move, by=by, now=now)
            moved += 1
    return moved
