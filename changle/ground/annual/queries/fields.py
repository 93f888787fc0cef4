"""What a report asks, as data: sections, fields, the sums that must hold, the attachments.

The list (data/report.json) is the union of the report books of private non-enterprise units,
associations and foundations and of the columns of the tables T7 and T8; each thing is asked once.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


TOLD = Path(__file__).resolve().parents[1] / "data" / "report.json"
ALL = "ST MF JJH"
TYPED = "typed"
UNITS = {
    "yuan": "元", "yuan±": "元", "people": "人", "times": "次", "count": "个", "hours": "小时",
    "area": "平方米", "pieces": "种", "visits": "人次",
}  # fmt: skip
WHOLE = frozenset({"people", "times", "count", "hours", "area", "pieces", "visits"})
MONEY = frozenset({"yuan", "yuan±"})
TABLE_DATES = ("日期",)
CARRIED_NET = "net_begin"  # the opening balance, carried over from last year's report


@dataclass(frozen=True)
class Field:
    code: str
    label: str
    unit: str
    kinds: tuple[str, ...]
    source: str  # how the house knows it (queries.sources), or "typed"
    required: bool
    options: tuple[str, ...] = ()  # of a choice: what may be chosen; of a table: its columns

    @property
    def sourced(self) -> bool:
        return self.source != TYPED

    @property
    def is_money(self) -> bool:
        return self.unit in MONEY

    @property
    def is_number(self) -> bool:
        return self.unit in MONEY or self.unit in WHOLE

    @property
    def unit_label(self) -> str:
        return UNITS.get(self.unit, "")


@dataclass(frozen=True)
class Section:
    code: str
    label: str
    kinds: tuple[str, ...]
    fields: tuple[Field, ...]

    def of_kind(self, kind: str) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if kind in field.kinds)


@dataclass(frozen=True)
class Rule:
    """A total and what makes it up; `at_most`: the parts may not pass it."""

    code: str
    label: str
    section: str
    total: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    at_most: bool = False
    optional: bool = False  # asked only where the total and a part are filled in
    warning: bool = False


@dataclass(frozen=True)
class Book:
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    attachments: tuple[tuple[str, tuple[str, ...]], ...]

    def sections_of(self, kind: str) -> list[Section]:
        return [section for section in self.sections if kind in section.kinds]

    def fields_of(self, kind: str) -> list[Field]:
        return [field for section in self.sections_of(kind) for field in section.of_kind(kind)]

    def attachments_of(self, kind: str) -> list[str]:
        return [label for label, kinds in self.attachments if kind in kinds]


@cache
def book() -> Book:
    told = json.loads(TOLD.read_text("utf-8"))
    sections = tuple(
        Section(
            one["code"], one["label"], tuple(one["kinds"].split()),
            tuple(field_of(row) for row in one["fields"]),
        )
        for one in told["sections"]
    )  # fmt: skip
    rules = tuple(rule_of(one) for one in told["rules"])
    attachments = tuple((label, tuple(kinds.split())) for label, kinds in told["attachments"])
    return Book(sections, rules, attachments)


def field_of(row: list[Any]) -> Field:
    code, label, unit, kinds, source, marks = row[:6]
    asked = tuple((ALL if kinds == "*" else kinds).split())
    options = tuple(row[6]) if len(row) > 6 else ()  # noqa: PLR2004  the last is optional
    return Field(code, label, unit, asked, source, "r" in marks, options)


def rule_of(told: dict[str, Any]) -> Rule:
    parts = {name: tuple(told.get(name, ())) for name in ("plus", "minus")}
    facts: dict[str, Any] = told | parts
    return Rule(**facts)


@cache
def fields() -> dict[str, Field]:
    return {field.code: field for section in book().sections for field in section.fields}


@cache
def section(code: str) -> Section | None:
    return next((one for one in book().sections if one.code == code), None)


def section_of_field(code: str) -> str:
    return _sections_by_field()[code]


@cache
def _sections_by_field() -> dict[str, str]:
    return {field.code: one.code for one in book().sections for field in one.fields}
