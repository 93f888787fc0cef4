"""The residents' form, in four short steps; each may be left half-filled."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from changle.core.codes import BadCode, check_phone
from changle.ground.accounts.forms import Dressed, mobile_or_nothing
from changle.ground.filing.models import Filing
from changle.ground.filing.queries.filings import community_of


STEPS = {1: "团体", 2: "人员", 3: "场所与材料", 4: "核对提交"}
MOST_PEOPLE = 1_000_000
MOST_AREA = 1_000_000
MOST_LINES = 500
LONGEST_NAME = 60
BREAKS = re.compile(r"[\s,，、;；:：]+")
Grouped = list[tuple[str, list[tuple[int, str]]]]


def chosen(label: str, choices: Any, *, required: bool = False, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", "请选择"), *choices], required=required, **kwargs
    )


def text(label: str, most: int, rows: int = 0, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **kwargs)


def count(label: str, most: int, **kwargs: Any) -> forms.IntegerField:
    widget = forms.NumberInput({"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, required=False, widget=widget, **kwargs
    )


class StartForm(Dressed, forms.Form):
    name = text("团体名称", 120, help_text="例如“方新社区夕阳红舞蹈队”。")
    community = chosen("所在社区", [], required=True)

    def __init__(self, *args: Any, communities: Grouped, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].choices = [("", "请选择"), *communities]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_community(self) -> Any:
        found = community_of(int(self.cleaned_data["community"]))
        if found is None:
            raise ValidationError("这个社区已经撤销，请另选。")
        return found


class Step(Dressed, forms.Form):
    """One step: what it holds of an application, and what of it goes back into the columns."""

    uploads: ClassVar[tuple[str, ...]] = ()

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_147_483_647)

    def values(self) -> dict[str, Any]:
        """What was typed, by the columns of the application."""
        skipped = {"version", *self.uploads, "new_members"}
        return {name: value for name, value in self.cleaned_data.items() if name not in skipped}


class BodyForm(Step):
    name = text("团体名称", 120)
    category = chosen("备案类别", [])
    nature = chosen("性质", Filing.Nature.choices)
    purpose = text("宗旨", 1000, 2, required=False, help_text="一两句话：为了什么组织起来。")
    activities = text("活动内容", 2000, 3, required=False, help_text="平时做什么、多久一次。")
    scope = chosen("活动范围", Filing.Scope.choices)

    def __init__(self, *args: Any, filing: Filing, choices: Any, **kwargs: Any) -> None:
        initial = {**first(filing, BodyForm), "category": filing.category_id or ""}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["category"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]  # a ChoiceField
        if filing.kind == Filing.Kind.CANCEL:
            for name in ("name", "category", "nature", "activities", "scope"):
                del self.fields[name]
            self.fields["purpose"].label = "注销备案的原因"
            self.fields["purpose"].help_text = "例如成员搬迁、长期不再活动。"
        elif filing.kind == Filing.Kind.CHANGE:
            for name in ("nature", "scope"):
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        told = super().values()
        if "category" in told:
            category = told.pop("category")
            told["category_id"] = int(category) if category else None
        return told


class PeopleForm(Step):
    leader_name = text("负责人姓名", 60, required=False)
    leader_phone = text(
        "负责人手机号", 40, required=False, help_text="不公开；社区会打这个电话核实。"
    )
    member_count = count("成员总数", MOST_PEOPLE)
    party_member_count = count("其中党员", MOST_PEOPLE)
    new_members = text(
        "添加成员", 40_000, 5, required=False,
        help_text="一行一人：姓名，后面可以写手机号（也可不写）。可以整段粘贴。",
    )  # fmt: skip

    def __init__(self, *args: Any, filing: Filing, **kwargs: Any) -> None:
        super().__init__(*args, initial=first(filing, PeopleForm), **kwargs)
        self.fields["leader_phone"].widget.attrs["inputmode"] = "tel"
        if filing.kind == Filing.Kind.CHANGE:
            del self.fields["party_member_count"], self.fields["new_members"]
        self.changes = filing.kind == Filing.Kind.CHANGE
        self.kept = filing.leader_phone

    def clean_leader_phone(self) -> str:
        typed: str = self.cleaned_data["leader_phone"]
        if self.changes and typed == self.kept:
            return typed  # a landline of old stands until it changes
        return mobile_or_nothing(typed)

    def clean_new_members(self) -> list[tuple[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["new_members"].splitlines()]
        return read_members([line for line in lines if line])


def read_members(lines: list[str]) -> list[tuple[str, str]]:
    """(name, phone) a line; says which line cannot be read."""
    if len(lines) > MOST_LINES:
        raise ValidationError(f"一次最多 {MOST_LINES} 行。")
    found, wrong = [], []
    for number, line in enumerate(lines, start=1):
        parts = [part for part in BREAKS.split(line) if part]
        phone = ""
        if len(parts) > 1 and any(sign.isdecimal() for sign in parts[-1]):
            try:
                phone = check_phone(parts.pop()).text
            except BadCode as error:
                wrong.append(f"第 {number} 行：{error}")
                continue
        name = " ".join(parts)
        if not name or len(name) > LONGEST_NAME or any(sign.isdecimal() for sign in name):
            wrong.append(f"第 {number} 行的姓名看不懂，请写成“姓名 手机号”。")
        else:
            found.append((name, phone))
    if wrong:
        raise ValidationError(wrong[:10])
    return found


class PremisesForm(Step):
    uploads = ("charter", "premises_proof")

    premises_address = text(
        "活动场所地址", 200, required=False, help_text="没有固定场所的，写经常活动的地点。"
    )
    premises_area = count("场所面积（平方米）", MOST_AREA)
    fund_source = text(
        "经费来源", 200, required=False, help_text="例如成员自愿分摊；没有经费就写“无”。"
    )
    charter = forms.FileField(
        label="简易章程", required=False, max_length=200, help_text="照片、PDF 或 Word 都可以。"
    )
    premises_proof = forms.FileField(
        label="场地证明", required=False, max_length=200,
        help_text="场地提供方同意使用的证明；没有固定场所可不传。",
    )  # fmt: skip

    def __init__(self, *args: Any, filing: Filing, **kwargs: Any) -> None:
        super().__init__(*args, initial=first(filing, PremisesForm), **kwargs)
        if filing.kind == Filing.Kind.CHANGE:
            del self.fields["fund_source"]


def first(filing: Filing, form: type[Step]) -> dict[str, Any]:
    """What stands, as the form begins with it."""
    skipped = {*form.uploads, "new_members", "category"}
    return {name: getattr(filing, name) for name in form.base_fields if name not in skipped}
