"""What a resident has signed up for: what comes, what waits for an answer, what has been."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from changle.core.reach import Actor
from changle.services.activities.models import Attendance, Session, SignUp
from changle.services.activities.queries.codes import read_ticket, ticket_code
from changle.services.activities.queries.sessions import my_sign_ups
from changle.services.activities.queries.showing import GONE, day_and_hours, spoken, where


PAST = 50  # lines of what has been
BEHIND = timedelta(days=365)
State = SignUp.State


@dataclass(frozen=True)
class Ticket:
    """One sign-up in words: of whom, for what, how it stands and what may be done."""

    pk: int
    code: str
    session: int
    title: str
    name: str
    state: str
    tone: str
    when: str
    where: str
    sentence: str
    seated: bool
    may_cancel: bool
    may_accept: bool
    may_tell: bool  # what they thought of it


def in_line() -> Subquery:
    """The place in the line, from 1; of who does not wait it means nothing."""
    ahead = (
        SignUp.objects.filter(
            session=OuterRef("session"), state=State.WAITLISTED, pk__lte=OuterRef("pk")
        )
        .order_by()
        .values("session")
        .annotate(count=Count("pk"))
    )
    return Subquery(ahead.values("count"))


def told(rows: "QuerySet[SignUp]", now: datetime) -> list[Ticket]:
    """One query, whatever the number of rows."""
    rows = rows.select_related(
        "session", "session__activity", "session__place", "participant", "attendance"
    ).annotate(line=Coalesce(in_line(), 0))
    return [ticket_of(row, now) for row in rows]


def ticket_of(row: SignUp, now: datetime) -> Ticket:
    session = row.session
    ahead = now < session.starts_at and session.state not in GONE
    there: Attendance | None = getattr(row, "attendance", None)
    offered = (
        row.state == State.OFFERED and row.offered_until is not None and row.offered_until > now
    )
    return Ticket(
        pk=row.pk, code=ticket_code(row.pk), session=session.pk, title=session.title,
        name=row.participant.masked_name, state=row.state_label(), tone=tone_of(row.state),
        when=day_and_hours(session), where=where(session), sentence=sentence_of(row, there, now),
        seated=row.state in (State.CONFIRMED, State.ATTENDED),
        may_cancel=row.state in SignUp.LIVE and ahead, may_accept=offered and ahead,
        may_tell=there is not None and not there.has_answered,
    )  # fmt: skip


def tone_of(state: str) -> str:
    if state in (State.CONFIRMED, State.ATTENDED):
        return "good"
    return "bad" if state in (State.WAITLISTED, State.OFFERED, State.NO_SHOW) else ""


def sentence_of(row: SignUp, there: Attendance | None, now: datetime) -> str:
    """How it stands, and why, in one sentence."""
    session = row.session
    if session.state in GONE:
        return GONE[Session.State(session.state)] + (
            f"：{session.reason}。" if session.reason else "。"
        )
    if there is not None:
        return f"{spoken(there.came_at)} 签到。"
    if row.state == State.WAITLISTED:
        line = getattr(row, "line", 0)
        ahead = f"前面还有 {line - 1} 人" if line > 1 else "您排在最前"
        mates = "；同来的人一起候补，要有够坐的空位" if row.together else ""
        return f"候补第 {line} 位，{ahead}。按报名先后递补{mates}。"
    if row.state == State.OFFERED and row.offered_until is not None:
        until = spoken(row.offered_until)
        return (
            f"有名额了，请在 {until} 前确认，过时让给下一位。"
            if row.offered_until > now
            else "确认时限已过。"
        )
    if row.state == State.NO_SHOW:
        return "报了名没有到。临时有事请提前取消，把名额让给别人。"
    return ""


@dataclass(frozen=True)
class Mine:
    offers: list[Ticket]
    coming: list[Ticket]
    past: list[Ticket]


def mine(actor: Actor, now: datetime) -> Mine:
    """All of an account's, the next first and what has been last first; two queries."""
    rows = my_sign_ups(actor)
    ahead = told(rows.filter(session__ends_at__gt=now, state__in=SignUp.STANDING)
                 .order_by("session__starts_at", "pk"), now)  # fmt: skip
    past = rows.filter(session__starts_at__gt=now - BEHIND).exclude(
        session__ends_at__gt=now, state__in=SignUp.STANDING
    )
    return Mine(
        offers=[one for one in ahead if one.may_accept],
        coming=[one for one in ahead if not one.may_accept],
        past=told(past.order_by("-session__starts_at", "pk")[:PAST], now),
    )


def by_code(code: str) -> SignUp | None:
    """The sign-up that a ticket names; the code is its own right to see it."""
    pk = read_ticket(code)
    rows = SignUp.objects.select_related(
        "session", "session__activity", "session__place", "participant", "attendance"
    )
    return rows.annotate(line=Coalesce(in_line(), 0)).filter(pk=pk).first() if pk else None


def mates_of(row: SignUp) -> int:
    """How many others stand and fall with it."""
    if not row.together:
        return 0
    return SignUp.objects.filter(party=row.party, state=row.state).exclude(pk=row.pk).count()


def tickets_here(actor: Actor, session: int) -> "QuerySet[SignUp]":
    """An account's seats in one session, with what the door needs."""
    rows = my_sign_ups(actor).filter(session=session, state__in=(*SignUp.HOLDING, State.ATTENDED))
    return rows.select_related("session", "participant", "attendance")


def subscribed(actor: Actor, now: datetime) -> "QuerySet[SignUp]":
    """What a personal calendar holds: seats, and what was lost, so that programs strike it out."""
    rows = my_sign_ups(actor).filter(
        session__starts_at__gt=now - timedelta(days=30),
        state__in=(*SignUp.STANDING, State.CANCELLED, State.CALLED_OFF, State.EXPIRED),
    )
    return rows.select_related("session__place").order_by("session__starts_at", "pk")
