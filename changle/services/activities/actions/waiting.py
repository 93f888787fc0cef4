"""A seat is given up, and offered to the next in line; an offer is taken, or lapses.

The first in line whom the free seats suit: a party that comes together is offered all its seats at
once or none, so that one seat may go to who stands behind a family of four.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.signing import SignUpRefused, house_at, turn
from changle.services.activities.actions.telling import tell_accounts, when
from changle.services.activities.lifecycle import SIGN_UP
from changle.services.activities.models import Session, SignUp
from changle.services.activities.queries.plans import rule


State = SignUp.State
SEATS = "session_seats_are_never_oversold"


def locked(pk: int) -> Session:
    rows = Session.objects.select_related("activity", "place")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=pk)


def parties(rows: Iterable[SignUp]) -> list[list[SignUp]]:
    """Who waits, in order: each alone, or with those they came with."""
    found: dict[object, list[SignUp]] = {}
    for row in rows:
        found.setdefault(row.party if row.together else row.pk, []).append(row)
    return list(found.values())


def offer_next(session: Session, *, now: datetime) -> list[SignUp]:
    """Offer what is free, in order; `session` is held by the caller and read since the change."""
    free = session.free
    if session.state not in Session.AHEAD or now >= session.starts_at:
        return []
    line = SignUp.objects.filter(session=session, state=State.WAITLISTED).order_by("pk")
    until = min(now + timedelta(hours=rule().offer_hours), session.starts_at)
    by, offered = house_at(session, Permission.SESSION_RUN), []
    for party in parties(line):
        if free is not None and free < 1:
            break
        if free is not None and len(party) > free:
            continue
        for row in party:
            along = {"offered_until": until}
            offered.append(SIGN_UP.fire(row.pk, "offer", by=by, now=now, along=along))
        free = None if free is None else free - len(party)
    if offered:
        told = timezone.localtime(until)
        text = f"候补到了：“{session}”（{when(session)}），请在 {told:%m月%d日 %H:%M} 前确认"
        tell_accounts(offered, text, now=now)
    return offered


def settle(session_pk: int, *, now: datetime) -> list[SignUp]:
    """After seats were freed: offer them, and say whether the session is full."""
    session = locked(session_pk)
    offered = offer_next(session, now=now)
    turn(session, session.held + len(offered), now=now)
    return offered


def theirs(pk: int, by: Actor) -> SignUp:
    """A sign-up within reach, its session held first, as every taker of seats does."""
    row = by.rows(SignUp, Permission.SIGN_UP_MAKE).get(pk=pk)
    locked(row.session_id)
    return row


def holder(row: SignUp) -> Actor:
    """Who holds the ticket and has no account: may do with this sign-up what its account might."""
    return Actor(
        name="持票人", reach={str(Permission.SIGN_UP_MAKE): (str(row.session.place.path),)}
    )


@transaction.atomic
def accept(*, pk: int, by: Actor, now: datetime) -> list[SignUp]:
    """Take the offered seat, with all of the party; raises SignUpRefused when it is too late."""
    row = theirs(pk, by)
    if row.offered_until is not None and row.offered_until < now:
        raise SignUpRefused("应答时限已过，名额已让给下一位。", "expired")
    mates = [row]
    if row.together:
        mates = list(
            SignUp.objects.filter(party=row.party, state=State.OFFERED).order_by("pk")
        ) or [row]
    return [SIGN_UP.fire(one.pk, "accept", by=by, now=now) for one in mates]


@transaction.atomic
def cancel(*, pk: int, by: Actor, now: datetime) -> SignUp:
    """Give it up, until the session begins; the seat goes to the next in line."""
    found = theirs(pk, by)
    session = Session.objects.get(pk=found.session_id)
    if now >= session.starts_at:
        raise SignUpRefused("活动已经开始，不能再取消。", "closed")
    row = SIGN_UP.fire(pk, "cancel", by=by, now=now)
    settle(row.session_id, now=now)
    return row


@transaction.atomic
def strike(*, pk: int, reason: str, by: Actor, now: datetime) -> SignUp:
    """The organiser takes somebody off the list, and says why."""
    found = by.rows(SignUp, Permission.SESSION_RUN).get(pk=pk)
    locked(found.session_id)
    row = SIGN_UP.fire(pk, "strike", by=by, now=now, note=reason)
    tell_accounts([row], f"“{row.session}”的报名被取消：{reason}", now=now)
    settle(row.session_id, now=now)
    return row


def lapse_offers(now: datetime) -> int:
    """Offers that nobody answered go on to the next; the worker calls it often."""
    late = SignUp.objects.filter(state=State.OFFERED, offered_until__lte=now).order_by("pk")
    lapsed = 0
    for pk in list(late.values_list("pk", flat=True)):
        lapsed += lapse(pk, now)
    return lapsed


@transaction.atomic
def lapse(pk: int, now: datetime) -> bool:
    found = SignUp.objects.get(pk=pk)
    session = locked(found.session_id)
    row = SignUp.objects.get(pk=pk)
    if row.state != State.OFFERED or row.offered_until is None or row.offered_until > now:
        return False
    by = house_at(session, Permission.SESSION_RUN)
    moved = SIGN_UP.fire(pk, "expire", by=by, now=now)
    tell_accounts([moved], f"“{session}”的候补没有按时确认，已让给下一位", now=now)
    settle(session.pk, now=now)
    return True


@transaction.atomic
def set_capacity(*, pk: int, capacity: int | None, by: Actor, now: datetime) -> list[SignUp]:
    """More seats are offered down the line; fewer than are taken cannot be. Answers the offers."""
    rows = by.rows(Session, Permission.ACTIVITY_EDIT).select_related("activity", "place")
    session = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if session.state not in Session.AHEAD:
        raise SignUpRefused("活动已经开始或取消，不能再改名额。", "closed")
    before, session.capacity = {"capacity": session.capacity}, capacity
    try:
        with transaction.atomic():
            session.save(update_fields=["capacity"])
    except IntegrityError as error:
        if SEATS not in str(error):
            raise
        raise SignUpRefused(f"已有 {session.held} 人占用名额，不能再少。", "capacity") from None
    record(session, "capacity", by=by, at=now, changes=changed(before, {"capacity": capacity}))
    return settle(pk, now=now)
