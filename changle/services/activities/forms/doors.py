"""What is typed at the door."""

from collections.abc import Sequence
from typing import Any

from django import forms

from changle.core.refusals import Refused
from changle.ground.accounts.forms import Dressed
from changle.ground.territory.models import Node
from changle.services.activities.actions.doors import PaperLine
from changle.services.activities.actions.people import Guest, tidy
from changle.services.activities.models import Attendance


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
    guardian_name = forms.CharField(
        label="监护人姓名", max_length=40, required=False, help_text="儿童须填监护人。"
    )
    guardian_phone = forms.CharField(
        label="监护人手机号", max_length=30, required=False, help_text="不填则用上面的手机号。"
    )

    def __init__(self, *args: Any, homes: Sequence[Node] = (), **kwargs: Any) -> None:
        """`homes`: where they may live, of a session for the people of one place."""
        super().__init__(*args, **kwargs)
        self.homes = {str(one.pk): one for one in homes}
        if homes:
            self.fields["home"] = forms.ChoiceField(
                label="居住地", choices=[("", "请选择"), *((pk, str(one)) for pk, one in self.homes.items())],
                widget=forms.Select({"class": "form-select"}),
            )  # fmt: skip

    def guest(self) -> Guest:
        told = self.cleaned_data
        return Guest(
            name=told["name"], phone=told["phone"], birth_year=told["birth_year"],
            home=self.homes.get(told.get("home", "")),
        )  # fmt: skip

    def guardian(self) -> Guest | None:
        told = self.cleaned_data
        if not told["guardian_name"].strip():
            return None
        return Guest(name=told["guardian_name"], phone=told["guardian_phone"] or told["phone"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("guardian_phone") and not told.get("guardian_name", "").strip():
            self.add_error("guardian_name", "请填写监护人姓名。")
        return told


class OutForm(forms.Form):
    to = forms.CharField(required=False, max_length=60)


ROLES = {label: value for value, label in Attendance.Role.choices}
MOST_LINES = 500


class PaperForm(Dressed, forms.Form):
    """A signed list, line by line."""

    lines = forms.CharField(
        label="名单", required=False, max_length=40_000,
        help_text="每行一人：姓名 手机号。志愿者、工作人员、演出人员在行末注明。",
        widget=forms.Textarea({"rows": 12, "placeholder": "张某某 13800000000\n李某某 13900000000 志愿者",
                               "autocomplete": "off"}),
    )  # fmt: skip
    nameless = forms.IntegerField(
        label="没有留手机号的人数", required=False, min_value=0, max_value=MOST_LINES,
        help_text="计入匿名人次。",
    )  # fmt: skip

    def clean_lines(self) -> list[PaperLine]:
        typed = [line for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(typed) > MOST_LINES:
            raise forms.ValidationError(f"一次最多 {MOST_LINES} 行，请分几次录入。")
        lines, faults = [], []
        for number, line in enumerate(typed, 1):
            try:
                lines.append(paper_line(line))
            except Refused as refusal:
                faults.append(f"第 {number} 行：{refusal}")
        if faults:
            raise forms.ValidationError(faults[:10])
        return lines

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "lines" in told and "nameless" in told and not told["lines"] and not told["nameless"]:
            self.add_error("lines", "请填写名单，或没有留手机号的人数。")
        return told

    def all_lines(self) -> list[PaperLine]:
        told = self.cleaned_data
        return [*told["lines"], *[PaperLine() for _each in range(told["nameless"] or 0)]]


def paper_line(line: str) -> PaperLine:
    """“姓名 手机号 身份”, parted by spaces, commas or tabs; raises PersonRefused."""
    for mark in "，,、;；\t":
        line = line.replace(mark, " ")
    words = line.split()
    role = ROLES.get(words[-1], "") if len(words) > 1 else ""
    if role:
        words = words[:-1]
    phone = words[-1] if len(words) > 1 else ""
    name = " ".join(words[:-1]) if phone else words[0]
    guest = tidy(Guest(name=name, phone=phone))
    return PaperLine(name=guest.name, phone=guest.phone, role=role or Attendance.Role.SERVED)
