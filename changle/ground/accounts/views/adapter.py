"""Where the sign-in library asks us: our sentences, our log, our seal on its secrets."""

from typing import Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from changle.core.reach import Actor
from changle.core.sealed.crypto import seal, unseal
from changle.ground.accounts.actions import change_password, note
from changle.ground.accounts.models import User


SEEN = "seen_at"  # of the session: seconds since the epoch, written at most once a minute
SEAL = "accounts.second_factor"
SENTENCES = {  # the library's messages; those not named here stay unsaid
    "account/messages/logged_out.txt": "您已退出登录。",
    "account/messages/password_changed.txt": "密码已修改。",
    "mfa/messages/totp_activated.txt": "第二重验证已绑定。",
    "mfa/messages/totp_deactivated.txt": "第二重验证已解除。",
    "mfa/messages/recovery_codes_generated.txt": "已生成新的备用码，旧的不再有效。",
}


def actor_of(user: User) -> Actor:
    """The person at the door, before their grants are read."""
    return Actor(user_id=user.pk, name=str(user))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library is untyped
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "这个账户已停用。",
        "username_password_mismatch": "用户名或密码不正确。",
        "incorrect_password": "密码不正确。",
        "enter_current_password": "现在的密码不正确。",
        "incorrect_code": "验证码不正确。",
        "too_many_login_attempts": "试错次数过多，请稍后再试。",
        "rate_limited": "试错次数过多，请稍后再试。",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """The log and the list of sessions tell; mail is not this platform's way."""

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002  the library's signature
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or SENTENCES.get(message_template or "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        now = timezone.now()
        request.session[SEEN] = int(now.timestamp())
        note(user, "sign_in", by=actor_of(user), now=now)

    def logout(self, request: HttpRequest) -> None:
        user = cast("User", request.user)
        note(user, "sign_out", by=actor_of(user), now=timezone.now())
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        change_password(user=user, password=password, by=actor_of(user), now=timezone.now())

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        return reverse("accounts:arrive")

    def respond_user_inactive(self, _request: HttpRequest, _user: User) -> HttpResponse:
        response = HttpResponse(status=302)
        response["Location"] = reverse("account_inactive")
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library is untyped
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不正确或已经用过，请等下一个。",
        "cannot_generate_recovery_codes": "请先绑定第二重验证，再生成备用码。",
    }

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return seal(text, SEAL)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, SEAL)
