"""A seat is had by one; who comes later stands in line, in the order of coming."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.services.activities.actions.people import Guest, PersonRefused
from changle.services.activities.actions.planning import QuestionDraft
from changle.services.activities.actions.signing import SignUpRefused
from changle.services.activities.actions.waiting import (
    accept,
    cancel,
    holder,
    lapse_offers,
    set_capacity,
    strike,
)
from changle.services.activities.models import Answer, Participant, Rule, Session, SignUp
from changle.services.activities.queries.sessions import place_in_line
from tests.factories.accounts import make_user
from tests.factories.activities import (
    NOW,
    SATURDAY,
    join,
    make_activity,
    make_guest,
    make_session,
    make_session_draft,
    organiser,
)
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def team(district):
    return make_organisation(district.communities[0][0])


@pytest.fixture
def account():
    user = make_user()
    return Actor(user_id=user.pk, name="样例居民", own=frozenset({"sign_up.make"}))


def session_of(district, team, **fields):
    return make_session(district.communities[0][0], team, **fields)


def states(session):
    return list(
        SignUp.objects.filter(session=session).order_by("pk").values_list("state", flat=True)
    )


def fresh(session):
    return Session.objects.get(pk=session.pk)


def test_seats_go_in_order_and_the_rest_stand_in_line(district, team):
    session = session_of(district, team, capacity=2)
    ups = [join(session)[0] for _each in range(4)]
    assert states(session) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    row = fresh(session)
    assert (row.held, row.waiting, row.state) == (2, 2, "full")
    assert [place_in_line(SignUp.objects.get(pk=up.pk)) for up in ups] == [0, 0, 1, 2]
    assert LogEntry.objects.filter(verb="sign_up").count() == 4


def test_the_database_itself_refuses_one_seat_too_many(district, team):
    session = session_of(district, team, capacity=2)
    ups = [join(session)[0] for _each in range(3)]
    for attempt in (
        lambda: SignUp.objects.filter(pk=ups[2].pk).update(state="confirmed"),
        lambda: Session.objects.filter(pk=session.pk).update(capacity=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert fresh(session).held == 2
    SignUp.objects.filter(pk=ups[0].pk).delete()
    SignUp.objects.filter(pk=ups[1].pk).update(state="cancelled")
    assert (fresh(session).held, fresh(session).waiting) == (0, 1)


def test_a_seat_given_up_is_offered_to_the_first_in_line_until_an_hour(district, team, account):
    session = session_of(district, team, capacity=1)
    first = join(session)[0]
    second = join(session, by=account)[0]
    third = join(session)[0]
    cancel(pk=first.pk, by=holder(first), now=NOW)
    second.refresh_from_db()
    assert second.state == "offered"
    assert second.offered_until == NOW + timedelta(hours=12)
    assert Notice.objects.get(to=account.user_id).text.startswith("候补到了")
    assert lapse_offers(NOW + timedelta(hours=11)) == 0
    assert lapse_offers(NOW + timedelta(hours=12)) == 1
    assert states(session) == ["cancelled", "expired", "offered"]
    accept(pk=third.pk, by=holder(third), now=NOW + timedelta(hours=13))
    assert states(session)[2] == "confirmed"


def test_a_late_answer_is_too_late(district, team, account):
    session = session_of(district, team, capacity=1)
    first, second = join(session)[0], join(session, by=account)[0]
    cancel(pk=first.pk, by=holder(first), now=NOW)
    with pytest.raises(SignUpRefused, match="让给下一位"):
        accept(pk=second.pk, by=account, now=NOW + timedelta(hours=12, minutes=1))


def test_more_seats_are_offered_down_the_line(district, team):
    session = session_of(district, team, capacity=1)
    for _each in range(4):
        join(session)
    by = organiser(team)
    assert len(set_capacity(pk=session.pk, capacity=3, by=by, now=NOW)) == 2
    assert states(session) == ["confirmed", "offered", "offered", "waitlisted"]
    with pytest.raises(SignUpRefused, match="不能再少"):
        set_capacity(pk=session.pk, capacity=2, by=by, now=NOW)
    set_capacity(pk=session.pk, capacity=None, by=by, now=NOW)
    assert states(session)[3] == "offered"
    assert fresh(session).state == "open"


def test_a_family_comes_together_or_not_at_all(district, team, account):
    session = session_of(district, team, capacity=3)
    one = make_guest()
    kids = [Guest(name=f"样例孩{n}", phone=one.phone) for n in range(3)]
    join(session)
    rows = join(session, one, *kids[:2], by=account)
    assert [row.state for row in rows] == ["waitlisted"] * 3
    later = join(session)[0]
    assert later.state == "confirmed"  # the free seats suit nobody in the line
    apart = join(session, make_guest(), make_guest(), together=False)
    assert [row.state for row in apart] == ["confirmed", "waitlisted"]
    assert Participant.objects.filter(phone_index=one.phone).count() == 0


def test_a_party_is_offered_all_its_seats_or_none(district, team):
    session = session_of(district, team, capacity=2)
    here = [join(session)[0] for _each in range(2)]
    pair = join(session, make_guest(), make_guest())
    single = join(session)[0]
    cancel(pk=here[0].pk, by=holder(here[0]), now=NOW)
    assert states(session) == ["cancelled", "confirmed", "waitlisted", "waitlisted", "offered"]
    cancel(pk=single.pk, by=holder(single), now=NOW)
    cancel(pk=here[1].pk, by=holder(here[1]), now=NOW)
    assert [SignUp.objects.get(pk=up.pk).state for up in pair] == ["offered", "offered"]
    accept(pk=pair[0].pk, by=holder(pair[0]), now=NOW)
    assert [SignUp.objects.get(pk=up.pk).state for up in pair] == ["confirmed", "confirmed"]


REFUSED = [
    ({}, {"agrees": False}, "同意"),
    ({"sign_up_from": NOW + HOUR}, {}, "开始报名"),
    ({"sign_up_until": NOW - HOUR}, {}, "已经结束"),
    ({"needs_sign_up": False}, {}, "不用报名"),
    ({"age_from": 6, "age_to": 12}, {}, "出生年份"),
]


@pytest.mark.parametrize(("fields", "told", "sentence"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(district, team, fields, told, sentence):
    session = session_of(district, team, **fields)
    with pytest.raises(SignUpRefused, match=sentence):
        join(session, **told)
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("state", ["planned", "cancelled", "ended", "verified", "postponed"])
def test_nobody_signs_up_for_what_is_not_open(district, team, state):
    session = session_of(district, team, state="open")
    told = {"state": state} | ({"verified_at": NOW} if state == "verified" else {})
    Session.objects.filter(pk=session.pk).update(**told)
    with pytest.raises(SignUpRefused):
        join(session)


def test_a_child_needs_a_guardian_and_the_right_age(district, team):
    session = session_of(district, team, age_from=6, age_to=15)
    child = make_guest(birth_year=2019)
    with pytest.raises(SignUpRefused, match="监护人"):
        join(session, child)
    with pytest.raises(SignUpRefused, match="不在范围内"):
        join(session, make_guest(birth_year=1980))
    row = join(session, child, guardian=make_guest(name="样例家长"))[0]
    assert row.guardian.name == "样例家长"
    assert join(session, make_guest(birth_year=2012))[0].guardian is None


def test_only_who_lives_there_where_it_says_so(district, team):
    here, elsewhere = district.communities[0][0], district.communities[1][0]
    session = session_of(district, team, for_place=district.streets[0])
    with pytest.raises(SignUpRefused, match="居民"):
        join(session, make_guest(home=elsewhere))
    assert join(session, make_guest(home=here))[0].state == "confirmed"


def test_nobody_is_there_twice(district, team):
    session = session_of(district, team)
    one = make_guest()
    join(session, one)
    with pytest.raises(SignUpRefused, match="已经报过"):
        join(session, one)
    with pytest.raises(PersonRefused, match="两次"):
        join(
            session,
            make_guest(phone="13800009999", name="甲"),
            Guest(name="甲", phone="138 0000 9999"),
        )
    assert Participant.objects.count() == 1


def test_who_stays_away_too_often_signs_up_later(district, team):
    one = make_guest()
    for _each in range(3):
        session = session_of(district, team)
        SignUp.objects.filter(pk=join(session, one)[0].pk).update(state="no_show")
    session = session_of(district, team)
    with pytest.raises(SignUpRefused, match="3 次报名未到"):
        join(session, one)
    assert join(session, one, now=SATURDAY - timedelta(hours=23))[0].state == "confirmed"
    Rule.objects.update(no_show_limit=9)
    assert join(session_of(district, team), one)[0].state == "confirmed"


def test_answers_are_sealed_and_required_ones_asked_for(district, team):
    activity = make_activity(
        district.communities[0][0], team,
        questions=[QuestionDraft(text="忌口？", is_required=True),
                   QuestionDraft(text="组别", kind="choice", choices=["甲", "乙"])],
    )  # fmt: skip
    session = activity.sessions.get()
    first, second = activity.questions.order_by("sort")
    with pytest.raises(SignUpRefused, match="忌口"):
        join(session)
    with pytest.raises(SignUpRefused, match="选项"):
        join(session, answers={first.pk: "无", second.pk: "丙"})
    join(session, answers={first.pk: "花生", second.pk: "甲"})
    assert sorted(Answer.objects.values_list("text", flat=True)) == ["甲", "花生"]


NAUGHTY = ["", " ", "𠮷" * 10_000, "a\x00b", "\n"]


@pytest.mark.parametrize("name", NAUGHTY)
def test_what_is_no_name_is_refused(district, team, name):
    with pytest.raises(PersonRefused):
        join(session_of(district, team), Guest(name=name, phone="13800000000"))


@pytest.mark.parametrize("phone", ["", "1", "110", "=1+1", "１３８", "x" * 10_000])
def test_what_is_no_telephone_is_refused(district, team, phone):
    with pytest.raises(PersonRefused):
        join(session_of(district, team), Guest(name="𠮷田·甲", phone=phone))


def test_the_organiser_takes_somebody_off_and_says_why(district, team, account):
    session = session_of(district, team, capacity=1)
    first = join(session, by=account)[0]
    second = join(session)[0]
    strike(pk=first.pk, reason="重复报名", by=organiser(team), now=NOW)
    assert states(session) == ["cancelled", "offered"]
    assert "重复报名" in Notice.objects.filter(to=account.user_id).latest("id").text
    assert second.pk


def test_another_account_finds_no_such_sign_up(district, team, account):
    session = session_of(district, team)
    row = join(session, by=account)[0]
    stranger = Actor(user_id=make_user().pk, own=frozenset({"sign_up.make"}))
    with pytest.raises(SignUp.DoesNotExist):
        cancel(pk=row.pk, by=stranger, now=NOW)
    with pytest.raises(SignUpRefused, match="已经开始"):
        cancel(pk=row.pk, by=account, now=SATURDAY)


def test_signing_up_costs_few_queries(district, team, account, django_assert_max_num_queries):
    session = session_of(district, team)
    with django_assert_max_num_queries(8):  # two of them the savepoint that the test brings
        join(session, by=account)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(1, 3), st.booleans()),
        st.tuples(st.just("cancel"), st.integers(0, 20), st.just(True)),
        st.tuples(st.just("capacity"), st.integers(1, 6), st.just(True)),
        st.tuples(st.just("lapse"), st.just(0), st.just(True)),
    ),
    max_size=14,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_line_is_fair_whatever_happens(district, team, steps):
    session, now = session_of(district, team, capacity=3), NOW
    for what, number, together in steps:
        now += timedelta(minutes=1)
        if what == "join":
            join(session, *[make_guest() for _each in range(number)], together=together, now=now)
        elif what == "cancel":
            live = list(
                SignUp.objects.filter(session=session, state__in=SignUp.LIVE).order_by("pk")
            )
            if live:
                one = live[number % len(live)]
                cancel(pk=one.pk, by=holder(one), now=now)
        elif what == "capacity":
            try:
                set_capacity(pk=session.pk, capacity=number, by=organiser(team), now=now)
            except SignUpRefused:
                assert fresh(session).held > number
        else:
            now += timedelta(hours=13)
            lapse_offers(now)
        holds(session)


def holds(session):
    """No seat too many; nobody waits whom the free seats suit; counters as counted; state as seats."""
    row = fresh(session)
    rows = list(SignUp.objects.filter(session=session).order_by("pk"))
    assert row.held == sum(up.state in SignUp.HOLDING for up in rows) <= row.capacity
    assert row.waiting == sum(up.state == "waitlisted" for up in rows)
    assert row.state == ("full" if row.held >= row.capacity else "open")
    line = {}
    for up in rows:
        if up.state == "waitlisted":
            line.setdefault(up.party if up.together else up.pk, []).append(up)
    assert all(len(party) > row.free for party in line.values())
    assert len({up.participant_id for up in rows if up.state in SignUp.STANDING}) == sum(
        up.state in SignUp.STANDING for up in rows
    )


def test_two_sessions_of_one_activity_have_their_own_seats(district, team):
    activity = make_activity(
        district.communities[0][0], team,
        sessions=[make_session_draft(capacity=1), make_session_draft(7, capacity=1)],
    )  # fmt: skip
    one, other = activity.sessions.order_by("pk")
    guest = make_guest()
    assert join(one, guest)[0].state == join(other, guest)[0].state == "confirmed"
    assert Participant.objects.count() == 1
