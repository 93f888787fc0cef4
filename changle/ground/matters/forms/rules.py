"""What the bureau types of the rules."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from changle.core.money import parse, yuan
from changle.ground.accounts.forms import Dressed
from changle.ground.matters.models import LicenceRule, MatterType, ReviewRule
from changle.ground.territory.forms import Day


MOST_DAYS = 365
MOST_PEOPLE = 1_000_000


def people(label: str, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=MOST_PEOPLE, **kwargs
    )


class TypeForm(Dressed, forms.Form):
    code = forms.SlugField(label="代码", max_length=20, help_text="字母、数字，定后不改。")
    name = forms.CharField(label="名称", max_length=60)
    about = forms.CharField(label="说明", max_length=200, required=False)
    timing = forms.ChoiceField(label="起算", choices=MatterType.Timing.choices)
    lead_days = forms.IntegerField(label="报告期限（天）", min_value=0, max_value=MOST_DAYS)
    days_are = forms.ChoiceField(label="天数按", choices=MatterType.Days.choices)
    is_event = forms.BooleanField(label="有现场活动", required=False)
    needs_approval = forms.BooleanField(label="须有批准或决议", required=False)
    asks_money = forms.BooleanField(label="须填经费", required=False)
    is_foreign = forms.BooleanField(label="属涉外事项", required=False)
    plan_from = people("每场达到多少人须附安全方案", help_text="不填则不要求。")
    report_from_people = people("人数达到多少才须报", help_text="不填则一律须报。")
    report_from_fen = forms.CharField(
        label="金额达到多少才须报",
        max_length=40,
        required=False,
        help_text="以元计；不填则不看金额。",
    )
    sort = forms.IntegerField(label="次序", min_value=0, max_value=30_000, required=False)

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            del self.fields["code"]

    def clean_report_from_fen(self) -> int | None:
        text = self.cleaned_data["report_from_fen"]
        try:
            return parse(text) if text else None
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def clean_sort(self) -> int:
        return self.cleaned_data["sort"] or 0

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("timing") == MatterType.Timing.BEFORE and not values.get("is_event"):
            self.add_error("timing", "没有现场活动的事项从作出决定之日起算。")
        return values

    @staticmethod
    def initial_of(row: MatterType) -> dict[str, Any]:
        names = [name for name in TypeForm.base_fields if name != "report_from_fen"]
        money = "" if row.report_from_fen is None else yuan(row.report_from_fen)
        return {**{name: getattr(row, name) for name in names}, "report_from_fen": money}


class RetireForm(Dressed, forms.Form):
    on = Day(label="自哪天起停用")


class LicenceRuleForm(Dressed, forms.Form):
    from_people = forms.IntegerField(label="每场预计人数达到", min_value=1, max_value=MOST_PEOPLE)
    authority = forms.CharField(label="许可机关", max_length=60)
    apply_days = forms.IntegerField(label="至少提前（自然日）", min_value=0, max_value=MOST_DAYS)
    basis = forms.CharField(label="依据", max_length=120, required=False)

    @staticmethod
    def initial_of(row: LicenceRule) -> dict[str, Any]:
        return {name: getattr(row, name) for name in LicenceRuleForm.base_fields}


class ReviewRuleForm(Dressed, forms.Form):
    filed_tier = forms.ChoiceField(label="备案组织和团队由谁处理", choices=ReviewRule.Tier.choices)
    registered_tier = forms.ChoiceField(label="登记的组织由谁处理", choices=ReviewRule.Tier.choices)
    review_days = forms.IntegerField(label="处理期限（工作日）", min_value=1, max_value=60)
    report_days = forms.IntegerField(
        label="活动后报告结果的期限（工作日）", min_value=1, max_value=120
    )

    @staticmethod
    def initial_of(row: ReviewRule) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ReviewRuleForm.base_fields}
