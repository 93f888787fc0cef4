"""The desk's pages of activities: they open for whom they are for, keep what was typed, refuse in words."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from changle.services.activities.actions.sharing import ShareDraft
from changle.services.activities.models import Activity, Cohost, Correction, HeadCount, Session
from changle.services.activities.queries.words import seed_terms
from tests.factories.accounts import make_user
from tests.factories.activities import (
    NOW,
    join,
    make_activity,
    make_session,
    make_session_draft,
)
from tests.factories.commons import make_centre, make_space
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
NAUGHTY = ["", "长" * 10_000, "𠮷", "<b>x</b>", "=1+1", "0000-00-00", "9" * 30, "-1"]

TYPED = (
    "title", "expected", "on", "start", "times", "place", "rooms", "budget", "capacity",
    "checked_on", "contact_phone", "series", "age_from",
)  # fmt: skip


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def place(district):
    return district.communities[0][0]


@pytest.fixture
def team(place):
    return make_organisation(place)


def as_(role, node):
    user = make_user()
    make_grant(user, node, role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def leader(team):
    return as_("OADM", team.node)


def soon(days=20):
    return timezone.localdate() + timedelta(days=days)


def plan_fields(place, **fields):
    told = {
        "title": "样例邻里节", "expected": "30", "risk": "low", "photos": "ask", "place": place.pk,
        "on": soon().isoformat(), "start": "14:00", "end": "16:00", "times": "3", "every": "7",
        "venue": "样例广场", "capacity": "20", "needs_sign_up": "on",
    }  # fmt: skip
    return {**told, **fields}


def test_an_activity_is_planned_in_one_form(place, team, leader):
    seed_terms(timezone.localdate())
    assert leader.get("/desk/activities/new/").status_code == 200
    answer = leader.post("/desk/activities/new/", plan_fields(place))
    row = Activity.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/desk/activities/{row.pk}/")
    assert (row.lead, row.state, row.sessions.count()) == (team.node, "draft", 3)
    assert leader.get(f"/desk/activities/{row.pk}/").status_code == 200


def test_a_room_that_is_taken_is_told_and_nothing_is_lost(district, place, leader):
    hall = make_space(make_centre(district.centre, holidays_closed=False))
    fields = plan_fields(place, rooms=hall.pk, times="1", venue="", title="秋日<b>茶话会</b>")
    assert leader.post("/desk/activities/new/", fields).status_code == 302
    answer = leader.post("/desk/activities/new/", fields)
    assert answer.status_code == 409
    assert "秋日&lt;b&gt;茶话会&lt;/b&gt;" in answer.text
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("field", TYPED)
@pytest.mark.parametrize("text", NAUGHTY)
def test_whatever_is_typed_no_page_breaks(place, leader, field, text):
    answer = leader.post("/desk/activities/new/", {**plan_fields(place), field: text})
    assert answer.status_code in {302, 409, 422}


def test_shared_handed_in_judged_and_published(district, place, team, leader):
    mate = make_organisation(district.communities[1][0])
    leader.post("/desk/activities/new/", plan_fields(place, times="1"))
    row = Activity.objects.get()
    page = f"/desk/activities/{row.pk}/"
    answer = leader.post(f"{page}invite/", {"unit": "没有这家", "role": "cohost", "people": "2"})
    assert answer.status_code == 422
    asked = {"unit": mate.name, "role": "cohost", "people": "2", "money": "300"}
    assert leader.post(f"{page}invite/", asked).status_code == 302
    assert leader.post(f"{page}invite/", asked).status_code == 409
    answer = leader.post(f"{page}move/submit/")
    assert (answer.status_code, mate.name in answer.text) == (409, True)
    share = Cohost.objects.get(state="invited")
    guest = as_("OADM", mate.node)
    assert "确认分工" in guest.get(page).text
    assert "待确认分工" in guest.get("/desk/activities/").text
    assert leader.post(f"{page}shares/{share.pk}/accept/").status_code == 409
    assert guest.post(f"{page}shares/{share.pk}/accept/").status_code == 302
    assert leader.post(f"{page}move/submit/").status_code == 302
    community = as_("COM", place)
    assert "同意" in community.get(page).text
    assert guest.post(f"{page}move/approve/").status_code == 404
    assert community.post(f"{page}move/return/", {"note": "补预案"}).status_code == 302
    assert leader.post(f"{page}edit/", {"title": "新名", "expected": "9", "risk": "low", "photos": "ask"}).status_code == 302  # fmt: skip
    leader.post(f"{page}move/submit/")
    assert community.post(f"{page}move/approve/").status_code == 302
    assert leader.post(f"{page}move/publish/").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.title, row.sessions.get().state) == ("open", "新名", "open")


def test_a_session_from_count_to_correction_on_its_sheet(district, place, team, leader):
    row = make_session(place, team)
    page = f"/desk/sessions/{row.pk}/"
    Session.objects.update(state="recording", on=timezone.localdate() - timedelta(days=1))
    assert "归档还缺" in leader.get(page).text
    told = {"people": "12", "counted_by": "样例戊", "at": "09:30"}
    assert leader.post(f"{page}count/", told).status_code == 302
    assert leader.post(f"{page}summary/", {"text": "顺利"}).status_code == 302
    assert (
        leader.post(f"{page}expenses/", {"lines": "材料费，120.5，样例\n茶水,30"}).status_code
        == 302
    )
    assert leader.post(f"{page}expenses/", {"lines": "只有用途"}).status_code == 422
    community = as_("COM", place)
    assert community.post(f"{page}move/verify/").status_code == 409
    assert leader.post(f"{page}move/verify/").status_code == 404
    Session.objects.update(state="verified", verified_at=NOW, person_times=12, anonymous_times=12)
    assert leader.get(f"{page}correct/").status_code == 404
    assert "数字已锁定" in community.get(page).text
    fields = {"named": "0", "anonymous": "3", "reason": "漏记"}
    assert community.post(f"{page}correct/", fields).status_code == 302
    assert Correction.objects.get().anonymous == 3
    assert HeadCount.objects.get().people == 12


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_form_of_a_session_breaks(place, team, leader, text):
    row = make_session(place, team)
    page = f"/desk/sessions/{row.pk}/"
    for name, field in (("capacity", "capacity"), ("reschedule", "on")):
        told = {
            "on": soon().isoformat(),
            "start": "09:00",
            "end": "10:00",
            "venue": "x",
            field: text,
        }
        assert leader.post(f"{page}{name}/", told).status_code in {302, 409, 422}
    Session.objects.update(state="ongoing")
    for name in ("count", "summary", "expenses", "evidence"):
        told = dict.fromkeys(
            ("people", "counted_by", "at", "text", "claimed", "lines", "kind"), text
        )
        assert leader.post(f"{page}{name}/", told).status_code in {302, 409, 422}
    assert leader.post(f"{page}move/end/", {"note": text}).status_code in {302, 409, 422}


def test_others_find_no_such_pages(district, place, team):
    row = make_activity(place, team, state="draft")
    session = row.sessions.get()
    stranger = as_("STO", district.streets[1])
    for path in (f"/desk/activities/{row.pk}/", f"/desk/sessions/{session.pk}/",
                 f"/desk/sessions/{session.pk}/capacity/", f"/desk/activities/{row.pk}/edit/"):  # fmt: skip
        assert stranger.get(path).status_code == 404
    assert row.title not in stranger.get("/desk/activities/?when=all").text
    auditor = as_("AUD", district.root)
    assert auditor.get(f"/desk/activities/{row.pk}/").status_code == 200
    for path in (
        f"/desk/activities/{row.pk}/move/cancel/",
        f"/desk/sessions/{session.pk}/move/cancel/",
    ):
        assert auditor.post(path, {"note": "x"}).status_code == 404
    assert auditor.get("/desk/activities/new/").status_code == 404


def test_names_on_the_sheet_are_masked(place, team, leader):
    row = make_session(place, team)
    join(row)
    text = leader.get(f"/desk/sessions/{row.pk}/").text
    assert "样**" in text
    assert "样例居民" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_however_long_the_list(place, team, leader, count, django_assert_max_num_queries):  # fmt: skip
    mates = [ShareDraft(node=make_organisation(place).node) for _each in range(count)]
    drafts = [make_session_draft(days) for days in range(count)]
    for _each in range(count):
        row = make_activity(place, team, sessions=drafts, shares=mates)
    session = row.sessions.first()
    for _each in range(count):
        join(session)
    leader.get("/desk/activities/")
    for path, most in (("/desk/activities/?when=all", 11), (f"/desk/activities/{row.pk}/", 11),
                       (f"/desk/sessions/{session.pk}/", 15)):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert leader.get(path).status_code == 200


def test_a_body_has_a_room_of_what_it_did_with_others(district, place, team, leader):
    mate = make_organisation(district.communities[1][0])
    row = make_activity(place, team, shares=[ShareDraft(node=mate.node, organisation=mate)])
    Cohost.objects.update(state="accepted", accepted_at=NOW)
    today = timezone.localdate()
    Session.objects.update(state="counted", verified_at=NOW, person_times=9, on=today)
    for client, body, told in ((leader, team, "0.6"), (as_("OADM", mate.node), mate, "0.4")):
        text = client.get(f"/desk/organisations/{body.pk}/activities/").text
        assert row.title in text
        assert told in text
    assert leader.get(f"/desk/organisations/{mate.pk}/activities/").status_code == 404
