"""What is typed at the door."""

from django import forms

from changle.ground.accounts.forms import Dressed


class ScanForm(Dressed, forms.Form):
    code = forms.CharField(
        label="签到码", max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "autofocus": True}),
    )  # fmt: skip


class WalkInForm(Dressed, forms.Form):
    """Somebody without a sign-up."""

    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="手机号", max_length=30)
    birth_year = forms.IntegerField(
        label="出生年份", required=False, min_value=1900, max_value=2200
    )


class OutForm(forms.Form):
    to = forms.CharField(required=False, max_length=60)
