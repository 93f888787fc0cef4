"""What is typed on the page of the rules."""

import re

from django import forms
from django.core.exceptions import ValidationError

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day


CODE = re.compile(r"[a-z0-9_]+")


class NumberForm(Dressed, forms.Form):
    value = forms.IntegerField(label="数值", min_value=1, max_value=1231)
    starts_on = Day(label="自哪天起施行", help_text="今天或以后；此前的判断不受影响。")
    source = forms.CharField(label="依据", max_length=120)


class GroundForm(Dressed, forms.Form):
    code = forms.CharField(label="代码", max_length=30, help_text="小写字母、数字和下划线。")
    name = forms.CharField(label="事由", max_length=120)
    source = forms.CharField(label="依据", max_length=120)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if CODE.fullmatch(code) is None:
            raise ValidationError("代码只用小写字母、数字和下划线。")
        return code


class RetireForm(Dressed, forms.Form):
    on = Day(label="停用日期")
