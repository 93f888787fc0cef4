import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.accounts import actions
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import device, place_of
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.territory import make_district, make_grant


pytestmark = pytest.mark.django_db
BY = Actor(user_id=999999, name="管理员")


def now():
    return timezone.now()


def test_a_new_user_must_change_the_password_that_another_set():
    user = actions.create_user(
        username="new", name="新样例", password=PASSWORD, by=BY, now=now(), path="1."
    )
    assert user.must_change_password
    assert user.check_password(PASSWORD)
    assert LogEntry.objects.get(verb="create").path == "1."


def test_a_username_is_taken_whatever_its_case():
    make_user("Taken")
    with pytest.raises(actions.AccountRefused, match="已有人使用"):
        actions.create_user(username="tAKEN", name="样例", by=BY, now=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("taken")


def test_a_weak_password_is_refused_with_a_reason():
    with pytest.raises(actions.AccountRefused, match="密码"):
        actions.create_user(username="u", name="样例", password="12345", by=BY, now=now())
    assert not User.objects.exists()


def test_a_closed_account_loses_its_sessions_at_once(client):
    user = make_user(password=PASSWORD)
    client.post("/account/sign-in/", {"login": user.username, "password": PASSWORD})
    assert client.get("/account/me/").status_code == 200
    actions.close_account(user=user, by=BY, now=now(), reason="离职")
    assert client.get("/account/me/").status_code == 302
    with pytest.raises(actions.AccountRefused):
        actions.close_account(user=user, by=BY, now=now(), reason="再次")
    actions.reopen(user=user, by=BY, now=now(), reason="返岗")
    assert User.objects.get(pk=user.pk).is_active


def test_nobody_closes_their_own_account():
    user = make_user()
    with pytest.raises(actions.AccountRefused, match="自己"):
        actions.close_account(user=user, by=Actor(user_id=user.pk), now=now(), reason="试")


def test_sessions_elsewhere_can_be_ended_one_by_one_and_all_together(client, client_class):
    user = make_user(password=PASSWORD)
    others = [client_class(), client_class()]
    for one in [client, *others]:
        one.post("/account/sign-in/", {"login": user.username, "password": PASSWORD})
    page = client.get("/account/me/")
    elsewhere = [s for s in page.context["sessions"] if not s.current]
    assert len(elsewhere) == 2
    client.post(f"/account/sessions/{elsewhere[0].pk}/end/")
    assert sorted(one.get("/account/me/").status_code for one in others) == [200, 302]
    assert client.post(f"/account/sessions/{elsewhere[0].pk}/end/").status_code == 409
    client.post("/account/sessions/end-others/")
    assert [one.get("/account/me/").status_code for one in others] == [302, 302]
    assert client.get("/account/me/").status_code == 200


@pytest.fixture
def client_class():
    from django.test import Client

    return Client


def test_nobody_ends_the_session_of_another(client, client_class):
    mine, other = make_user(password=PASSWORD), make_user(password=PASSWORD)
    theirs = client_class()
    theirs.post("/account/sign-in/", {"login": other.username, "password": PASSWORD})
    client.force_login(mine)
    pk = theirs.get("/account/me/").context["sessions"][0].pk
    assert client.post(f"/account/sessions/{pk}/end/").status_code == 409
    assert theirs.get("/account/me/").status_code == 200


def test_setting_a_password_ends_every_session(client):
    user = make_user(password=PASSWORD)
    client.post("/account/sign-in/", {"login": user.username, "password": PASSWORD})
    actions.set_password(user=user, password="jiegai-2-hou", by=BY, now=now())
    assert client.get("/account/me/").status_code == 302


def test_phone_is_checked_kept_and_logged_masked(client):
    user = make_user()
    client.force_login(user)
    wrong = client.post("/account/me/", {"phone": "123"})
    assert wrong.status_code == 422
    assert 'value="123"' in wrong.content.decode()
    assert client.post("/account/me/", {"phone": "138 1234 5678"}).status_code == 302
    assert User.objects.get(pk=user.pk).phone == "13812345678"
    entry = LogEntry.objects.get(verb="edit")
    assert "13812345678" not in str(entry.changes)


def test_an_account_is_logged_at_the_narrowest_place_of_its_grants():
    tree = make_district()
    user = make_user()
    assert place_of(user) == ""
    make_grant(user, tree.communities[0][0], "COM")
    assert place_of(user) == tree.communities[0][0].path
    make_grant(user, tree.communities[0][1], "COM")
    assert place_of(user) == tree.streets[0].path
    make_grant(user, tree.streets[1], "STO")
    assert place_of(user) == tree.root.path


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/110 MicroMessenger/8.0", "微信 · 安卓"),
        ("curl/8", "未知设备"),
    ],
)
def test_a_browser_is_named_for_people(agent, words):
    assert device(agent) == words


def test_me_costs_the_same_queries_whatever_the_number_of_grants(
    client, django_assert_max_num_queries
):
    tree = make_district()
    user = make_user()
    for node in (tree.streets[0], tree.streets[1], tree.root):
        make_grant(user, node, "OADM")
    client.force_login(user)
    with django_assert_max_num_queries(16):  # one of them for each process with to-dos
        client.get("/account/me/")
