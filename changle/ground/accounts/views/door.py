"""Coming in and going out."""

from datetime import timedelta
from math import ceil
from typing import Any

from allauth.account.views import AccountInactiveView, LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from changle.core.access import Request, public, signed_in
from changle.ground.accounts.actions import note_lock
from changle.ground.accounts.forms import CodeForm, SignInForm
from changle.ground.accounts.models import User
from changle.ground.accounts.queries import lock_ends_at, sample_user, samples
from changle.ground.accounts.views.adapter import AccountAdapter


LOOPBACK = {"127.0.0.1", "::1"}
MAY_OPEN_DESK = "desk.open"


class Unprocessable:
    """A form sent back says so: 422."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # a mixin
        response.status_code = 422
        return response


def in_demo(request: HttpRequest) -> bool:
    """Whether the buttons of the demonstration stand open: on this very machine alone."""
    return bool(settings.CHANGLE_DEMO) and request.META.get("REMOTE_ADDR") in LOOPBACK


class SignIn(Unprocessable, LoginView):  # type: ignore[misc]  # the library is untyped
    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def _redirect_to_pending_stage(self, _request: HttpRequest, _stage: Any) -> None:
        """Who owes a code may start anew, as somebody else."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = in_demo(self.request)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "samples": samples() if demo else [],
            "in_demo": demo,
            "next": self.request.POST.get("next") or self.request.GET.get("next", ""),
        }


class SecondStep(AuthenticateView):  # type: ignore[misc]  # the library is untyped
    """The code after the password. Wrong codes count as wrong passwords do, and lock alike."""

    form_class = CodeForm
    template_name = "accounts/second_step.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.stage.login.user
        credentials = {"username": user.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked_out(request, None, credentials)
        if not self.form.is_valid():
            AxesProxyHandler.user_login_failed(User, credentials, request)
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]  # untyped

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


class SignOut(LogoutView):  # type: ignore[misc]  # the library is untyped
    template_name = "accounts/sign_out.html"


class Closed(AccountInactiveView):  # type: ignore[misc]  # the library is untyped
    template_name = "accounts/closed.html"


sign_in = public(never_cache(SignIn.as_view()))
second_step = public(never_cache(SecondStep.as_view()))
sign_out = signed_in(SignOut.as_view())
closed = public(Closed.as_view())


@never_cache
@require_POST
@public
def demo_sign_in(request: Request) -> HttpResponse:
    """Come in as a person of the sample district, without a password."""
    if not in_demo(request):
        raise Http404
    user = sample_user(request.POST.get("username", ""))
    if user is None:
        raise Http404
    adapter = AccountAdapter(request)
    adapter.login(request, user)
    adapter.post_login(
        request, user, email_verification="none", signal_kwargs=None, email=None, signup=False,
        redirect_url=None,
    )  # fmt: skip
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return redirect(wanted if safe else "accounts:arrive")


@signed_in
def arrive(request: Request) -> HttpResponse:
    """After the door: to the desk, or home for who has none."""
    return redirect("desk:front" if request.actor.holds(MAY_OPEN_DESK) else "accounts:me")


def attempted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name under which wrong attempts are counted, whatever its case."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(name).strip().lower()[:150]


def locked_out(
    request: HttpRequest, _answer: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The answer to who has tried too often: how long to wait."""
    now, cooloff = timezone.now(), get_cool_off(request) or timedelta(minutes=15)
    name = attempted_name(request, credentials)
    note_lock(username=name, now=now, cooloff=cooloff)
    ends_at = lock_ends_at(name, request.META.get("REMOTE_ADDR", ""), cooloff=cooloff)
    left = (ends_at - now if ends_at else cooloff).total_seconds()
    context = {"minutes": max(1, ceil(left / 60)), "ends_at": ends_at or now + cooloff}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = str(max(1, ceil(left)))
    return response
