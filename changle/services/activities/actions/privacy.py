"""A name and number are read in clear for a reason, and forgotten when the person wishes it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.waiting import cancel, holder
from changle.services.activities.models import (
    Answer,
    Attendance,
    Companion,
    Participant,
    Session,
    SignUp,
)
from changle.services.activities.queries.sessions import run_by


class PrivacyRefused(Refused):
    """It may not be read, or not be forgotten here."""


@dataclass(frozen=True)
class Contact:
    """Who somebody is, in clear, as told to one reader for one reason."""

    name: str
    phone: str
    guardian_name: str
    guardian_phone: str
    answers: tuple[tuple[str, str], ...]  # question, answer


@transaction.atomic
def read_contact(*, sign_up: int, reason: str, by: Actor, now: datetime) -> Contact:
    """For who runs the session, until it is verified; each reading is logged with its reason."""
    within = Session.objects.filter(run_by(by, Permission.SESSION_RUN))
    rows = SignUp.objects.filter(pk=sign_up, session__in=within.values("pk"))
    row = rows.select_related("session", "session__place", "participant", "guardian").get()
    if not reason.strip():
        raise PrivacyRefused("请写明查看的理由。")
    if row.session.state in Session.COUNTING:
        raise PrivacyRefused("活动已核实归档，不再查看参加人的联系方式。")
    answers = Answer.objects.filter(sign_up=row).select_related("question").order_by("pk")
    record(
        row, "read_contact", by=by, at=now, note=reason.strip(), path=str(row.session.place.path)
    )
    return Contact(
        name=row.participant.name, phone=row.participant.phone,
        guardian_name=row.guardian.name if row.guardian else "",
        guardian_phone=row.guardian.phone if row.guardian else "",
        answers=tuple((one.question.text, one.text) for one in answers),
    )  # fmt: skip


@transaction.atomic
def read_roster(*, session: int, reason: str, by: Actor, now: datetime) -> Session:
    """All names and numbers of a session, for who runs it, until it is verified; logged once."""
    rows = Session.objects.filter(run_by(by, Permission.SESSION_RUN), pk=session)
    row = rows.select_related("activity", "place").get()
    if not reason.strip():
        raise PrivacyRefused("请写明导出的理由。")
    if row.state in Session.COUNTING:
        raise PrivacyRefused("活动已核实归档，不再导出参加人的联系方式。")
    record(row, "read_roster", by=by, at=now, note=reason.strip(), path=str(row.place.path))
    return row


@transaction.atomic
def forget_person(*, participant: int, by: Actor, now: datetime) -> None:
    """Law on the Protection of Personal Information (2021), art. 47: name and number are erased.

    What was counted stays counted: the row remains without saying whose it was. Only who alone has
    ever signed this person up may ask for it here; anybody else asks at the desk.
    """
    kept = Companion.objects.filter(user=by.user_id or None, participant=participant)
    person = (
        Participant.objects.select_for_update(no_key=True)
        .filter(pk=participant, pk__in=kept.values("participant"))
        .first()
    )
    if person is None:
        raise PrivacyRefused("没有这位家人。")
    ups = SignUp.objects.filter(participant=person)
    others = Companion.objects.filter(participant=person).exclude(user=by.user_id or None)
    if others.exists() or ups.exclude(made_by=by.user_id or None).exists():
        raise PrivacyRefused("这位参加人还由别人报过名，请联系活动所在社区办理删除。")
    for row in ups.filter(state__in=SignUp.LIVE, session__starts_at__gt=now):
        cancel(pk=row.pk, by=holder(row), now=now)
    Answer.objects.filter(sign_up__in=ups).delete()
    Attendance.objects.filter(participant=person).update(handed_to="")
    kept.delete()
    person.name, person.phone, person.birth_year, person.home, person.user = (
        "",
        "",
        None,
        None,
        None,
    )
    person.save(update_fields=["name", "phone", "key", "phone_index", "birth_year", "home", "user"])
    record(person, "forget_person", by=by, at=now)
