"""Who was away too long signs in again; who owes a password or second factor does that first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from changle.ground.accounts.actions import seen
from changle.ground.accounts.queries import second_factor_on
from changle.ground.accounts.views.adapter import SEEN


IDLE = 30 * 60  # seconds
WRITTEN_EVERY = 60  # seconds between two notes of a session's use
PROVEN = "second_factor"  # of the session: it is known that the person has one
PASSWORD_FIRST = {"account_change_password", "password", "account_logout", "sign_out"}
SECOND_FACTOR_FIRST = PASSWORD_FIRST | {
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "mfa_reauthenticate",
}


class Entrance:
    """Stands after the session's user and the messages, before the actor is read."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            keep_or_end(request)
        response = self.answer(request)
        return for_swaps(request, response)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        access = getattr(view, "access", "public")
        if (
            access in {"public", "api"}
            or settings.CHANGLE_DEMO
            or not request.user.is_authenticated
        ):
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if request.user.must_change_password:
            return None if name in PASSWORD_FIRST else redirect("accounts:password")
        if request.user.is_staff_member and name not in SECOND_FACTOR_FIRST and lacking(request):
            return redirect("mfa_activate_totp")
        return None


def keep_or_end(request: HttpRequest) -> None:
    """End a session that was not used for half an hour; else note now and then that it is."""
    now = timezone.now()
    login_at = getattr(request.user, "last_login", None)
    last = request.session.get(SEEN) or (login_at.timestamp() if login_at else 0)
    away = now.timestamp() - last
    if away > IDLE:
        logout(request)
        messages.info(request, "您已超过 30 分钟没有操作，为安全起见请重新登录。")
    elif away > WRITTEN_EVERY:
        request.session[SEEN] = int(now.timestamp())
        seen(session_key=request.session.session_key or "", now=now)


def lacking(request: HttpRequest) -> bool:
    """Whether a person has no second factor yet; asked once a session when they have one."""
    if request.session.get(PROVEN):
        return False
    if not second_factor_on(request.user):  # type: ignore[arg-type]  # signed in, so a User
        return True
    request.session[PROVEN] = True
    return False


def for_swaps(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A part of a page cannot hold the sign-in page: send the whole page there, and back after."""
    door = reverse("accounts:sign_in")
    wanted = response.headers.get("Location", "")
    if "HX-Request" not in request.headers or not wanted.startswith(door):
        return response
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    query = urlencode({"next": shown.path or "/"})
    return HttpResponse(status=204, headers={"HX-Redirect": f"{door}?{query}"})
