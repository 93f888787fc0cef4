"""What a body types of a matter: only the fields that its type asks for."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from changle.core.codes import check_phone
from changle.core.money import parse, yuan
from changle.ground.accounts.forms import Dressed
from changle.ground.matters.actions import Draft, Papers, Result
from changle.ground.matters.models import Matter, MatterType
from changle.ground.territory.forms import Day


PAPER = {"accept": ".pdf,.docx,.jpg,.jpeg,.png"}
YEARS = range(2000, 2101)  # within which a date can be meant
MOST_PEOPLE = 1_000_000
MOST_SESSIONS = 1_000
SECTIONS = (
    ("做什么", ("title", "content", "form", "decided_on")),
    ("时间和地点", ("starts_at", "ends_at", "place", "address")),
    ("规模", ("expected", "sessions", "scale", "safety_plan")),
    ("经费与批准", ("budget", "money_source", "approvals", "is_foreign", "foreign_about")),
    ("联系人", ("contact_name", "contact_phone")),
)
EVENT = {"form", "starts_at", "ends_at", "place", "address", "expected", "sessions", "scale"}
DECIDING = ("starts_at", "decided_on", "expected", "budget")
MONEY = {"budget", "money_source"}


def plausible(value: Any) -> Any:
    """A day that can be meant; else the reckoning of periods would leave the calendar."""
    if value is not None and value.year not in YEARS:
        raise ValidationError("请核对年份。")
    return value


class Moment(forms.DateTimeField):
    """A time, picked from the browser's calendar and clock."""

    def __init__(self, **kwargs: Any) -> None:
        picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=picker, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = plausible(super().clean(value))
        except OverflowError:
            raise ValidationError("请核对年份。") from None
        return moment


class NearDay(Day):
    def clean(self, value: Any) -> date | None:
        day: date | None = plausible(super().clean(value))
        return day


def line(label: str, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **kwargs)


def block(label: str, rows: int = 3, most: int = 2000, **kwargs: Any) -> forms.CharField:
    return line(label, most, widget=forms.Textarea({"rows": rows}), **kwargs)


def paper(label: str, **kwargs: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=forms.FileInput(PAPER), **kwargs)


def phone_or_nothing(text: str) -> str:
    try:
        return str(check_phone(text)) if text else ""
    except ValidationError as error:
        raise ValidationError(error.messages) from None


