"""Every move from every state, by every role: what the tables allow, and nothing else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from changle.core.lifecycle import MoveRefused
from changle.ground.territory.roles import ROLES
from changle.services.activities.lifecycle import ACTIVITY, COHOST, SESSION, SIGN_UP
from changle.services.activities.models import Activity, Cohost, Session, SignUp
from tests.factories.activities import NOW, join, make_activity, make_session
from tests.factories.registry import everything_at, make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
A, S, U = Activity.State, Session.State, SignUp.State
DRAFTED = ["draft", "returned"]
TABLES = {
    "activity": {
        "submit": (DRAFTED, "submitted"),
        "approve": (["submitted"], "approved"),
        "return": (["submitted"], "returned"),
        "publish": (["approved"], "open"),
        "postpone": (["approved", "open"], "postponed"),
        "resume": (["postponed"], "open"),
        "cancel": ([*DRAFTED, "submitted", "approved", "open", "postponed"], "cancelled"),
        "end": (["open"], "ended"),
        "count": (["ended"], "counted"),
        "void": (["ended", "counted"], "void"),
    },
    "session": {
        "open": (["planned"], "open"),
        "fill": (["open"], "full"),
        "free": (["full"], "open"),
        "start": (["open", "full"], "ongoing"),
        "end": (["ongoing"], "ended"),
        "record": (["ended"], "recording"),
        "verify": (["recording"], "verified"),
        "ask_more": (["recording"], "recording"),
        "count": (["verified"], "counted"),
        "cancel": (["planned", "open", "full", "postponed"], "cancelled"),
        "postpone": (["planned", "open", "full"], "postponed"),
        "resume": (["postponed"], "open"),
        "void": (["ongoing", "ended", "recording", "verified", "counted"], "void"),
    },
    "sign_up": {
        "offer": (["waitlisted"], "offered"),
        "accept": (["offered"], "confirmed"),
        "expire": (["offered"], "expired"),
        "cancel": (["confirmed", "waitlisted", "offered"], "cancelled"),
        "strike": (["confirmed", "waitlisted", "offered"], "cancelled"),
        "attend": (["confirmed", "offered", "no_show"], "attended"),
        "miss": (["confirmed"], "no_show"),
        "excuse": (["no_show"], "excused"),
        "lapse": (["waitlisted", "offered"], "lapsed"),
        "call_off": (["confirmed", "waitlisted", "offered"], "called_off"),
    },
    "cohost": {
        "accept": (["invited"], "accepted"),
        "decline": (["invited"], "declined"),
        "withdraw": (["invited", "declined"], "withdrawn"),
        "invite": (["declined", "withdrawn"], "invited"),
    },
}
LIVES = {"activity": ACTIVITY, "session": SESSION, "sign_up": SIGN_UP, "cohost": COHOST}
# What a constraint ties to a state is written with it.
TIED = {
    "verified": {"verified_at": NOW}, "counted": {"verified_at": NOW},
    "offered": {"offered_until": NOW + timedelta(hours=1)}, "accepted": {"accepted_at": NOW},
}  # fmt: skip
HOLDERS = {  # permission -> roles that hold it somewhere
    "activity.edit": {"DCA", "STO", "CTR", "COM", "OADM"},
    "activity.review": {"DCA", "STO", "COM"},
    "session.run": {"DCA", "STO", "CTR", "COM", "OADM", "OSTF"},
    "session.verify": {"DCA", "STO", "CTR", "COM"},
    "sign_up.make": set(),  # everybody, for their own alone
}


@pytest.fixture
def district():
    return make_district()


def subject(kind, district, team):
    if kind == "activity":
        return make_activity(district.communities[0][0], team, state="draft")
    if kind == "cohost":
        return make_activity(district.communities[0][0], team, state="draft").cohosts.get()
    session = make_session(district.communities[0][0], team)
    return session if kind == "session" else join(session)[0]


def put(row, state):
    tied = TIED.get(state, {}) if not isinstance(row, Activity) else {}
    type(row)._default_manager.filter(pk=row.pk).update(state=state, **tied)


@pytest.mark.parametrize("kind", LIVES)
def test_the_table_has_these_moves_and_no_others(kind):
    life = LIVES[kind]
    assert {
        name: (sorted(map(str, move.sources)), str(move.target))
        for name, move in life.moves.items()
    } == {name: (sorted(sources), target) for name, (sources, target) in TABLES[kind].items()}
    reached = {str(move.target) for move in life.moves.values()}
    started = {str(source) for move in life.moves.values() for source in move.sources}
    assert reached | started == set(life.model.State.values)


@pytest.mark.parametrize("kind", LIVES)
def test_every_move_from_every_state(kind, district):
    team = make_organisation(district.communities[0][0])
    row = subject(kind, district, team)
    by = everything_at(district.root)
    for name, (sources, target) in TABLES[kind].items():
        for state in type(row).State.values:
            put(row, state)
            along = TIED.get(target, {}) if kind != "activity" else {}
            if state in sources:
                moved = LIVES[kind].fire(row.pk, name, by=by, now=NOW, note="理由", along=along)
                assert moved.state == target, (name, state)
            else:
                with pytest.raises(MoveRefused):
                    LIVES[kind].fire(row.pk, name, by=by, now=NOW, note="理由", along=along)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"SYS", "SEC", "LOG"}))
def test_every_move_by_every_role(role, district):
    """At the street of the place for those of places; at the lead itself for its own people."""
    team = make_organisation(district.communities[0][0])
    at = team.node if role in {"OADM", "OSTF"} else district.streets[0]
    at = district.communities[0][0] if role == "COM" else at
    by, stranger = make_actor(role, at), make_actor(role, district.streets[1])
    rows = {kind: subject(kind, district, team) for kind in ("activity", "session", "sign_up")}
    for kind, row in rows.items():
        for name, move in LIVES[kind].moves.items():
            source = min(map(str, move.sources))
            put(row, source)
            along = TIED.get(str(move.target), {}) if kind != "activity" else {}
            if role in HOLDERS[str(move.needs)]:
                LIVES[kind].fire(row.pk, name, by=by, now=NOW, note="理由", along=along)
            else:
                with pytest.raises(type(row).DoesNotExist):
                    LIVES[kind].fire(row.pk, name, by=by, now=NOW, note="理由", along=along)
            put(row, source)
            with pytest.raises(type(row).DoesNotExist):
                LIVES[kind].fire(row.pk, name, by=stranger, now=NOW, note="理由", along=along)


def test_what_a_state_must_have_beside_it_is_kept_by_the_database(district):
    team = make_organisation(district.communities[0][0])
    session = subject("session", district, team)
    up = join(session)[0]
    for attempt in (
        lambda: Session.objects.filter(pk=session.pk).update(state="verified"),
        lambda: Session.objects.filter(pk=session.pk).update(ends_at=session.starts_at),
        lambda: Session.objects.filter(pk=session.pk).update(age_from=9, age_to=3),
        lambda: Session.objects.filter(pk=session.pk).update(anonymous_times=1),
        lambda: SignUp.objects.filter(pk=up.pk).update(state="offered"),
        lambda: Cohost.objects.update(money_fen=-1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
