"""What community, street and bureau type when they decide."""

from typing import Any

from django import forms

from changle.core.codes import normalise_uscc
from changle.ground.accounts.forms import Dressed
from changle.ground.filing.models import FilingRule
from changle.ground.registry.models import Organisation
from changle.ground.territory.forms import Day


REGISTERED = [pair for pair in Organisation.Kind.choices if pair[0] in Organisation.REGISTERED]
MOST_DAYS = 365
MOST_MONTHS = 120
MOST_MEMBERS = 1000
MOST_VERSION = 2_147_483_647


def version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_VERSION)


class ReasonForm(Dressed, forms.Form):
    """A deed that must be explained to the person whom it concerns."""

    version = version()
    reason = forms.CharField(
        label="退回原因", max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="发起人会看到这段话：写清楚哪里不对、怎样改。",
    )  # fmt: skip

    def __init__(self, *args: Any, label: str = "", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label, self.fields["reason"].help_text = label, hint


class AgreeForm(Dressed, forms.Form):
    version = version()
    opinion = forms.CharField(label="社区意见", max_length=1000, widget=forms.Textarea({"rows": 3}))
    confirmer = forms.CharField(
        label="意见确认人", max_length=60, help_text="社区居委会确认这条意见的人。"
    )
    phone_confirmed = forms.BooleanField(label="已与负责人通话，手机号属实", required=False)


class ApproveForm(Dressed, forms.Form):
    version = version()
    note = forms.CharField(label="审核意见", max_length=500, required=False)
    sure = forms.CharField(
        label="名称不致混淆的理由", max_length=200, required=False,
        help_text="名录里有相似组织时须填写，例如“分属两个社区，成员不同”。",
    )  # fmt: skip

    def __init__(self, *args: Any, doubts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not doubts:
            del self.fields["sure"]


class ReviewForm(forms.Form):
    """The ticked ones of a heap, as "key-version"."""

    chosen = forms.TypedMultipleChoiceField(coerce=str, error_messages={"required": "请先勾选。"})
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, offered: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(one, one) for one in offered]  # type: ignore[attr-defined]  # a ChoiceField

    def pairs(self) -> list[tuple[int, int]]:
        return [
            (int(pk), int(version))
            for pk, _dash, version in (one.partition("-") for one in self.cleaned_data["chosen"])
        ]


class RuleForm(Dressed, forms.Form):
    category = forms.ChoiceField(label="适用于", required=False)
    starts_on = Day(label="生效日期")
    minimum_members = forms.IntegerField(label="最少成员数", min_value=1, max_value=MOST_MEMBERS)
    larger_members = forms.IntegerField(
        label="规模较大的成员数", min_value=1, max_value=MOST_MEMBERS
    )
    excluded_words = forms.CharField(
        label="名称中不得出现的字样", max_length=2000, required=False,
        widget=forms.Textarea({"rows": 6}), help_text="一行一个。",
    )  # fmt: skip
    opinion_days = forms.IntegerField(
        label="社区意见期限（工作日）", min_value=1, max_value=MOST_DAYS
    )
    review_days = forms.IntegerField(
        label="街道审核期限（工作日）", min_value=1, max_value=MOST_DAYS
    )
    lapse_months = forms.IntegerField(
        label="多少个月无活动提请认定", min_value=1, max_value=MOST_MONTHS
    )
    number_format = forms.CharField(
        label="备案编号格式", max_length=60,
        help_text="{year} 年度，{street} 街道简称，{serial} 流水号；含 {street} 时各街道各自编号，否则全区统一编号。",
    )  # fmt: skip
    note = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, categories: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "全部类别（通用）"), *categories]  # type: ignore[attr-defined]  # a ChoiceField

    def values(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        category = told.pop("category")
        return {**told, "category_id": int(category) if category else None}


RULE_FIELDS = [name for name in RuleForm.base_fields if hasattr(FilingRule, name)]


class Dated(Dressed, forms.Form):
    on = Day(label="生效日期", help_text="证书或批复上的日期，不能晚于今天。")
    note = forms.CharField(label="依据", max_length=200, required=False)


class PaperFilingForm(Dated):
    filing_number = forms.CharField(
        label="备案编号", max_length=40, required=False, help_text="不填则由平台编号。"
    )
    field_order = ("filing_number", "on", "note")


class ConvertForm(Dated):
    kind = forms.ChoiceField(label="登记为", choices=[("", "请选择"), *REGISTERED])
    uscc = forms.CharField(label="统一社会信用代码", max_length=40, help_text="18 位，见登记证书。")
    name = forms.CharField(
        label="登记的名称", max_length=120, required=False, help_text="与原名称相同的可不填。"
    )
    certificate = forms.FileField(
        label="登记证书", max_length=200, help_text="扫描件或照片，PDF、JPG、PNG 均可。"
    )
    field_order = ("kind", "uscc", "name", "on", "certificate", "note")

    def clean_uscc(self) -> str:
        return normalise_uscc(self.cleaned_data["uscc"])
