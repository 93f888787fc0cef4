"""Courses are opened, lessons belong to them, and who came is given a certificate."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre
from changle.services.incubation.actions.entering import IncubationRefused
from changle.services.incubation.models import Certificate, Course, CourseSession
from changle.services.incubation.queries.learning import learners, sessions_for


EDIT = Permission.INCUBATION_EDIT


@dataclass(frozen=True, kw_only=True)
class Syllabus:
    """What a course says; `least_share`: of its lessons, in a hundred, to be given a certificate."""

    title: str
    content: str
    organiser: str
    minutes: int
    least_share: int = 80


def locked(pk: int, by: Actor) -> Course:
    rows = by.rows(Course, EDIT).select_for_update(of=("self",))
    return rows.select_related("centre__node").get(pk=pk)


@transaction.atomic
def add_course(*, centre: int, syllabus: Syllabus, by: Actor, now: datetime) -> Course:
    house = by.rows(Centre, EDIT).get(pk=centre)
    if not (syllabus.title.strip() and syllabus.content.strip() and syllabus.organiser.strip()):
        raise IncubationRefused("请写明课程名称、主要内容和主办单位。")
    if syllabus.minutes < 1 or not 1 <= syllabus.least_share <= 100:  # noqa: PLR2004  percent
        raise IncubationRefused("课程时长应大于 0，结业出勤应在 1% 到 100% 之间。")
    course = Course.objects.create(centre=house, **asdict(syllabus))
    record(course, "add_course", by=by, at=now)
    return course


@transaction.atomic
def add_lesson(*, course: int, session: int, by: Actor, now: datetime) -> CourseSession:
    row = locked(course, by)
    if row.is_closed:
        raise IncubationRefused("课程已经结课。")
    found = next((one for one in sessions_for(row, by) if one.pk == session), None)
    if found is None:
        raise IncubationRefused("请选择本中心、还不属于其他课程的场次。")
    one = CourseSession.objects.create(course=row, session=found)
    record(row, "add_lesson", by=by, at=now, note=str(found))
    return one


@transaction.atomic
def close_course(*, course: int, by: Actor, now: datetime) -> list[Certificate]:
    """The last lesson is verified: everybody who came often enough is given a certificate."""
    row = locked(course, by)
    if row.is_closed:
        raise IncubationRefused("课程已经结课。")
    lessons = CourseSession.objects.filter(course=row).select_related("session")
    if not lessons:
        raise IncubationRefused("课程还没有课次。")
    if any(one.session.state not in one.session.COUNTING for one in lessons):
        raise IncubationRefused("还有课次没有核实，核实后才能结课。")
    today = timezone.localdate(now)
    given = [
        Certificate.objects.create(
            course=row, participant=one.participant, holder=one.participant.name,
            minutes=one.minutes, issued_on=today, issued_by_id=by.user_id or None,
        )
        for one in learners(row)
        if one.enough and one.certificate is None and one.participant.name
    ]  # fmt: skip
    row.is_closed = True
    row.save(update_fields=["is_closed"])
    record(row, "close_course", by=by, at=now, note=f"结业 {len(given)} 人")
    return given


@transaction.atomic
def revoke_certificate(*, pk: int, because: str, by: Actor, now: datetime) -> Certificate:
    row = by.rows(Certificate, EDIT).select_for_update(of=("self",)).get(pk=pk)
    if row.revoked_on is not None:
        raise IncubationRefused("证书已经撤销。")
    if not because.strip():
        raise IncubationRefused("请写明原因。")
    row.revoked_on, row.revoked_because = timezone.localdate(now), because.strip()[:200]
    row.save(update_fields=["revoked_on", "revoked_because"])
    record(row, "revoke_certificate", by=by, at=now, note=row.revoked_because)
    return row
