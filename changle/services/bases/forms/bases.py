"""What is typed of a base, its recognition and its evaluation."""

from typing import Any

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.ground.territory.forms import Day, PlaceField, offer
from changle.services.bases.actions.keeping import Facts
from changle.services.bases.forms.fields import (
    LinesForm,
    Money,
    document,
    number,
    words,
)
from changle.services.bases.models import Base, Budget, Evaluation, Tier


FIRST_YEAR, LAST_YEAR = 2000, 2100


class FactsForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    about = words("介绍", 2000, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    area_total = number("总面积（平方米）", required=False)
    area_shared = number("共享面积（平方米）", required=False, help_text="不大于总面积。")
    builder = forms.CharField(label="建设单位", max_length=80, required=False)
    party_organisation = forms.CharField(label="党组织", max_length=120, required=False)
    wall_rules = words(
        "上墙制度", 1000, required=False, help_text="例如：入驻退出、安全、财务、档案。"
    )
    planned_on = Day(label="规划日期")
    built_on = Day(label="建成日期", required=False, help_text="还没建成的不填。")
    opened_on = Day(label="启用日期", required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        total, shared = values.get("area_total"), values.get("area_shared")
        if shared is not None and (total is None or shared > total):
            self.add_error("area_shared", "共享面积不能大于总面积。")
        planned, built = values.get("planned_on"), values.get("built_on")
        if planned and built and built < planned:
            self.add_error("built_on", "建成日期不能早于规划日期。")
        return values

    def facts(self) -> Facts:
        left_out = {"node", "tier"}
        return Facts(**{k: v for k, v in self.cleaned_data.items() if k not in left_out})

    @staticmethod
    def initial_of(row: Base) -> dict[str, Any]:
        return {name: getattr(row, name) for name in FactsForm.base_fields}


class PlanForm(FactsForm):
    field_order = ("tier", "node")

    tier = forms.ChoiceField(label="层级", choices=Tier.choices)
    node = PlaceField(queryset=None, label="所在节点", empty_label="请选择")

    def __init__(self, *args: Any, nodes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["node"], nodes)


class MoveForm(forms.Form):
    note = forms.CharField(
        max_length=1000, required=False, error_messages={"max_length": "理由最多 1000 字。"}
    )


class RecogniseForm(Dressed, forms.Form):
    number = forms.CharField(label="认定编号", max_length=60)
    on = Day(label="认定日期")
    valid_until = Day(label="有效期至", help_text="自这一天起不再有效。")
    note = words("认定意见", 1000, required=False)


class BudgetForm(Dressed, forms.Form):
    year = forms.IntegerField(label="年度", min_value=FIRST_YEAR, max_value=LAST_YEAR)
    source = forms.ChoiceField(label="来源", choices=Budget.Source.choices)
    amount_fen = Money(label="金额")
    note = forms.CharField(label="说明", max_length=200, required=False)


class PhotoForm(Dressed, forms.Form):
    photo = forms.ImageField(
        label="照片", help_text="认定后在公开页面展示；请不要拍到个人信息。",
        widget=forms.FileInput({"accept": "image/*"}),
    )  # fmt: skip
    caption = forms.CharField(label="说明", max_length=60)


class PaperForm(Dressed, forms.Form):
    paper = document("文件", required=True)


class OpenForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    on_site_on = Day(label="计划现场日期", required=False)


class SelfForm(LinesForm):
    statement = words(
        "自评报告", 4000, rows=8, required=False, help_text="一年来的工作、成效、问题和打算。"
    )


class ScoreForm(LinesForm):
    on_site_on = Day(label="现场日期", required=False)


class DecideForm(Dressed, forms.Form):
    decision = forms.ChoiceField(label="决定", choices=Evaluation.Decision.choices)
    valid_until = Day(label="新的有效期至", required=False, help_text="续认时填写。")
    note = words("理由", 1000)


class RectifiedForm(Dressed, forms.Form):
    note = words("整改情况", 1000, rows=5)


class VersionForm(Dressed, forms.Form):
    name = forms.CharField(label="名称", max_length=80)
    basis = forms.CharField(label="依据", max_length=200, required=False)
    pass_points = forms.IntegerField(label="合格分", min_value=0, max_value=100)
    valid_months = forms.IntegerField(label="认定有效期（月）", min_value=1, max_value=240)
    starts_on = Day(label="启用日期")


class CriterionForm(Dressed, forms.Form):
    code = forms.SlugField(label="代码", max_length=30, help_text="字母、数字、横线。")
    theme = forms.ChoiceField(label="主题")
    name = forms.CharField(label="条件", max_length=60)
    about = forms.CharField(label="说明", max_length=300, required=False)
    is_must = forms.BooleanField(label="必备", required=False)
    points = forms.IntegerField(label="分值", min_value=0, max_value=100, initial=0)
    sort = forms.IntegerField(label="次序", min_value=0, max_value=30_000, initial=0)

    def __init__(self, *args: Any, themes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = themes  # type: ignore[attr-defined]  # a ChoiceField


class PaperKindForm(Dressed, forms.Form):
    name = forms.CharField(label="材料", max_length=60)
    about = forms.CharField(label="说明", max_length=200, required=False)
    is_required = forms.BooleanField(label="必交", required=False)
    sort = forms.IntegerField(label="次序", min_value=0, max_value=30_000, initial=0)
