from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.faces.api.actions import issue_token, revoke_token
from changle.faces.api.models import Token
from tests.faces.api.conftest import SYSTEM, Caller, make_caller
from tests.factories.accounts import make_user


pytestmark = pytest.mark.django_db


def test_the_command_prints_the_token_alone_and_keeps_only_its_hash():
    make_user("qu")
    out = StringIO()
    call_command("token", "QU", stdout=out)
    clear = out.getvalue().strip()
    assert "\n" not in clear
    token = Token.objects.get()
    assert clear not in (token.hash, str(token))
    assert len(token.hash) == 64
    assert Caller(clear).get("/me").json()["username"] == "qu"
    assert clear not in str(list(LogEntry.objects.values()))


def test_no_token_for_nobody_and_for_closed_accounts():
    with pytest.raises(CommandError, match="没有用户"):
        call_command("token", "nobody")
    make_user("gone", is_active=False)
    with pytest.raises(CommandError, match="已停用"):
        call_command("token", "gone")


def test_a_token_ends_when_revoked_expired_or_when_its_user_is_closed():
    user, now = make_user(), timezone.now()
    revoked = Caller(issue_token(user=user, by=SYSTEM, now=now, name="一"))
    expired = Caller(issue_token(user=user, by=SYSTEM, now=now - timedelta(days=2), days=2))
    living = Caller(issue_token(user=user, by=SYSTEM, now=now))
    assert revoked.get("/me").status_code == 200
    revoke_token(token=Token.objects.get(name="一"), by=SYSTEM, now=now)
    assert [one.get("/me").status_code for one in (revoked, expired, living)] == [401, 401, 200]
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert living.get("/me").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer wrong", "Basic dTpw", "x"])
def test_a_wrong_token_is_refused_even_where_none_is_needed(header):
    answer = Client().get("/api/v1/nodes", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]


def test_use_is_noted_at_most_once_an_hour():
    caller = make_caller()
    caller.get("/me")
    first = Token.objects.get().last_used_at
    caller.get("/me")
    assert first
    assert Token.objects.get().last_used_at == first


def test_too_many_requests_are_held_back_for_that_token_only(settings):
    settings.CHANGLE_API_RATE = 3
    eager, calm = make_caller(), make_caller()
    assert [eager.get("/me").status_code for _time in range(4)] == [200, 200, 200, 429]
    answer = eager.get("/me")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer.json()["title"] == "请求过于频繁"
    assert calm.get("/me").status_code == 200


def test_me_tells_the_grants_of_today(district, street):
    told = street.get("/me").json()
    assert [(one["role"], one["node"]["name"]) for one in told["grants"]] == [("STO", "甲街道")]
    assert told["token"]["name"] == "测试"


def test_issuing_and_revoking_are_logged():
    user = make_user()
    issue_token(user=user, by=Actor(user_id=user.pk, name="甲"), now=timezone.now())
    revoke_token(token=Token.objects.get(), by=SYSTEM, now=timezone.now())
    revoke_token(token=Token.objects.get(), by=SYSTEM, now=timezone.now())
    verbs = LogEntry.objects.filter(subject_label="api.Token").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["issue", "revoke"]