class MatterForm(Dressed, forms.Form):
    """A draft: what is not known yet may stay empty."""

    title = forms.CharField(label="事项名称", max_length=120)
    content = block("内容", help_text="做什么、为什么做、谁来参加。")
    form = line("形式", 120, help_text="例如：文艺演出、讲座、市集。")
    decided_on = NearDay(label="作出决定的日期", required=False)
    starts_at = Moment(label="开始时间", required=False)
    ends_at = Moment(label="结束时间", required=False)
    place = line("地点", 120, help_text="例如：方新社区广场。")
    address = line("地址", 200)
    expected = forms.IntegerField(
        label="预计每场人数", required=False, min_value=0, max_value=MOST_PEOPLE,
        help_text="人最多的一场，含工作人员。",
    )  # fmt: skip
    sessions = forms.IntegerField(
        label="场次", required=False, min_value=1, max_value=MOST_SESSIONS
    )
    scale = line("规模说明", 200)
    safety_plan = paper("安全方案")
    budget = line("经费预算", 40, help_text="以元计，也可写“3万元”；没有就填 0。")
    money_source = line("经费来源", 120)
    approvals = line("批准或决议", 300, help_text="谁、何时、以什么文号批准或表决通过。")
    is_foreign = forms.BooleanField(label="有境外（含港澳台）人员、机构或资金参与", required=False)
    foreign_about = line("涉外情况", 300)
    contact_name = line("联系人", 60)
    contact_phone = line("联系电话", 40, help_text="不公开。")

    def __init__(self, *args: Any, kind: MatterType, row: Matter | None = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind, self.row = kind, row
        for name in self.useless():
            del self.fields[name]
        if "safety_plan" in self.fields:
            had = f"已上传“{row.safety_plan}”，再选则替换。" if row and row.safety_plan else ""
            asked = f"每场达到 {kind.plan_from} 人须附。"
            self.fields["safety_plan"].help_text = had or asked

    def useless(self) -> set[str]:
        """The fields that this type has no use for."""
        kind, left = self.kind, set[str]()
        if not kind.is_event:
            left |= EVENT
            left |= MONEY - (MONEY if kind.asks_money else set())
        if kind.before:
            left.add("decided_on")
        if not kind.needs_approval:
            left.add("approvals")
        if kind.plan_from is None:
            left.add("safety_plan")
        if kind.is_foreign:
            left.add("is_foreign")
        elif not kind.is_event:
            left |= {"is_foreign", "foreign_about"}
        return left

    def grouped(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        for heading, names in SECTIONS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                yield heading, fields

    def deciding(self) -> str:
        """The section after which the page tells the periods and papers that follow."""
        return "规模" if self.kind.is_event else "做什么"

    def clean_contact_phone(self) -> str:
        return phone_or_nothing(self.cleaned_data["contact_phone"])

    def clean_budget(self) -> int | None:
        text = self.cleaned_data["budget"]
        try:
            return parse(text) if text else None
        except ValidationError as error:
            raise ValidationError(error.messages) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = values.get("starts_at"), values.get("ends_at")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", "结束时间应晚于开始时间。")
        return values

    def initial_values(self) -> dict[str, str]:
        """What the page shows before anything is typed, as an address would tell it."""
        told = {name: self[name].value() for name in self.fields if name in DECIDING}
        return {
            name: (
                value.strftime("%Y-%m-%dT%H:%M")  # the widget has made it local
                if isinstance(value, datetime)
                else str(value)
            )
            for name, value in told.items()
            if value is not None
        }

    def draft(self) -> Draft:
        values = dict(self.cleaned_data)
        values.pop("safety_plan", None)
        if "budget" in values:
            values["budget_fen"] = values.pop("budget")
        return Draft(**values)

    def papers(self) -> Papers:
        return Papers(safety_plan=self.cleaned_data.get("safety_plan"))

    @staticmethod
    def initial_of(row: Matter) -> dict[str, Any]:
        names = [n for n in Draft.__dataclass_fields__ if n != "budget_fen"]
        budget = "" if row.budget_fen is None else yuan(row.budget_fen)
        return {**{name: getattr(row, name) for name in names}, "budget": budget}


def told_so_far(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that decide periods and papers, as far as an address tells them well."""

    def read(field: forms.Field, name: str) -> Any:
        try:
            return field.clean(str(typed.get(name, "")))
        except ValidationError:
            return None

    begins = read(Moment(required=False), "starts_at")
    money = str(typed.get("budget", ""))[:40]
    try:
        budget = parse(money) if money else None
    except ValidationError:
        budget = None
    return {
        "begins": timezone.localdate(begins) if begins else None,
        "decided": read(NearDay(required=False), "decided_on"),
        "expected": read(
            forms.IntegerField(required=False, min_value=0, max_value=MOST_PEOPLE), "expected"
        ),
        "budget_fen": budget,
    }


class SubmitForm(forms.Form):
    late_reason = forms.CharField(max_length=300, required=False)


class MoveForm(forms.Form):
    note = forms.CharField(
        max_length=1000, required=False,
        error_messages={"max_length": "理由最多 1000 字。"},
    )  # fmt: skip


class LicenceForm(Dressed, forms.Form):
    licence_number = forms.CharField(label="安全许可编号", max_length=60)
    licence_authority = forms.CharField(label="许可机关", max_length=60)
    licence = paper("许可文件", help_text="PDF 或照片。")

    def __init__(self, *args: Any, has_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["licence"].required = not has_file

    def papers(self) -> Papers:
        return Papers(licence=self.cleaned_data["licence"])


class ResultForm(Dressed, forms.Form):
    held_on = NearDay(label="实际举办日期", help_text="多天的填最后一天。")
    real_participants = forms.IntegerField(
        label="实际参加人次", min_value=0, max_value=MOST_PEOPLE * 10
    )
    effect = forms.CharField(
        label="效果", max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text="办了什么、居民得到什么。",
    )  # fmt: skip
    impact = block("社会影响", 2)
    problems = block("问题", 2)
    next_steps = block("下一步", 2)
    report = paper("总结材料", help_text="照片、新闻稿或总结，可不附。")

    def result(self) -> Result:
        return Result(**{k: v for k, v in self.cleaned_data.items() if k != "report"})

    def papers(self) -> Papers:
        return Papers(report=self.cleaned_data["report"])
