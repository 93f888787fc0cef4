"""Courses with their lessons, who came to how many, and what a certificate says to everybody."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.sealed import mask_name
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Attendance, Participant, Session
from changle.services.incubation.models import Certificate, Course, CourseSession


VIEW, EDIT = Permission.INCUBATION_VIEW, Permission.INCUBATION_EDIT
LONGEST = 16


@dataclass(frozen=True)
class Learner:
    """Somebody who came to a course; `lessons` of those that are verified."""

    participant: Participant
    lessons: int
    minutes: int
    enough: bool
    certificate: Certificate | None


def courses_of(actor: Actor) -> list[Course]:
    rows = actor.rows(Course, VIEW).select_related("centre").annotate(
        held=Count("lessons", distinct=True), given=Count("certificates", distinct=True)
    )  # fmt: skip
    return list(rows.order_by("is_closed", "-pk")[:200])


def course_seen(actor: Actor, pk: int, needs: str = VIEW) -> Course | None:
    return actor.rows(Course, needs).select_related("centre__node").filter(pk=pk).first()


def lessons_of(course: Course) -> list[CourseSession]:
    rows = CourseSession.objects.filter(course=course).select_related("session__activity")
    return list(rows.order_by("session__starts_at"))


def sessions_for(course: Course, actor: Actor) -> list[Session]:
    """Trainings that may become lessons: at the house or led by it, not yet in a course."""
    house = course.centre.node
    rows = actor.rows(Session, Permission.ACTIVITY_VIEW).filter(
        Q(place=house) | Q(activity__lead=house) | Q(activity__lead=house.parent_id),
        lesson__isnull=True,
    ).exclude(state__in=("cancelled", "void"))  # fmt: skip
    return list(rows.select_related("activity").order_by("-starts_at")[:100])


def learners(course: Course) -> list[Learner]:
    """Who was there by name at a verified lesson, the most diligent first; four queries."""
    lessons = {one.session_id: one.session for one in lessons_of(course)}
    counted = {pk for pk, one in lessons.items() if one.state in Session.COUNTING}
    came: dict[int, dict[int, int]] = {}
    rows = Attendance.objects.filter(session__in=counted, participant__isnull=False)
    for who, session, minutes in rows.values_list("participant_id", "session_id", "minutes"):
        came.setdefault(who, {})[session] = minutes or length(lessons[session])
    people = Participant.objects.in_bulk(list(came))
    had = {one.participant_id: one for one in Certificate.objects.filter(course=course)}
    found = [
        Learner(
            participant=people[who], lessons=len(held), minutes=sum(held.values()),
            enough=bool(counted) and len(held) * 100 >= course.least_share * len(lessons),
            certificate=had.get(who),
        )
        for who, held in came.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.lessons, -one.minutes, one.participant.pk))


def length(session: Session) -> int:
    return int((session.ends_at - session.starts_at).total_seconds() // 60)


@dataclass(frozen=True)
class Told:
    """A certificate as everybody may read it: the name masked."""

    code: str
    holder: str
    course: str
    organiser: str
    minutes: int
    issued_on: date
    revoked_on: date | None


def certificate_told(code: str) -> Told | None:
    """None: no certificate bears the code."""
    if not code or len(code) > LONGEST or not code.isascii():
        return None
    row = Certificate.objects.filter(code=code).select_related("course").first()
    if row is None:
        return None
    return Told(
        code=row.code, holder=mask_name(row.holder), course=row.course.title,
        organiser=row.course.organiser, minutes=row.minutes, issued_on=row.issued_on,
        revoked_on=row.revoked_on,
    )  # fmt: skip


def certificate_seen(actor: Actor, pk: int, needs: str = EDIT) -> Certificate | None:
    rows = actor.rows(Certificate, needs)
    return rows.select_related("course__centre", "organisation").filter(pk=pk).first()


def read_certificate(row: Certificate, *, by: Actor, now: datetime) -> str:
    """The name in clear; that it was read stands in the log."""
    record(row, "read_certificate", by=by, at=now)
    return str(row.holder)
