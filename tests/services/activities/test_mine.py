"""A resident's own: sign-ups, tickets, the family, the calendar, the door's code, the feedback."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.limits import TRIES
from changle.core.log import LogEntry
from changle.core.notices import Notice
from changle.core.reach import Actor
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.people import keep_companion
from changle.services.activities.actions.waiting import cancel
from changle.services.activities.models import Attendance, Companion, Feedback, Session, SignUp
from changle.services.activities.queries.codes import come_code, ticket_code
from tests.factories.accounts import make_user
from tests.factories.activities import join, make_guest, make_session
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINE, FAMILY, CALENDAR = "/my/sign-ups/", "/my/family/", "/my/calendar/"
NAUGHTY = ["", " ", "长" * 10_000, "𠮷", "<b>x</b>", "=1+1", "\x00", "000"]


@pytest.fixture(autouse=True)
def _fresh():
    caches["shared"].clear()


@pytest.fixture
def place():
    return make_district().communities[0][0]


@pytest.fixture
def team(place):
    return make_organisation(place)


@pytest.fixture
def me(client):
    user = make_user()
    client.force_login(user)
    return user


def coming(place, team, hours=48, **fields):
    start = timezone.now() + hours * HOUR
    return make_session(
        place, team, starts_at=start, ends_at=start + HOUR, now=start - 480 * HOUR, **fields
    )


def by(user):
    return actor_for(user)


def seat(session, user=None, **fields):
    return join(session, by=by(user) if user else None, now=timezone.now(), **fields)[0]


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_mine_are_told_by_what_is_to_be_done(client, me, place, team):
    full = coming(place, team, capacity=1)
    other = seat(full)
    waits = seat(full, me)
    sits = seat(coming(place, team), me)
    told = page(client, MINE)
    assert "候补第 1 位，您排在最前" in told
    assert f"/tickets/{ticket_code(sits.pk)}/" in told
    assert "等您确认" not in told
    cancel(
        pk=other.pk,
        by=Actor(name="甲", reach={"sign_up.make": (str(place.path),)}),
        now=timezone.now(),
    )
    told = page(client, MINE)
    assert "等您确认" in told
    assert client.post(f"{MINE}{waits.pk}/accept/", follow=True).status_code == 200
    waits.refresh_from_db()
    assert waits.state == "confirmed"
    client.post(f"{MINE}{sits.pk}/cancel/")
    sits.refresh_from_db()
    assert sits.state == "cancelled"
    assert "以往" in page(client, MINE)


def test_nobody_acts_for_another_account(client, me, place, team):
    session = coming(place, team)
    theirs = seat(session, make_user())
    for deed in ("accept", "cancel"):
        assert client.post(f"{MINE}{theirs.pk}/{deed}/").status_code == 404
        assert client.get(f"{MINE}{theirs.pk}/{deed}/").status_code == 405
    theirs.refresh_from_db()
    assert theirs.state == "confirmed"
    assert theirs.participant.masked_name not in page(client, MINE)
    client.logout()
    for address in (MINE, FAMILY, CALENDAR):
        assert client.get(address).status_code == 302


def test_mine_costs_the_same_for_one_and_for_three(client, me, place, team):
    counts = []
    for _each in range(3):
        seat(coming(place, team), me)
        full = coming(place, team, capacity=1)
        seat(full)
        seat(full, me)
        client.get(MINE)
        with CaptureQueriesContext(connection) as told:
            client.get(MINE)
        counts.append(len(told))
    assert counts[0] == counts[1] == counts[2] <= 6


def test_who_lost_the_session_reads_why(client, me, place, team):
    session = coming(place, team)
    seat(session, me)
    Session.objects.filter(pk=session.pk).update(state="cancelled", reason="下大雨")
    told = page(client, MINE)
    assert "本场已取消：下大雨。" in told
    assert "取消报名" not in told


# Tickets


def test_a_ticket_opens_by_its_code_alone(client, place, team):
    row = seat(coming(place, team))
    address = f"/tickets/{ticket_code(row.pk)}/"
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert len(queries) <= 4
    told = answer.content.decode()
    assert "<svg" in told
    assert row.participant.masked_name in told
    assert row.participant.name not in told
    assert row.participant.phone not in told
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert client.get(address.lower()).status_code == 200
    client.post(f"{address}cancel/")
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert "<svg" not in page(client, address).split("<main")[1].split("票")[0]


def test_an_offer_is_taken_by_ticket(client, place, team):
    session = coming(place, team, capacity=1)
    first, second = seat(session), seat(session)
    address = f"/tickets/{ticket_code(second.pk)}/"
    assert "候补第 1 位" in page(client, address)
    client.post(f"/tickets/{ticket_code(first.pk)}/cancel/")
    assert "有名额了" in page(client, address)
    client.post(f"{address}accept/")
    second.refresh_from_db()
    assert second.state == "confirmed"
    again = client.post(f"{address}accept/", follow=True)
    assert again.status_code == 200
    assert "alert-danger" in again.content.decode()


@pytest.mark.parametrize("code", ["0", "ABC", "x" * 300, "𠮷", "1-1"])
def test_a_code_that_is_none_opens_nothing(client, place, code):
    for address in (f"/tickets/{code}/", f"/feedback/{code}/", f"/come/{code}/"):
        assert client.get(address).status_code == 404


def test_who_guesses_codes_is_stopped_and_who_has_one_is_not_counted(client, place, team):
    good = f"/tickets/{ticket_code(seat(coming(place, team)).pk)}/"
    for _each in range(TRIES + 5):
        page(client, good)
    for number in range(TRIES + 1):
        assert client.get(f"/tickets/0000000{number:02d}/").status_code == 404
    answer = client.get(good)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"


# The family


def test_the_family_is_kept_and_forgotten(client, me):
    told = client.post(
        FAMILY, {"name": "样例孩子", "phone": "13800000001", "relation": "child", "birth_year": "2016"},
        follow=True,
    )  # fmt: skip
    assert "已记下" in told.content.decode()
    row = Companion.objects.get(user=me)
    assert (row.relation, row.participant.birth_year) == ("child", 2016)
    assert "样例孩子" not in page(client, FAMILY)
    assert row.participant.masked_name in page(client, FAMILY)
    stranger = keep_companion(
        guest=make_guest(), relation="self", by=by(make_user()), now=timezone.now()
    )
    assert client.post(f"{FAMILY}{stranger.pk}/forget/").status_code == 404
    client.post(f"{FAMILY}{row.pk}/forget/")
    assert not Companion.objects.filter(user=me).exists()


@pytest.mark.parametrize("field", ["name", "phone", "birth_year", "relation"])
@pytest.mark.parametrize("wrong", NAUGHTY)
def test_what_is_wrong_in_the_family_is_said_and_stays(client, me, field, wrong):
    typed = {"name": "样例", "phone": "13800000001", "relation": "child", "birth_year": ""}
    answer = client.post(FAMILY, typed | {field: wrong})
    kept = Companion.objects.filter(user=me).exists()
    assert answer.status_code == (302 if kept else answer.status_code)
    assert kept or answer.status_code in {409, 422}
    if not kept and field != "name":
        assert 'value="样例"' in answer.content.decode()


# The calendar


def test_an_address_of_ones_own_reads_until_it_is_ended(client, me, place, team):
    row = seat(coming(place, team), me)
    seat(coming(place, team), make_user())
    told = client.post(CALENDAR).content.decode()
    address = told.split('id="address">')[1].split("<")[0]
    path = "/feeds/" + address.split("/feeds/")[1]
    client.logout()
    text = client.get(path).content.decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert f"UID:sign-up-{row.pk}@" in text
    assert row.participant.name not in text
    cancel(pk=row.pk, by=by(me), now=timezone.now())
    assert "STATUS:CANCELLED" in client.get(path).content.decode()
    assert client.get("/feeds/activities/mine/nothing.ics").status_code == 404
    client.force_login(me)
    assert address not in page(client, CALENDAR)
    feed = page(client, CALENDAR).split("/my/calendar/")[-1]
    client.post(f"/my/calendar/{feed.split('/')[0]}/end/")
    assert client.get(path).status_code == 404
    assert set(LogEntry.objects.filter(subject_label="commons.FeedToken").values_list("verb", flat=True)) == {
        "add_feed", "end_feed"}  # fmt: skip


# The code at the door


def opened(session):
    Session.objects.filter(pk=session.pk).update(
        state="ongoing", started_at=timezone.now(), door_secret="样例"
    )
    return f"/come/{come_code(session.pk, '样例', timezone.now())}/"


def test_who_scans_the_door_comes_in_with_the_family(client, me, place, team):
    session = coming(place, team, hours=1)
    join(session, make_guest(), make_guest(), by=by(me), now=timezone.now())
    seat(session)
    address = opened(session)
    assert "我到了，签到" in page(client, address)
    told = client.post(address).content.decode()
    assert told.count("签到成功") == 2
    assert Attendance.objects.filter(session=session, method="door").count() == 2
    assert "已在" in client.post(address).content.decode()


def test_without_an_account_the_ticket_is_typed(client, place, team):
    session = coming(place, team, hours=1)
    one, two = seat(session), seat(session)
    address = opened(session)
    codes = f"{ticket_code(one.pk).lower()}，{ticket_code(two.pk)}"
    assert client.post(address, {"ticket": codes}).content.decode().count("签到成功") == 2
    assert client.post(address, {"ticket": ""}).status_code == 422
    refused = client.post(address, {"ticket": "ABC"})
    assert refused.status_code == 409
    assert "没有找到您在这一场的报名" in refused.content.decode()


def test_an_old_code_of_the_door_opens_nothing(client, me, place, team):
    session = coming(place, team, hours=1)
    seat(session, me)
    opened(session)
    old = come_code(session.pk, "样例", timezone.now() - timedelta(minutes=5))
    answer = client.post(f"/come/{old}/")
    assert answer.status_code == 409
    assert "现场码已更换" in answer.content.decode()
    assert not Attendance.objects.exists()


# Feedback


def test_feedback_is_given_once_and_names_nobody(client, place, team):
    session = coming(place, team, hours=1)
    row = seat(session)
    address = f"/feedback/{ticket_code(row.pk)}/"
    assert "没有您的到场记录" in page(client, address)
    client.post(opened(session), {"ticket": ticket_code(row.pk)})
    told = client.post(address, {"score": "", "text": "很好"})
    assert told.status_code == 422
    assert "请选一项" in told.content.decode()
    assert "很好" in told.content.decode()
    for wrong in ("0", "6", "x", "𠮷"):
        assert client.post(address, {"score": wrong}).status_code == 422
    assert "谢谢您的评价" in client.post(address, {"score": "5", "text": "很好"}).content.decode()
    assert Feedback.objects.get().text == "很好"
    assert "您已经评价过" in page(client, address)
    client.post(address, {"score": "1"})
    assert Feedback.objects.count() == 1


def test_notices_of_sign_ups_lead_to_mine(client, me, place, team):
    session = coming(place, team, capacity=1)
    first = seat(session)
    seat(session, me)
    client.post(f"/tickets/{ticket_code(first.pk)}/cancel/")
    notice = Notice.objects.get(to=me)
    assert notice.url == MINE
    assert client.get(notice.url).status_code == 200
    assert SignUp.objects.filter(state="offered").count() == 1
