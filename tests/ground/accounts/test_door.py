"""Coming in: password, second factor, throttling, idleness, the demonstration."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from changle.core.log import LogEntry
from changle.site import entrance
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.territory import make_grant, make_node


pytestmark = pytest.mark.django_db
DOOR = "/account/sign-in/"
SECRET = "JBSWY3DPEHPK3PXP"


def verbs(user):
    rows = LogEntry.objects.filter(subject_label="accounts.User", subject_id=str(user.pk))
    return list(rows.order_by("id").values_list("verb", flat=True))


def code_now(secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, user, password=PASSWORD, **fields):
    return client.post(DOOR, {"login": user.username, "password": password, **fields})


def signed_in(client):
    return "_auth_user_id" in client.session


def test_right_password_opens_whatever_the_case_of_the_name(client):
    user = make_user("Zhang-San", password=PASSWORD)
    answer = client.post(DOOR, {"login": " zhang-SAN ", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/account/arrive/"
    assert signed_in(client)
    assert verbs(user) == ["sign_in"]


def test_wrong_password_answers_422_in_chinese_and_keeps_the_name(client):
    make_user("lisi", password=PASSWORD)
    answer = client.post(DOOR, {"login": "lisi", "password": "wrong"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "用户名或密码不正确" in page
    assert 'value="lisi"' in page


def test_the_page_asked_for_is_kept_through_the_door(client):
    user = make_user(password=PASSWORD)
    answer = client.get("/account/me/")
    assert answer["Location"] == "/account/sign-in/?next=/account/me/"
    assert 'value="/account/me/"' in client.get(answer["Location"]).content.decode()
    assert sign_in(client, user, next="/account/me/")["Location"] == "/account/me/"


def test_the_door_sends_nobody_to_a_foreign_site(client):
    user = make_user(password=PASSWORD)
    answer = sign_in(client, user, next="https://evil.example/")
    assert answer["Location"] == "/account/arrive/"


def test_five_wrong_passwords_lock_with_the_time_left_and_log_it_once(client):
    user = make_user("wangwu", password=PASSWORD)
    for _ in range(4):
        assert sign_in(client, user, "wrong").status_code == 422
    for password in ("wrong", "wrong", PASSWORD):
        answer = sign_in(client, user, password)
        assert answer.status_code == 429
        assert "15 分钟" in answer.content.decode()
        assert 0 < int(answer["Retry-After"]) <= 900
    assert not signed_in(client)
    assert verbs(user) == ["lock"]


def test_another_case_of_the_name_does_not_start_a_new_count(client):
    make_user("zhaoliu", password=PASSWORD)
    names = ["zhaoliu", "ZHAOLIU", "ZhaoLiu", "zhaoLIU", "zHaoliu"]
    answers = [client.post(DOOR, {"login": n, "password": "x"}).status_code for n in names]
    assert answers == [422, 422, 422, 422, 429]


def test_a_lock_on_one_name_leaves_others_free(client):
    locked, free = make_user(password=PASSWORD), make_user(password=PASSWORD)
    for _ in range(5):
        sign_in(client, locked, "wrong")
    assert sign_in(client, free).status_code == 302


def test_a_closed_account_stays_outside(client):
    user = make_user(password=PASSWORD, is_active=False)
    answer = sign_in(client, user)
    assert not signed_in(client)
    assert answer["Location"] == "/account/closed/"
    assert "已停用" in client.get("/account/closed/").content.decode()


def test_the_code_is_asked_for_after_the_password(client):
    user = make_user(password=PASSWORD, staff=True)
    TOTP.activate(user, SECRET)
    assert sign_in(client, user, next="/desk/")["Location"] == "/account/sign-in/code/"
    assert not signed_in(client)
    wrong = client.post("/account/sign-in/code/", {"code": "000000"})
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.content.decode()
    right = client.post("/account/sign-in/code/", {"code": code_now()})
    assert right["Location"] == "/desk/"
    assert signed_in(client)


def test_wrong_codes_lock_as_wrong_passwords_do(client):
    user = make_user(password=PASSWORD, staff=True)
    TOTP.activate(user, SECRET)
    sign_in(client, user)
    for _ in range(5):
        last = client.post("/account/sign-in/code/", {"code": "000000"})
    assert last.status_code == 429
    assert client.post("/account/sign-in/code/", {"code": code_now()}).status_code == 429
    assert sign_in(client, user).status_code == 429


def test_the_secret_of_the_second_factor_is_sealed_at_rest():
    user = make_user(password=PASSWORD)
    TOTP.activate(user, SECRET)
    stored = Authenticator.objects.get(user=user).data
    assert SECRET not in str(stored)


def test_staff_without_second_factor_bind_one_before_the_desk(client):
    user = make_user(password=PASSWORD, staff=True)
    sign_in(client, user)
    assert client.get("/account/me/")["Location"] == "/account/second-factor/on/"
    answer = client.get("/account/second-factor/on/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/again/")
    client.post(answer.redirect_chain[-1][0], {"password": PASSWORD})
    page = client.get("/account/second-factor/on/")
    assert "二维码" in page.content.decode()
    secret = page.context["form"].secret
    bound = client.post("/account/second-factor/on/", {"code": code_now(secret)})
    assert bound["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get("/account/spare-codes/").status_code == 200
    assert client.get("/account/me/").status_code == 200
    assert "second_factor_on" in verbs(user)
    off = client.post("/account/second-factor/off/")
    assert off.status_code == 302
    assert verbs(user)[-1] == "second_factor_off"


def test_others_need_no_second_factor(client):
    client.force_login(make_user())
    assert client.get("/account/me/").status_code == 200


def test_a_password_set_by_another_is_changed_first(client):
    user = make_user(password=PASSWORD, must_change_password=True)
    sign_in(client, user)
    assert client.get("/account/me/")["Location"] == "/account/password/"
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/", same).status_code == 422
    new = {"oldpassword": PASSWORD, "password1": "qiuwen-9-xiang", "password2": "qiuwen-9-xiang"}
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/me/").status_code == 200
    assert verbs(user) == ["sign_in", "change_password"]


def test_half_an_hour_of_quiet_ends_the_session_and_keeps_the_page(client):
    user = make_user(password=PASSWORD)
    sign_in(client, user)
    age(client, entrance.IDLE - 5)
    assert client.get("/account/me/").status_code == 200
    age(client, entrance.IDLE + 5)
    answer = client.get("/account/me/")
    assert answer["Location"] == "/account/sign-in/?next=/account/me/"
    assert "30 分钟没有操作" in client.get(answer["Location"]).content.decode()


def test_a_part_of_a_page_after_idleness_brings_the_whole_page_to_the_door(client):
    client.force_login(make_user())
    age(client, entrance.IDLE + 5)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/account/me/"}
    answer = client.get("/account/me/", headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/account/sign-in/?next=%2Faccount%2Fme%2F"


def age(client, seconds):
    session = client.session
    session[entrance.SEEN] = int(timezone.now().timestamp()) - seconds
    session.save()


def test_signing_out_is_logged_and_ends_the_session(client):
    user = make_user(password=PASSWORD)
    sign_in(client, user)
    key = client.session.session_key
    assert client.post("/account/sign-out/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert verbs(user) == ["sign_in", "sign_out"]


def test_there_is_no_sign_up_and_no_password_by_mail(client):
    for name in ("signup", "email", "password/reset"):
        assert client.get(f"/account/{name}/").status_code == 404


def test_the_demonstration_has_a_button_for_each_role_and_lets_samples_alone_in(client, settings):
    district = make_node("district", "样例区")
    sample = make_user("yangli", is_sample=True, staff=True)
    make_grant(sample, district, "DCA")
    real = make_user("zhenren", password=PASSWORD)
    settings.CHANGLE_DEMO = True
    page = client.get(DOOR).content.decode()
    assert 'value="yangli"' in page
    assert "zhenren" not in page
    assert client.post("/account/demo/", {"username": real.username}).status_code == 404
    answer = client.post("/account/demo/", {"username": "yangli", "next": "/account/me/"})
    assert answer["Location"] == "/account/me/"
    assert client.get("/account/me/").status_code == 200
    assert "这里" in client.get("/account/me/").content.decode()


def test_outside_the_demonstration_there_is_no_such_door(client, settings):
    make_user("yangli", is_sample=True)
    assert client.post("/account/demo/", {"username": "yangli"}).status_code == 404
    settings.CHANGLE_DEMO = True
    far = client.post("/account/demo/", {"username": "yangli"}, REMOTE_ADDR="192.0.2.7")
    assert far.status_code == 404
    assert "演示：" not in client.get(DOOR, REMOTE_ADDR="192.0.2.7").content.decode()


def test_the_lock_ends_by_itself(client):
    user = make_user(password=PASSWORD)
    for _ in range(5):
        sign_in(client, user, "wrong")
    later = timezone.now() + timedelta(minutes=16)
    from axes.models import AccessAttempt

    AccessAttempt.objects.update(attempt_time=later - timedelta(minutes=32))
    assert sign_in(client, user).status_code == 302
