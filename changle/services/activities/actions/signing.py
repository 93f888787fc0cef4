"""A person signs up, for themselves and their family: a seat, or a place in the line.

Who signs up holds the session's row meanwhile, so that keys are given out in the order of coming;
the database counts the seats and has the last word (`session_seats_are_never_oversold`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.people import Guest, enter, once_more, tidy
from changle.services.activities.lifecycle import SESSION, SIGN_UP
from changle.services.activities.models import (
    Activity,
    Answer,
    Participant,
    Question,
    Rule,
    Session,
    SignUp,
)
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import run_by


State = SignUp.State
LONGEST_ANSWER = 300


class SignUpRefused(Refused):
    """A sign-up that cannot be; the sentence says why. `code` names the reason for machines."""

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Application:
    """Who wishes to come to a session, and what they said to what was asked."""

    guests: Sequence[Guest]
    guardian: Guest | None = None  # where a child comes
    agrees: bool = False  # to the text in force
    photo_ok: bool = False
    together: bool = True  # all of them or none
    answers: Mapping[int, str] = field(default_factory=dict)  # question -> text
    channel: str = SignUp.Channel.ONLINE


def house_at(session: Session, *needs: str) -> Actor:
    """The house itself at work on one session: these permissions, at its place alone."""
    return Actor(reach={str(need): (str(session.place.path),) for need in needs})


def sign_up(*, session: int, application: Application, by: Actor, now: datetime) -> list[SignUp]:
    """Give each guest a seat, or a place in the line; raises SignUpRefused, PersonRefused.

    Six queries for one person; where the last seat goes the session's own move adds three.
    """
    return once_more(lambda: signed_up(session, application, by=by, now=now))


def signed_up(session: int, application: Application, *, by: Actor, now: datetime) -> list[SignUp]:
    row = taken(session)
    if application.channel == SignUp.Channel.DESK and not runs_it(row, by):
        raise SignUpRefused("只有主持这一场的人可以代报。", "desk")
    by_rule = rule()
    guests = checked(row, application, by_rule, by=by, now=now)
    since = now - timedelta(days=by_rule.no_show_days)
    extra = [tidy(application.guardian)] if application.guardian else []
    same = [one for one in extra if one in guests]  # the guardian comes too
    people = enter([*guests, *(one for one in extra if one not in same)],
                   session_pk=session, since=since, now=now)  # fmt: skip
    guardian = people[guests.index(same[0])] if same else people[-1] if extra else None
    people = people[: len(guests)]
    standing(people, row, by_rule, now=now)
    rows = placed(row, people, application, guardian, by=by, now=now)
    if row.activity.asks:
        answered(row, rows, application)
    record(
        row, "sign_up", by=by, at=now, path=str(row.place.path),
        changes={"sign_ups": [None, [one.pk for one in rows]],
                 "states": [None, [one.state for one in rows]]},
    )  # fmt: skip
    turn(row, row.held + sum(one.state == State.CONFIRMED for one in rows), now=now)
    return rows


def taken(pk: int) -> Session:
    """The session, held until the end of the transaction."""
    rows = Session.objects.select_related("activity", "activity__lead", "place", "for_place")
    row = rows.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if row is None or row.activity.state != Activity.State.OPEN:
        raise SignUpRefused("没有这场活动。", "unknown")
    return row


def runs_it(session: Session, by: Actor) -> bool:
    return Session.objects.filter(run_by(by), pk=session.pk).exists()


def checked(
    session: Session, application: Application, by_rule: Rule, *, by: Actor, now: datetime
) -> list[Guest]:
    """The guests, tidy, if the session takes them now."""
    runs = application.channel == SignUp.Channel.DESK and by.holds(Permission.SESSION_RUN)
    check_time(session, now, runs=runs)
    guests = [tidy(guest) for guest in application.guests]
    if not 1 <= len(guests) <= by_rule.people_at_once:
        raise SignUpRefused(f"一次可以报 1 到 {by_rule.people_at_once} 人。", "people")
    if not application.agrees:
        raise SignUpRefused("请阅读并同意报名须知。", "consent")
    for guest in guests:
        check_guest(session, guest, by_rule, guarded=application.guardian is not None)
    return guests


def check_time(session: Session, now: datetime, *, runs: bool) -> None:
    """Staff may enter people until it ends; everybody else until it begins, or the day said."""
    states = Session.SHOWN if runs else ("open", "full")
    until = session.ends_at if runs else session.sign_up_until or session.starts_at
    if session.state not in states or now >= until:
        raise SignUpRefused("报名已经结束。", "closed")
    if session.sign_up_from is not None and now < session.sign_up_from and not runs:
        opens = timezone.localtime(session.sign_up_from)
        raise SignUpRefused(f"{opens:%m月%d日 %H:%M} 开始报名。", "early")
    if not session.needs_sign_up:
        raise SignUpRefused("这场活动不用报名，直接到场即可。", "open")


def age_on(guest: Guest, session: Session) -> int | None:
    """Years that they are at most in that year; the day of birth is not asked."""
    return session.on.year - guest.birth_year if guest.birth_year else None


def check_guest(session: Session, guest: Guest, by_rule: Rule, *, guarded: bool) -> None:
    age, bounded = (
        age_on(guest, session),
        session.age_from is not None or session.age_to is not None,
    )
    if age is not None and not 0 <= age <= 120:  # noqa: PLR2004  nobody is older
        raise SignUpRefused("出生年份不对。", "age")
    if age is None and (bounded or session.activity.for_minors):
        raise SignUpRefused(f"请填写{guest.name}的出生年份。", "age")
    if age is not None:
        low, high = session.age_from or 0, session.age_to if session.age_to is not None else 999
        if not low <= age <= high:
            told = f"{low} 岁以上" if session.age_to is None else f"{low}–{high} 岁"
            raise SignUpRefused(f"本场面向{told}，{guest.name}不在范围内。", "age")
        if age < by_rule.guardian_below and not guarded:
            raise SignUpRefused(
                f"{guest.name}未满 {by_rule.guardian_below} 周岁，请填写监护人。", "guardian"
            )
    bound = session.for_place
    if bound is not None and (
        guest.home is None or not str(guest.home.path).startswith(str(bound.path))
    ):
        raise SignUpRefused(f"本场面向{bound}居民，请选择居住的社区。", "place")


def standing(
    people: Sequence[Participant], session: Session, by_rule: Rule, *, now: datetime
) -> None:
    """Who is there already, and who has stayed away too often."""
    opens = session.starts_at - timedelta(hours=by_rule.no_show_window)
    for person in people:
        if getattr(person, "already", 0):
            raise SignUpRefused(f"{person.masked_name}已经报过这一场。", "already")
        if getattr(person, "missed", 0) >= by_rule.no_show_limit and now < opens:
            raise SignUpRefused(
                f"{person.masked_name}近 {by_rule.no_show_days} 天有 {by_rule.no_show_limit} 次报名未到，"
                f"{timezone.localtime(opens):%m月%d日 %H:%M} 起可以报名（有名额时）。",
                "no_show",
            )


def placed(
    session: Session,
    people: Sequence[Participant],
    application: Application,
    guardian: Participant | None,
    *,
    by: Actor,
    now: datetime,
) -> list[SignUp]:
    """Seats for as many as there are, in their order; for all or none of a party together.

    Who waits already has been offered every seat that suits them, so that a free seat is one
    that suits nobody in the line.
    """
    free = len(people) if session.free is None else session.free
    together = application.together and len(people) > 1
    seats = (len(people) if free >= len(people) else 0) if together else min(free, len(people))
    party = uuid4()
    rows = [
        SignUp(
            session=session, participant=person, party=party if together else uuid4(),
            together=together, guardian=guardian if guardian != person else None,
            terms_id=session.activity.terms_id, photo_ok=application.photo_ok,
            channel=application.channel, made_by_id=by.user_id or None, asked_at=now,
        )
        for person in people
    ]  # fmt: skip
    for number, one in enumerate(rows):
        SIGN_UP.begin(one, State.CONFIRMED if number < seats else State.WAITLISTED, at=now)
    return SignUp.objects.bulk_create(rows)


def answered(session: Session, rows: Sequence[SignUp], application: Application) -> None:
    """What was asked is answered once for all who came together."""
    told = []
    for question in Question.objects.filter(activity=session.activity_id).order_by("sort", "pk"):
        text = application.answers.get(question.pk, "").strip()
        if question.is_required and not text:
            raise SignUpRefused(f"请回答：{question.text}", "question")
        if len(text) > LONGEST_ANSWER:
            raise SignUpRefused(f"“{question.text}”的回答最多 {LONGEST_ANSWER} 个字。", "question")
        if text and question.kind == Question.Kind.CHOICE and text not in question.choices:
            raise SignUpRefused(f"请从选项中回答：{question.text}", "question")
        if text:
            told += [Answer(sign_up=row, question=question, text=text) for row in rows]
    Answer.objects.bulk_create(told)


def turn(session: Session, held: int, *, now: datetime) -> None:
    """Say of the session that it is full, or is so no more; it is held by the caller."""
    full = session.capacity is not None and held >= session.capacity
    by = house_at(session, Permission.SESSION_RUN)
    if full and session.state == Session.State.OPEN:
        SESSION.fire(session.pk, "fill", by=by, now=now)
    elif not full and session.state == Session.State.FULL:
        SESSION.fire(session.pk, "free", by=by, now=now)
