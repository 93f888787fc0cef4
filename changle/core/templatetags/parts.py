"""What templates print over and over: icons, numbers, dates."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from changle.core.addresses import row_url
from changle.core.money import yuan


register = template.Library()
register.simple_tag(row_url)
WEEKDAYS = "一二三四五六日"


@register.simple_tag
@lru_cache(maxsize=1024)  # a page prints dozens, the house has some hundred
def icon(name: str, classes: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; with a label it speaks to screen readers, without it is decoration."""
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#ti-{}"/></svg>',
        classes, spoken, static("core/icons.svg"), name,
    )  # fmt: skip


@register.filter
def zh_date(value: date | datetime | None) -> str:
    """2021年9月18日 周六; of a moment, the day on the wall clock here."""
    if value is None or value == "":
        return ""
    day = _local(value)
    return f"{day.year}年{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


@register.filter
def zh_time(value: datetime | None) -> str:
    """2021年9月18日 周六 09:30."""
    if value is None or value == "":
        return ""
    return f"{zh_date(value)} {_local(value):%H:%M}"


@register.filter
def num(value: float | Decimal | None) -> str:
    """With commas at the thousands; no value is a dash, never a nought."""
    if value is None or value == "":
        return "—"
    return f"{value:,}"


@register.filter(name="yuan")
def in_yuan(fen: int | None) -> str:
    """1,234.50元."""
    return "—" if fen is None else yuan(fen)


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
