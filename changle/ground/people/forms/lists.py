"""What is typed of many members, of the party building and of papers."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms

from changle.ground.accounts.forms import Dressed
from changle.ground.people.forms.posts import EMPTY, line
from changle.ground.people.models import JOINED, KINDS, Paper, PartyFact
from changle.ground.territory.forms import Day


MOST_PASTED = 60_000
COUNTS = ("full_time", "part_time", "probationary", "activists", "applicants")


class MembersForm(Dressed, forms.Form):
    kind = forms.ChoiceField(label="类别", choices=[(code, KINDS[code].label) for code in JOINED])
    starts_on = Day(label="加入日期")
    text = forms.CharField(
        label="名单", max_length=MOST_PASTED,
        widget=forms.Textarea({"rows": 10, "placeholder": "杨理 13800000000\n阿卜杜拉·热合曼"}),
        help_text="一行一人：姓名 电话（电话可不填），可从表格里直接粘贴。单位会员写：单位名称 代表姓名 电话。",
    )  # fmt: skip


class PartyForm(Dressed, forms.Form):
    on = Day(label="情况自", help_text="从哪天起是这样；之前的记录保留。")
    has = forms.ChoiceField(
        label="党组织", choices=[("", "请选择"), ("yes", "已建立"), ("no", "未建立")]
    )
    no_reason = forms.ChoiceField(
        label="未建立的原因", choices=[EMPTY, *PartyFact.NoReason.choices], required=False
    )
    form = forms.ChoiceField(
        label="党组织形式", choices=[EMPTY, *PartyFact.Form.choices], required=False
    )
    affiliation = line("隶属关系", 80, help_text="上级党组织。")
    founded_on = Day(label="建立日期", required=False)
    approving_unit = line("批准单位", 80)
    approval_number = line("批准文号", 60)
    leader = forms.TypedChoiceField(
        label="党组织负责人", required=False, coerce=int, empty_value=None
    )
    full_time = forms.IntegerField(
        label="专职人员中的正式党员", min_value=0, max_value=99_999, initial=0
    )
    part_time = forms.IntegerField(
        label="兼职人员中的正式党员", min_value=0, max_value=99_999, initial=0
    )
    probationary = forms.IntegerField(label="预备党员", min_value=0, max_value=99_999, initial=0)
    activists = forms.IntegerField(label="入党积极分子", min_value=0, max_value=99_999, initial=0)
    applicants = forms.IntegerField(label="入党申请人", min_value=0, max_value=99_999, initial=0)

    def __init__(self, *args: Any, people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].choices = [EMPTY, *people]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("has") == "yes" and not values.get("form"):
            self.add_error("form", "已建立的，请选择党组织形式。")
        if values.get("has") == "no" and not values.get("no_reason"):
            self.add_error("no_reason", "未建立的，请选择原因。")
        members = sum(values.get(name) or 0 for name in ("full_time", "part_time", "probationary"))
        if values.get("no_reason") == PartyFact.NoReason.NO_MEMBERS and members:
            self.add_error("no_reason", "填写了党员人数，原因不能是“无党员”。")
        return values

    def facts(self) -> dict[str, Any]:
        """By the columns of `PartyFact`; the leader by key."""
        told = self.cleaned_data
        names = ("no_reason", "form", "affiliation", "founded_on", "approving_unit",
                 "approval_number", *COUNTS)  # fmt: skip
        facts = {name: told[name] for name in names}
        return {**facts, "has_organisation": told["has"] == "yes", "leader_id": told["leader"]}


class PaperForm(Dressed, forms.Form):
    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *Paper.Kind.choices])
    number = line("编号", 60)
    issuer = line("发证（核准）机关", 80)
    approved_on = Day(label="核准（发证）日期", required=False)
    starts_on = Day(label="有效期自", required=False)
    last_day = Day(
        label="有效期至（含当日）", required=False,
        help_text="照证件填写；长期有效的不填。民办非企业单位登记证书副本不填时按四年计。",
    )  # fmt: skip
    note = line("说明", 200)
    file = forms.FileField(label="扫描件", required=False, max_length=200)

    def __init__(self, *args: Any, paper: Paper | None = None, **kwargs: Any) -> None:
        if paper is not None:
            names = ("number", "issuer", "approved_on", "starts_on", "last_day", "note")
            kwargs["initial"] = {name: getattr(paper, name) for name in names}
        super().__init__(*args, **kwargs)
        if paper is not None:
            del self.fields["kind"], self.fields["file"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get("starts_on"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "有效期止不能早于有效期起。")
        return values

    def facts(self) -> dict[str, Any]:
        """By the columns of `Paper`: it holds no more on the day after its last."""
        names = ("number", "issuer", "approved_on", "starts_on", "note")
        last = self.cleaned_data["last_day"]
        ends_on = last + timedelta(days=1) if last and last.year < 9999 else last  # noqa: PLR2004
        return {**{name: self.cleaned_data[name] for name in names}, "ends_on": ends_on}


class ScanForm(Dressed, forms.Form):
    file = forms.FileField(label="扫描件", max_length=200)


class MoveForm(Dressed, forms.Form):
    note = forms.CharField(label="理由", max_length=200)
