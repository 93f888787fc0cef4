from typing import Any

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day


class CloseForm(Dressed, forms.Form):
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="表间不平或下级没有报齐时，写明原因。",
    )  # fmt: skip


class ReasonForm(Dressed, forms.Form):
    note = forms.CharField(
        label="退回原因", max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="写清哪一张表的哪个数要核对。",
    )  # fmt: skip


class PublishForm(Dressed, forms.Form):
    note = forms.CharField(label="备注", max_length=200, required=False)


class KeepForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    is_shared = forms.BooleanField(
        label="给同事用", required=False,
        help_text="能看这个范围数字的人都看得到这张表；不勾选则只有自己看得到。",
    )  # fmt: skip


class BulletinForm(Dressed, forms.Form):
    title = forms.CharField(label="标题", max_length=80)
    starts_on = Day(label="期间起")
    ends_on = Day(label="期间止（不含）")
    text = forms.CharField(label="正文", max_length=3000, widget=forms.Textarea({"rows": 12}))


class TypeForm(Dressed, forms.Form):
    number = forms.DecimalField(
        label="填报数", max_digits=15, decimal_places=2, min_value=0, required=False,
        help_text="不填则改回平台算出的数。",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=300, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="为什么不用平台算出的数，依据在哪里。会随月报一起显示。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("number") is not None and not str(told.get("reason", "")).strip():
            self.add_error("reason", "请写明为什么不用平台算出的数。")
        return told
