"""A resident signs up on the page: without JavaScript, without an account, for a family, refused with reason."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.limits import TRIES
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.people import keep_companion
from changle.services.activities.actions.planning import QuestionDraft
from changle.services.activities.models import (
    Activity,
    Answer,
    Companion,
    Participant,
    Session,
    SignUp,
)
from changle.services.activities.queries.codes import ticket_code
from tests.factories.accounts import make_user
from tests.factories.activities import join, make_activity, make_guest, make_session_draft
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FORM = {"name": "样例甲", "phone": "13800000001", "agrees": "yes"}
NAUGHTY = ["长" * 10_000, "𠮷", "<b>x</b>", "=1+1", "\x00", "  "]


@pytest.fixture(autouse=True)
def _fresh():
    caches["shared"].clear()
    caches["default"].clear()


@pytest.fixture
def district():
    return make_district()


@pytest.fixture
def place(district):
    return district.communities[0][0]


@pytest.fixture
def session(place):
    return coming(place)


def coming(place, facts=None, questions=(), **fields):
    start = timezone.now() + 48 * HOUR
    drafts = [make_session_draft(starts_at=start, ends_at=start + HOUR, **fields)]
    made = make_activity(place, make_organisation(place), sessions=drafts, facts=facts,
                         questions=questions, now=start - 480 * HOUR)  # fmt: skip
    return Session.objects.select_related("activity", "place").get(activity=made)


def address(session):
    return f"/activities/{session.pk}/sign-up/"


def refused(answer, *words, status=422):
    assert answer.status_code == status
    told = answer.content.decode()
    for word in words:
        assert word in told, word
    return told


def test_a_name_and_a_number_are_enough(client, session):
    page = client.get(address(session)).content.decode()
    assert "<script" not in page.split("<main")[1].split("</main")[0]
    assert "还有 10 个" in page
    answer = client.post(address(session), FORM)
    assert answer.status_code == 302
    row = SignUp.objects.select_related("participant").get()
    assert (row.participant.name, row.state, row.channel) == ("样例甲", "confirmed", "online")
    assert row.terms_id == session.activity.terms_id
    told = client.get(answer.url).content.decode()
    assert ticket_code(row.pk) in told
    assert "<svg" in told
    assert "样例甲" not in told
    assert "13800000001" not in told


def test_it_costs_few_queries(client, session):
    client.get(address(session))
    with CaptureQueriesContext(connection) as told:
        client.post(address(session), FORM)
    asked = [
        one
        for one in told
        if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(asked) <= 10


def test_who_does_not_agree_is_not_signed_up_and_keeps_what_was_typed(client, session):
    told = refused(client.post(address(session), FORM | {"agrees": ""}), "同意报名须知", status=409)
    assert 'value="样例甲"' in told
    assert 'value="13800000001"' in told
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(("wrong", "words"), [
    ({"name": ""}, "请填写姓名"), ({"phone": ""}, "请填写手机号"), ({"phone": "12345"}, "号"),
    ({"birth_year": "1700"}, "value="), ({"birth_year": "x"}, "value="),
    ({"guardian_name": "样例乙"}, "监护人的姓名和手机号都要填写"),
    ({"birth_year_1": "2018"}, "请填写这个人的姓名"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_the_rest_stays(client, session, wrong, words):
    typed = FORM | wrong
    answer = client.post(address(session), typed)
    assert answer.status_code in {409, 422}
    told = answer.content.decode()
    assert words in told
    if typed["name"]:
        assert 'value="样例甲"' in told
    assert not SignUp.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    "field", ["name", "phone", "birth_year", "name_1", "guardian_name", "home", "family"]
)
@pytest.mark.parametrize("wrong", NAUGHTY)
def test_nothing_typed_breaks_the_page(client, session, field, wrong):
    answer = client.post(address(session), FORM | {field: wrong})
    assert answer.status_code in {302, 409, 422}
    assert SignUp.objects.exists() == (answer.status_code == 302)


def test_the_same_person_twice_and_a_seat_in_the_line(client, place):
    session = coming(place, capacity=1)
    client.post(address(session), FORM)
    refused(client.post(address(session), FORM), "已经报过这一场", status=409)
    assert "现在报名是候补" in client.get(address(session)).content.decode()
    answer = client.post(address(session), FORM | {"name": "样例乙"})
    assert (
        SignUp.objects.get(participant__key=Participant.objects.latest("pk").key).state
        == "waitlisted"
    )
    told = client.get(answer.url).content.decode()
    assert '候补第 <b class="num">1</b> 位' in told
    assert "报名结果" in told


def test_the_family_comes_together(client, session):
    typed = FORM | {
        "name_1": "样例乙",
        "birth_year_1": "1990",
        "name_2": "样例丙",
        "together": "on",
    }
    answer = client.post(address(session), typed)
    rows = list(SignUp.objects.order_by("pk"))
    assert [row.state for row in rows] == ["confirmed"] * 3
    assert len({row.party for row in rows}) == 1
    assert client.get(answer.url).content.decode().count("签到码") == 3 + 1
    strange = f"/activities/{session.pk}/signed-up/?tickets="
    for codes in ("", "ABC", ticket_code(rows[0].pk)[:-1] + "0"):
        assert client.get(strange + codes).status_code == 404


def test_two_taps_with_an_account_that_knows_the_family(client, session):
    user = make_user()
    client.force_login(user)
    by = actor_for(user)
    mine = keep_companion(
        guest=make_guest(birth_year=1985), relation="self", by=by, now=timezone.now()
    )
    child = keep_companion(guest=make_guest(birth_year=timezone.now().year - 8), relation="child", by=by,
                           now=timezone.now())  # fmt: skip
    page = client.get(address(session)).content.decode()
    assert f'value="{mine.pk}"' in page
    assert "checked" in page
    answer = client.post(
        address(session), {"family": [str(mine.pk), str(child.pk)], "agrees": "yes"}
    )
    assert answer.status_code == 302
    rows = {row.participant_id: row for row in SignUp.objects.all()}
    assert {row.made_by_id for row in rows.values()} == {user.pk}
    # Who looks after the child comes too, and is not asked for again.
    assert rows[child.participant_id].guardian_id == mine.participant_id
    other = keep_companion(
        guest=make_guest(), relation="self", by=actor_for(make_user()), now=timezone.now()
    )
    refused(client.post(address(session), {"family": [str(other.pk)], "agrees": "yes"}))


def test_who_is_typed_first_is_remembered_if_they_wish(client, session):
    user = make_user()
    client.force_login(user)
    client.post(address(session), FORM | {"remember": "on"})
    assert Companion.objects.get(user=user).relation == "self"
    client.post(address(session), FORM | {"name": "样例乙"})
    assert Companion.objects.filter(user=user).count() == 1


def test_a_child_needs_somebody_who_answers_for_it(client, session):
    child = FORM | {"birth_year": str(timezone.now().year - 8)}
    told = refused(client.post(address(session), child), "请填写监护人", status=409)
    assert "<details open" in told
    answer = client.post(
        address(session), child | {"guardian_name": "样例乙", "guardian_phone": "13800000002"}
    )
    assert answer.status_code == 302
    assert SignUp.objects.get().guardian.name == "样例乙"


def test_age_and_home_are_asked_only_where_they_matter(client, district, place):
    open_to_all = coming(place)
    assert 'name="home"' not in client.get(address(open_to_all)).content.decode()
    bound = coming(place, for_place=district.streets[0], age_from=60)
    assert 'name="home"' in client.get(address(bound)).content.decode()
    young = FORM | {"birth_year": "1990", "home": str(place.pk)}
    refused(client.post(address(bound), young), "60 岁以上", status=409)
    old = FORM | {"birth_year": "1950"}
    refused(client.post(address(bound), old), "请选择居住的社区", status=409)
    refused(client.post(address(bound), old | {"home": str(district.communities[1][0].pk)}))
    assert client.post(address(bound), old | {"home": str(place.pk)}).status_code == 302


def test_what_is_asked_is_answered_and_kept_sealed(client, place):
    session = coming(place, questions=[
        QuestionDraft(text="过敏吗", is_required=True), QuestionDraft(text="午餐", kind="choice", choices=["甲", "乙"]),
    ])  # fmt: skip
    first, second = session.activity.questions.order_by("sort", "pk")
    typed = FORM | {f"q_{first.pk}": "花生", f"q_{second.pk}": "乙"}
    told = refused(client.post(address(session), typed | {f"q_{first.pk}": ""}))
    assert 'value="样例甲"' in told
    refused(client.post(address(session), typed | {f"q_{second.pk}": "丙"}))
    assert client.post(address(session), typed).status_code == 302
    assert {one.text for one in Answer.objects.all()} == {"花生", "乙"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM activities_answer")
        assert "花生" not in str(cursor.fetchall())


@pytest.mark.parametrize(("change", "words"), [
    ({"state": "cancelled"}, "已取消"), ({"state": "ended"}, "已结束"), ({"needs_sign_up": False}, "不用报名"),
    ({"sign_up_until": timezone.now() - HOUR}, "报名已截止"), ({"sign_up_from": timezone.now() + HOUR}, "开始报名"),
])  # fmt: skip
def test_what_takes_nobody_says_why_and_takes_nobody(client, session, change, words):
    Session.objects.filter(pk=session.pk).update(**change)
    assert words in client.get(address(session)).content.decode()
    refused(client.post(address(session), FORM), words, status=409)
    assert not SignUp.objects.exists()


def test_what_is_not_published_is_not_there(client, session):
    Activity.objects.filter(pk=session.activity_id).update(published_at=None)
    assert client.post(address(session), FORM).status_code == 404


def test_one_address_may_not_fill_a_hall(client, session):
    Session.objects.filter(pk=session.pk).update(capacity=None)
    for number in range(TRIES):
        client.post(address(session), FORM | {"name": f"样例{number}"})
    answer = client.post(address(session), FORM | {"name": "样例末"})
    refused(answer, "报名太频繁", status=429)
    assert SignUp.objects.count() == TRIES
    assert answer["Retry-After"] == "3600"


def test_the_seat_goes_while_the_page_is_open(client, place):
    session = coming(place, capacity=1)
    client.get(address(session))
    join(session, now=timezone.now())
    answer = client.post(address(session), FORM)
    assert "候补中" in client.get(answer.url).content.decode()
