"""Password, second factor and spare codes of the person who is signed in."""

from typing import Any, cast

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from changle.core.access import signed_in
from changle.ground.accounts.actions import note, show_spare_codes
from changle.ground.accounts.forms import (
    BindForm,
    CodeAgainForm,
    NewPasswordForm,
    PasswordAgainForm,
)
from changle.ground.accounts.models import User
from changle.ground.accounts.views.adapter import actor_of
from changle.ground.accounts.views.door import Unprocessable, locked_out


def told(request: HttpRequest, verb: str) -> None:
    user = cast("User", request.user)
    note(user, verb, by=actor_of(user), now=timezone.now())


class ChangePassword(Unprocessable, PasswordChangeView):  # type: ignore[misc]  # untyped library
    form_class = NewPasswordForm
    template_name = "accounts/password.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast("User", request.user).has_usable_password():
            messages.warning(request, "演示账户没有密码，不用修改。")
            return redirect("accounts:me")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]  # untyped


class PasswordAgain(Unprocessable, ReauthenticateView):  # type: ignore[misc]  # untyped library
    form_class = PasswordAgainForm
    template_name = "accounts/again.html"


class CodeAgain(Unprocessable, CodeAgainView):  # type: ignore[misc]  # untyped library
    """The code once more. Wrong codes count as wrong passwords do, and lock alike."""

    form_class = CodeAgainForm
    template_name = "accounts/again.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        credentials = {"username": cast("User", request.user).username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked_out(request, None, credentials)
        return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]  # untyped

    def form_invalid(self, form: Any) -> HttpResponse:
        credentials = {"username": cast("User", self.request.user).username}
        AxesProxyHandler.user_login_failed(User, credentials, self.request)
        return super().form_invalid(form)


class Bind(Unprocessable, ActivateTOTPView):  # type: ignore[misc]  # untyped library
    form_class = BindForm
    template_name = "accounts/second_factor_on.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        told(self.request, "second_factor_on")
        show_spare_codes(cast("User", self.request.user))
        return response


class Unbind(DeactivateTOTPView):  # type: ignore[misc]  # untyped library
    template_name = "accounts/second_factor_off.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        told(self.request, "second_factor_off")
        return response


class SpareCodes(ViewRecoveryCodesView):  # type: ignore[misc]  # untyped library
    template_name = "accounts/spare_codes.html"


class NewSpareCodes(Unprocessable, GenerateRecoveryCodesView):  # type: ignore[misc]  # untyped
    template_name = "accounts/spare_codes_new.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        told(self.request, "new_spare_codes")
        show_spare_codes(cast("User", self.request.user))
        return response


class SpareCodesFile(DownloadRecoveryCodesView):  # type: ignore[misc]  # untyped library
    template_name = "accounts/spare_codes.txt"
    content_type = "text/plain; charset=utf-8"


change_password = signed_in(never_cache(ChangePassword.as_view()))
password_again = signed_in(never_cache(PasswordAgain.as_view()))
code_again = signed_in(never_cache(CodeAgain.as_view()))
bind = signed_in(never_cache(Bind.as_view()))
unbind = signed_in(never_cache(Unbind.as_view()))
spare_codes = signed_in(never_cache(SpareCodes.as_view()))
new_spare_codes = signed_in(never_cache(NewSpareCodes.as_view()))
spare_codes_file = signed_in(SpareCodesFile.as_view())
