"""A resident opens an account of their own."""

import pytest

from changle.core.log import LogEntry
from changle.ground.accounts.models import User
from changle.ground.accounts.views.joining import TRIES


pytestmark = pytest.mark.django_db
JOIN = "/account/join/"
TOLD = {"name": "样例居民", "phone": "139 0000 0021", "password": "weiyang-jumin-1",
        "again": "weiyang-jumin-1"}  # fmt: skip


def test_who_joins_is_signed_in_and_goes_on(client):
    answer = client.post(JOIN, {**TOLD, "next": "/my/filings/start/"})
    assert answer["Location"] == "/my/filings/start/"
    user = User.objects.get(username="13900000021")
    assert (user.name, user.phone, user.is_staff_member) == ("样例居民", "13900000021", False)
    assert client.session["_auth_user_id"] == str(user.pk)
    verbs = LogEntry.objects.filter(subject_id=str(user.pk)).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["join", "sign_in"]
    assert client.get(JOIN).status_code == 302


def test_a_foreign_address_is_not_followed(client):
    answer = client.post(JOIN, {**TOLD, "next": "https://example.org/"})
    assert answer["Location"] == "/my/filings/"


def test_a_taken_number_is_refused_and_the_name_kept(client):
    User.objects.create(username="13900000021", name="样例甲", joined_at="2021-01-01T00:00Z")
    answer = client.post(JOIN, TOLD)
    assert answer.status_code == 409
    assert "不能新建账户" in answer.content.decode()
    assert 'value="样例居民"' in answer.content.decode()
    assert "weiyang-jumin-1" not in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "text"),
    [("phone", "029-12345678"), ("phone", ""), ("phone", "\x00"), ("name", ""),
     ("name", "字" * 10_000), ("password", "123"), ("password", "13900000021"),
     ("again", "another-word-9")],
)  # fmt: skip
def test_what_will_not_do_is_told_beside_its_field(client, name, text):
    answer = client.post(JOIN, {**TOLD, name: text})
    assert answer.status_code == 422
    assert User.objects.count() == 0


def test_one_address_may_try_so_often_and_no_more(client):
    for _each in range(TRIES):
        assert client.post(JOIN, {**TOLD, "again": "x"}).status_code == 422
    answer = client.post(JOIN, TOLD)
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert User.objects.count() == 0
