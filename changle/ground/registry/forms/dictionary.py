"""What is typed on the page of the class lists."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day, offer


CODE = re.compile(r"[a-z0-9_]+")
MOST_SORT = 32_767


class EntryForm(Dressed, forms.Form):
    code = forms.CharField(label="代码", max_length=30, help_text="小写字母、数字和下划线。")
    name = forms.CharField(label="名称", max_length=60)
    sort = forms.IntegerField(
        label="次序", min_value=0, max_value=MOST_SORT, required=False, help_text="不填则排在最后。"
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if CODE.fullmatch(code) is None:
            raise ValidationError("代码只用小写字母、数字和下划线。")
        return code


class RetireForm(Dressed, forms.Form):
    on = Day(label="停用日期")


class TargetField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable
    """An entry of the other list, or none."""


class LeadForm(Dressed, forms.Form):
    """Where an entry leads in another list."""

    target = TargetField(None, label="对应", required=False, empty_label="没有对应")

    def __init__(self, *args: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["target"], targets)
