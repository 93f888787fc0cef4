"""What people type at the door. The library's forms, in our words."""

from typing import Any, ClassVar

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgain
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from changle.core.codes import BadCode, check_phone
from changle.ground.accounts.models import User


CODE = "6 位验证码"


class Dressed(forms.BaseForm):
    """Gives each field the class of the kit and, where the library named it, our label."""

    labels: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            kind = "form-control"
            if isinstance(field.widget, forms.Select):
                kind = "form-select"
            elif isinstance(field.widget, forms.CheckboxInput):
                kind = "form-check-input"
            field.widget.attrs["class"] = kind
            if name in self.labels:
                field.label = self.labels[name]
                field.widget.attrs.pop("placeholder", None)
                field.help_text = ""


class Boxes(forms.CheckboxSelectMultiple):
    """Ticks one below the other; the class of the kit is each tick's, not the group's."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["attrs"].pop("class", None)
        return context


class SignInForm(Dressed, LoginForm):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {"login": "用户名", "password": "密码"}


class PasswordAgainForm(Dressed, PasswordAgain):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {"password": "密码"}


class NewPasswordForm(Dressed, ChangePasswordForm):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {
        "oldpassword": "现在的密码",
        "password1": "新密码（至少 10 个字符）",
        "password2": "再输一次新密码",
    }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password1") and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", "新密码不能与现在的密码相同。")
        return cleaned


class CodeForm(Dressed, AuthenticateForm):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {"code": f"{CODE}（或备用码）"}


class CodeAgainForm(Dressed, CodeAgain):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {"code": f"{CODE}（或备用码）"}


class BindForm(Dressed, ActivateTOTPForm):  # type: ignore[misc]  # the library is untyped
    labels: ClassVar[dict[str, str]] = {"code": CODE}


class ProfileForm(Dressed, forms.Form):
    phone = forms.CharField(
        label="手机号", required=False, max_length=20, widget=forms.TextInput({"type": "tel"})
    )
    email = forms.EmailField(label="邮箱", required=False)

    def clean_phone(self) -> str:
        return mobile_or_nothing(self.cleaned_data["phone"])


def mobile_or_nothing(text: str) -> str:
    if not text:
        return ""
    try:
        phone = check_phone(text)
    except BadCode as wrong:
        raise ValidationError(str(wrong)) from None
    if phone.kind != "mobile":
        raise ValidationError("这里应填手机号。")
    return phone.text


class JoinForm(Dressed, forms.Form):
    """What a resident tells to have an account; the mobile number is the name they sign in with."""

    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(
        label="手机号",
        max_length=40,
        help_text="以后用它登录；不公开。",
        widget=forms.TextInput({"type": "tel", "autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码（至少 10 个字符）",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_phone(self) -> str:
        return mobile_or_nothing(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", "两次输入的密码不一样。")
        elif password:
            person = User(username=cleaned.get("phone", ""), name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned
