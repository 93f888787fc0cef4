"""What is typed of a report: a section at a time, half-filled as it may be."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict  # noqa: TID251  what a form was given
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from changle.core.codes import BadCode, check_phone
from changle.core.money import BadAmount, parse, yuan
from changle.ground.accounts.forms import Dressed
from changle.ground.annual.queries import Cell, Field, Part
from changle.ground.territory.forms import Day


MOST_NUMBER = 99_999_999
MOST_ROWS = 60
SPARE_ROWS = 3
LONGEST_CELL = 200
LONGEST_TEXT = 5000
MOST_VERSION = 2_147_483_647
UNITS = [("元", "元"), ("万元", "万元")]
POSTCODE = "postcode"


class Money(forms.CharField):
    """Whole fen; a bare number is in the unit chosen for the page, "3万元" in its own."""

    def __init__(self, *, negative: bool, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.negative = negative
        self.unit = "元"
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(text, unit=self.unit, negative=self.negative)
        except BadAmount as error:
            raise ValidationError(error.sentence) from None


class Digits(forms.CharField):
    def __init__(self, *, length: int = 0, **kwargs: Any) -> None:
        super().__init__(max_length=60, required=False, **kwargs)
        self.length = length
        self.widget.attrs |= {"inputmode": "numeric"}

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", super().clean(value)))
        if text and not (text.isascii() and text.isalnum()):
            raise ValidationError("只填数字。")
        if text and self.length and not (text.isdecimal() and len(text) == self.length):
            raise ValidationError(f"应为 {self.length} 位数字。")
        return text


class Phone(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return str(check_phone(text))
        except BadCode as error:
            raise ValidationError(error.messages) from None


class YesNo(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("", "未填"), ("1", "是"), ("0", "否")],
            coerce=lambda text: text == "1", empty_value=None, required=False, **kwargs,
        )  # fmt: skip


class TableInput(forms.Widget):
    """Rows of inputs, some empty ones at the end: works without script and on a phone."""

    columns: tuple[str, ...] = ()

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> list[list[str]]:  # fmt: skip
        rows = []
        for number in range(MOST_ROWS + SPARE_ROWS):
            cells = [
                str(data.get(f"{name}-{number}-{place}", "")).strip()
                for place in range(len(self.columns))
            ]
            if any(cells):
                rows.append(cells)
        return rows

    def value_omitted_from_data(self, _data: Any, _files: Any, _name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        del renderer
        rows = [*(value or []), *[[""] * len(self.columns) for _each in range(SPARE_ROWS)]]
        body = format_html_join(
            "", "<tr>{}</tr>", ((self.cells(name, number, row),) for number, row in enumerate(rows))
        )
        head = format_html_join("", "<th>{}</th>", ((label,) for label in self.columns))
        return format_html(
            '<table class="table table-sm rows-as-cards" id="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
            (attrs or {}).get("id", name), head, body,
        )  # fmt: skip

    def cells(self, name: str, number: int, row: list[str]) -> SafeString:
        return format_html_join(
            "",
            '<td data-label="{0}"><input class="form-control" type="{1}" name="{2}-{3}-{4}" value="{5}"'
            ' maxlength="200" aria-label="{0}，第 {6} 行"></td>',
            (
                (label, "date" if label.endswith("日期") and is_day(text) else "text", name, number,
                 place, text, number + 1)
                for place, (label, text) in enumerate(zip(self.columns, row, strict=False))
            ),
        )  # fmt: skip


def is_day(text: str) -> bool:
    """What is no day must stay to be seen: a date input would show nothing."""
    if not text:
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class TableRows(forms.Field):
    widget = TableInput

    def __init__(self, *, columns: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.columns = columns
        cast("TableInput", self.widget).columns = columns

    def clean(self, value: Any) -> list[list[str]]:
        if len(value) > MOST_ROWS:
            raise ValidationError(f"最多 {MOST_ROWS} 行，其余请作为附件。")
        for number, row in enumerate(value, start=1):
            for label, text in zip(self.columns, row, strict=False):
                if "\x00" in text or len(text) > LONGEST_CELL:
                    raise ValidationError(f"第 {number} 行的{label}太长或有不能保存的字符，最多 {LONGEST_CELL} 字。")  # fmt: skip
                if label.endswith("日期") and not is_day(text):
                    raise ValidationError(f"第 {number} 行的{label}“{text[:20]}”不是日期，写作 2021-03-01。")  # fmt: skip
        return cast("list[list[str]]", value)


def widget_of(asked: Field) -> forms.Field:
    label = f"{asked.label}（{asked.unit_label}）" if asked.unit_label and not asked.is_money else asked.label  # fmt: skip
    if asked.is_money:
        return Money(negative="±" in asked.unit, label=label)
    if asked.is_number:
        return forms.IntegerField(label=label, min_value=0, max_value=MOST_NUMBER, required=False)
    if asked.unit == "table":
        return TableRows(columns=asked.options, label=label)
    if asked.unit == "choice":
        choices = [("", "未填"), *((option, option) for option in asked.options)]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    plain: dict[str, Any] = {
        "bool": YesNo,
        "date": lambda **kw: Day(required=False, **kw),
        "phone": Phone,
        "digits": lambda **kw: Digits(length=6 if asked.code == POSTCODE else 0, **kw),
        "long": lambda **kw: forms.CharField(
            max_length=LONGEST_TEXT, required=False, widget=forms.Textarea({"rows": 6}), **kw
        ),
    }
    build = plain.get(asked.unit)
    if build is not None:
        return cast("forms.Field", build(label=label))
    return forms.CharField(label=label, max_length=LONGEST_CELL, required=False)


def dressed(field: forms.Field) -> forms.Field:
    """A field made for the day, in the class of the kit."""
    if not isinstance(field.widget, TableInput):
        chosen = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if chosen else "form-control"
    return field


class SectionForm(Dressed, forms.Form):
    """One section. A field that the house fills in holds only what people typed instead."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_VERSION)
    unit = forms.ChoiceField(
        label="金额单位", choices=UNITS, required=False, initial="元",
        help_text="只写数字的金额按这个单位理解；写明“元”“万元”的以写明的为准。一律折成元保存，精确到分。",
    )  # fmt: skip

    def __init__(self, *args: Any, part: Part, version: int, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"version": version, "unit": "元"}
        for cell in part.cells:
            initial[cell.field.code] = shown(cell)
        super().__init__(*args, initial=initial, **kwargs)
        for cell in part.cells:
            self.fields[cell.field.code] = dressed(widget_of(cell.field))
        self.part = part
        if not any(cell.field.is_money for cell in part.cells):
            del self.fields["unit"]
        for cell in part.cells:
            if cell.field.is_money and cell.from_house:
                self.fields[cell.field.code].widget.attrs["placeholder"] = cell.text

    def full_clean(self) -> None:
        """The unit comes first: it says what the bare numbers mean."""
        if self.is_bound and "unit" in self.fields:
            unit = self.data.get(self.add_prefix("unit"), "元")
            for field in self.fields.values():
                if isinstance(field, Money):
                    field.unit = unit if unit in dict(UNITS) else "元"
        super().full_clean()

    def lines(self) -> list[tuple[Cell, forms.BoundField]]:
        return [(cell, self[cell.field.code]) for cell in self.part.cells]

    def values(self) -> dict[str, Any]:
        told = {cell.field.code: self.cleaned_data.get(cell.field.code) for cell in self.part.cells}
        return {
            code: value.isoformat() if isinstance(value, date) else value
            for code, value in told.items()
        }

    def renew(self, version: int) -> None:
        """Let what was typed be saved over a newer version."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(version)
        self.data = data


def shown(cell: Cell) -> Any:
    """The initial value: nothing where the house's stands."""
    value = cell.value
    if cell.from_house or value is None:
        return None
    if cell.field.is_money:
        return yuan(value)
    if cell.field.unit == "bool":
        return "1" if value else "0"
    return value


class SubmitForm(Dressed, forms.Form):
    on = Day(label="官方系统上报日期", help_text="在官方年检（年报）系统提交成功的日期。")
    receipt = forms.CharField(label="回执号或受理号", max_length=60, required=False)
    late_reason = forms.CharField(
        label="逾期原因", max_length=300, required=False,
        help_text="晚于截止日期时必填；写明原因仍可提交。",
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class ExplainForm(Dressed, forms.Form):
    code = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=300, required=False)


class MoveForm(Dressed, forms.Form):
    note = forms.CharField(label="理由", max_length=300, required=False)


class DeadlineForm(Dressed, forms.Form):
    on = Day(label="报送截止日期")
    note = forms.CharField(label="依据（通知文号）", max_length=120)


class ScanForm(Dressed, forms.Form):
    file = forms.FileField(
        label="签名盖章后的扫描件或照片",
        max_length=200,
        help_text="PDF 或图片；照片会去掉拍摄信息。",
    )


class YearForm(Dressed, forms.Form):
    year = forms.IntegerField(label="报告年度", min_value=1999, max_value=2199)
