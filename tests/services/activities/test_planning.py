"""An activity is planned whole or not at all; each side agrees to its share; another judges it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import seed_types
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.deciding import approve, publish, send_back, submit
from changle.services.activities.actions.planning import (
    ActivityDraft,
    ActivityRefused,
    QuestionDraft,
    add_session,
    plan,
    revise,
    set_questions,
)
from changle.services.activities.actions.running import (
    cancel_activity,
    cancel_session,
    move_to,
    postpone,
)
from changle.services.activities.actions.sharing import (
    ShareDraft,
    ShareRefused,
    answer,
    invite,
    tell_given,
    withdraw,
)
from changle.services.activities.models import Activity, Cohost, Session, SignUp
from changle.services.activities.queries.plans import activities_seen, attributed, shares_waiting
from changle.services.commons.actions.booking import Taken
from changle.services.commons.models import Booking
from tests.factories.accounts import make_user
from tests.factories.activities import (
    LEADS,
    NOW,
    SATURDAY,
    join,
    make_activity,
    make_session_draft,
    organiser,
    seat_at,
)
from tests.factories.commons import make_centre, make_space
from tests.factories.matters import make_matter, make_type
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db
REVIEW = Permission.ACTIVITY_REVIEW


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def place(district):
    return district.communities[0][0]


@pytest.fixture
def team(place):
    return make_organisation(place)


@pytest.fixture
def hall(district):
    return make_space(make_centre(district.centre))


@pytest.fixture
def reviewer(place):
    return seat_at(place, REVIEW, Permission.ACTIVITY_VIEW, user_id=0)


def draft_of(place, team, **fields):
    return ActivityDraft(
        title="样例", place=place, lead=team.node, organisation=team, expected=20, **fields
    )


def test_a_room_is_taken_in_the_same_deed(district, team, hall):
    street = district.streets[0]
    row = make_activity(
        street, team, state="draft", sessions=[make_session_draft(rooms=(hall.pk,), venue="")]
    )
    session = row.sessions.get()
    assert session.booking.state == "approved"
    assert session.booking.organisation == team
    assert hall.name in session.venue
    assert (session.street, session.on, session.month) == (street, date(2027, 3, 13), "2027-03")


def test_a_refused_room_refuses_the_whole_plan(district, place, team, hall):
    taken = make_session_draft(rooms=(hall.pk,), venue="")
    make_activity(place, team, sessions=[taken], state="draft")
    with pytest.raises(Taken):
        plan(
            draft=draft_of(place, team), sessions=[make_session_draft(7), taken],
            by=organiser(team), now=NOW,
        )  # fmt: skip
    assert Activity.objects.count() == Session.objects.count() == Booking.objects.count() == 1


BAD = [
    ({"ends_at": SATURDAY}, "晚于开始"),
    ({"starts_at": NOW - timedelta(days=1)}, "已经过去"),
    ({"venue": ""}, "写明地点"),
    ({"sign_up_until": SATURDAY + timedelta(days=9)}, "报名截止"),
    ({"rooms": (987654,)}, "同一个中心"),
]


@pytest.mark.parametrize(("fields", "sentence"), BAD)
def test_a_session_that_makes_no_sense_is_refused(place, team, fields, sentence):
    with pytest.raises(ActivityRefused, match=sentence):
        make_activity(place, team, sessions=[make_session_draft(**fields)])
    assert not Activity.objects.exists()


def test_nobody_plans_in_anothers_name(place, team, district):
    other = make_organisation(district.communities[1][0])
    with pytest.raises(ActivityRefused, match="名义"):
        plan(
            draft=draft_of(place, team),
            sessions=[make_session_draft()],
            by=organiser(other),
            now=NOW,
        )
    with pytest.raises(ActivityRefused, match="所在地"):
        make_activity(place, team, sessions=[make_session_draft(place=district.streets[1])])


def test_each_side_agrees_for_itself_before_it_is_handed_in(place, team, district):
    mate = make_organisation(district.communities[1][0])
    row = make_activity(
        place, team, state="draft",
        shares=[ShareDraft(node=mate.node, organisation=mate, people=3, money_fen=5000)],
    )  # fmt: skip
    share = Cohost.objects.get(state="invited")
    assert [one.pk for one in shares_waiting(organiser(mate))] == [share.pk]
    with pytest.raises(MoveRefused, match=mate.name):
        submit(pk=row.pk, by=organiser(team), now=NOW)
    street = seat_at(district.streets[1], *LEADS)
    for by in (street, seat_at(district.root, *LEADS)):
        with pytest.raises(ShareRefused, match="自己确认"):
            answer(pk=share.pk, accepts=True, by=by, now=NOW)
    with pytest.raises(ShareRefused):  # the lead reaches the share, and may not agree for it
        answer(pk=share.pk, accepts=True, by=organiser(team), now=NOW)
    user = make_user()
    answer(pk=share.pk, accepts=True, by=organiser(mate, user_id=user.pk), now=NOW)
    share.refresh_from_db()
    assert (share.state, share.accepted_at, share.answered_by_id) == ("accepted", NOW, user.pk)
    assert submit(pk=row.pk, by=organiser(team), now=NOW).state == "submitted"
    assert row in activities_seen(organiser(mate))
    with pytest.raises(Activity.DoesNotExist):  # seeing is not holding
        cancel_activity(pk=row.pk, reason="x", by=organiser(mate), now=NOW)


def test_who_declines_is_taken_off_before_it_goes_on(place, team, district):
    mate = make_organisation(district.communities[1][0])
    row = make_activity(place, team, state="draft")
    share = invite(
        activity=row.pk,
        share=ShareDraft(node=mate.node, organisation=mate),
        by=organiser(team),
        now=NOW,
    )
    with pytest.raises(ShareRefused, match="已在"):
        invite(activity=row.pk, share=ShareDraft(node=mate.node), by=organiser(team), now=NOW)
    answer(pk=share.pk, accepts=False, note="人手不足", by=organiser(mate), now=NOW)
    with pytest.raises(MoveRefused):
        submit(pk=row.pk, by=organiser(team), now=NOW)
    with pytest.raises(ShareRefused):
        withdraw(pk=share.pk, by=organiser(mate), now=NOW)
    withdraw(pk=share.pk, by=organiser(team), now=NOW)
    assert submit(pk=row.pk, by=organiser(team), now=NOW).state == "submitted"


@pytest.mark.parametrize(
    ("facts", "days", "sentence"),
    [
        ({}, 1, "提前 2 天"),
        ({"risk": "medium", "safety_plan": "有"}, 6, "提前 7 天"),
        ({"risk": "high", "safety_plan": "有"}, 14, "提前 15 天"),
        ({"risk": "medium"}, 20, "安全预案"),
        ({"for_minors": True}, 20, "违法犯罪"),
        ({"for_minors": True, "checked_on": date(2026, 3, 12)}, 20, "超过 12 个月"),
    ],
)
def test_what_the_rules_object_to(place, team, facts, days, sentence):
    row = make_activity(place, team, state="draft", facts=facts)
    with pytest.raises(ActivityRefused, match=sentence):
        submit(pk=row.pk, by=organiser(team), now=SATURDAY - timedelta(days=days))
    assert Activity.objects.get().state == "draft"


def test_a_checked_staff_and_a_plan_are_enough(place, team):
    facts = {
        "for_minors": True,
        "checked_on": date(2026, 3, 14),
        "risk": "medium",
        "safety_plan": "有",
    }
    row = make_activity(place, team, state="draft", facts=facts)
    assert submit(pk=row.pk, by=organiser(team), now=NOW).state == "submitted"


def test_a_large_or_charitable_activity_needs_its_report(place, team, reviewer):
    seed_types()
    kind = make_type("charity")
    row = make_activity(
        place, team, state="draft", facts={"matter_type": kind},
        sessions=[make_session_draft(capacity=60)],
    )  # fmt: skip
    with pytest.raises(ActivityRefused, match="重大事项"):
        submit(pk=row.pk, by=organiser(team), now=NOW)
    matter = make_matter(body=team, kind=kind, state="submitted")
    revise(pk=row.pk, facts={"matter": matter}, by=organiser(team), now=NOW)
    submit(pk=row.pk, by=organiser(team), now=NOW)
    with pytest.raises(ActivityRefused, match="已知悉"):
        approve(pk=row.pk, by=reviewer, now=NOW)
    Matter.objects.filter(pk=matter.pk).update(state="acknowledged")
    assert approve(pk=row.pk, by=reviewer, now=NOW).state == "approved"


def test_a_thousand_people_need_a_licence(place, team, reviewer):
    seed_types()
    row = make_activity(place, team, state="draft", sessions=[make_session_draft(capacity=1000)])
    matter = make_matter(body=team, state="acknowledged")
    revise(pk=row.pk, facts={"matter": matter}, by=organiser(team), now=NOW)
    submit(pk=row.pk, by=organiser(team), now=NOW)
    with pytest.raises(ActivityRefused, match="安全许可"):
        approve(pk=row.pk, by=reviewer, now=NOW)


def test_nobody_judges_their_own(district, place, team):
    user = make_user()
    both = seat_at(district.streets[0], *LEADS, REVIEW, user_id=user.pk)
    row = make_activity(place, team, state="draft", by=both)
    submit(pk=row.pk, by=organiser(team), now=NOW)
    with pytest.raises(ActivityRefused, match="自己"):
        approve(pk=row.pk, by=both, now=NOW)


def test_a_community_does_not_judge_what_it_leads(district, place):
    here = seat_at(place, *LEADS, REVIEW)
    row = make_activity(place, state="draft", by=here)
    submit(pk=row.pk, by=here, now=NOW)
    with pytest.raises(ActivityRefused, match="自己"):
        approve(pk=row.pk, by=seat_at(place, REVIEW, user_id=make_user().pk), now=NOW)
    assert approve(pk=row.pk, by=seat_at(district.streets[0], REVIEW), now=NOW).state == "approved"


def test_high_risk_is_for_the_street(district, place, team, reviewer):
    row = make_activity(place, team, state="draft", facts={"risk": "high", "safety_plan": "有"})
    submit(pk=row.pk, by=organiser(team), now=NOW)
    with pytest.raises(ActivityRefused, match="街道"):
        approve(pk=row.pk, by=reviewer, now=NOW)
    assert approve(pk=row.pk, by=seat_at(district.streets[0], REVIEW), now=NOW).state == "approved"


def test_sent_back_changed_and_published(place, team, reviewer):
    row = make_activity(place, team, state="draft")
    by = organiser(team)
    submit(pk=row.pk, by=by, now=NOW)
    with pytest.raises(ActivityRefused, match="退回"):
        revise(pk=row.pk, facts={"title": "新"}, by=by, now=NOW)
    send_back(pk=row.pk, reason="补预案", by=reviewer, now=NOW)
    revise(pk=row.pk, facts={"title": "新"}, by=by, now=NOW)
    set_questions(pk=row.pk, questions=[QuestionDraft(text="忌口")], by=by, now=NOW)
    add_session(pk=row.pk, draft=make_session_draft(7), by=by, now=NOW)
    submit(pk=row.pk, by=by, now=NOW)
    approve(pk=row.pk, by=reviewer, now=NOW)
    row = publish(pk=row.pk, by=by, now=NOW)
    assert (row.state, row.asks, row.terms.version) == ("open", True, 1)
    assert set(row.sessions.values_list("state", flat=True)) == {"open"}
    verbs = LogEntry.objects.filter(subject_label="activities.Activity").values_list(
        "verb", flat=True
    )
    assert {"plan", "submit", "return", "revise", "ask", "approve", "publish"} <= set(verbs)


def test_called_off_frees_the_room_and_tells_everybody(district, team, hall):
    row = make_activity(
        district.streets[0], team, sessions=[make_session_draft(rooms=(hall.pk,), venue="")]
    )
    session = row.sessions.get()
    account = make_user()
    signed = join(session, by=seat_at(district.root, user_id=account.pk))[0]
    cancel_activity(pk=row.pk, reason="大雨", by=organiser(team), now=NOW)
    session.refresh_from_db()
    assert (session.state, session.sequence, session.reason) == ("cancelled", 1, "大雨")
    assert session.booking.state == "cancelled"
    assert SignUp.objects.get(pk=signed.pk).state == "called_off"
    assert "大雨" in Notice.objects.get(to=account).text


def test_put_off_and_held_on_another_day(district, team, hall):
    row = make_activity(
        district.streets[0], team, sessions=[make_session_draft(rooms=(hall.pk,), venue="")]
    )
    session, by = row.sessions.get(), organiser(team)
    account = make_user()
    join(session, by=seat_at(district.root, user_id=account.pk))
    postpone(pk=session.pk, reason="场馆检修", by=by, now=NOW)
    assert Booking.objects.get().state == "cancelled"
    moved = move_to(
        pk=session.pk, draft=make_session_draft(14, rooms=(hall.pk,), venue=""), by=by, now=NOW
    )
    assert (moved.state, moved.held, moved.sequence) == ("open", 1, 2)
    assert moved.on == timezone.localdate(SATURDAY) + timedelta(days=14)
    assert Booking.objects.filter(state="approved").get() == moved.booking
    assert "改到" in Notice.objects.filter(to=account).latest("id").text
    Session.objects.update(state="ongoing")
    with pytest.raises(MoveRefused):
        cancel_session(pk=session.pk, reason="x", by=by, now=NOW)
    with pytest.raises(ActivityRefused):
        move_to(pk=session.pk, draft=make_session_draft(20), by=by, now=NOW)


def test_another_street_sees_nothing(district, place, team):
    row = make_activity(place, team, state="draft")
    stranger = make_actor("STO", district.streets[1])
    assert not activities_seen(stranger).exists()
    with pytest.raises(Activity.DoesNotExist):
        submit(pk=row.pk, by=stranger, now=NOW)
    assert activities_seen(make_actor("STO", district.streets[0])).get() == row


def test_what_was_given_is_told_by_each_side(place, team):
    make_activity(place, team, state="ended")
    share = Cohost.objects.get()
    tell_given(pk=share.pk, people=4, fen=100, note="", by=organiser(team), now=NOW)
    assert Cohost.objects.get().given_people == 4


def test_weights_of_one_session_add_up_to_one(district, place, team):
    mates = [make_organisation(district.communities[1][0]) for _each in range(2)]
    make_activity(place, team, shares=[ShareDraft(node=m.node, organisation=m) for m in mates])
    Cohost.objects.update(state="accepted", accepted_at=NOW)
    Session.objects.update(state="counted", verified_at=NOW)
    ledgers = [attributed(one.node, date(2027, 1, 1), date(2028, 1, 1)) for one in (team, *mates)]
    assert [ledger.weighted for ledger in ledgers] == [0.6, 0.2, 0.2]
    assert [ledger.sessions for ledger in ledgers] == [1, 1, 1]


def test_the_database_keeps_one_lead_and_dated_agreement(place, team, district):
    row = make_activity(place, team)
    other = make_organisation(district.communities[1][0])
    for told in ({"role": "lead", "accepted_at": NOW}, {"role": "host", "accepted_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Cohost.objects.create(
                activity=row,
                node=other.node,
                state="accepted",
                state_since=NOW,
                invited_at=NOW,
                **told,
            )


def test_the_people_of_a_house_agree_for_it_from_their_street():
    """A house has no seat of its own where its people have their posts at the street."""
    district = make_district()
    street, other = district.streets
    body = make_organisation(district.communities[1][0])
    row = make_activity(
        district.communities[1][0], body, state="draft", shares=[ShareDraft(node=district.centre)]
    )  # fmt: skip
    share = row.cohosts.get(role="cohost")
    assert district.centre.parent == street
    for stranger in (other, district.root):
        with pytest.raises(ShareRefused, match="对方单位自己确认"):
            answer(pk=share.pk, accepts=True, by=seat_at(stranger, *LEADS), now=NOW)
    house = seat_at(street, *LEADS)
    assert list(shares_waiting(house)) == [share]
    answer(pk=share.pk, accepts=True, by=house, now=NOW)
    share.refresh_from_db()
    assert share.state == "accepted"
