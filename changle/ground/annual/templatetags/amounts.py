"""The cells of a ledger as people read them; the file keeps them as numbers."""

from datetime import date
from typing import Any

from django import template

from changle.core.money import yuan


register = template.Library()


@register.filter
def ledger_cell(value: Any, kind: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if kind == "money":
        return yuan(value).removesuffix("元")
    if kind == "int":
        return f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value)
