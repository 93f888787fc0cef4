"""From when to when, as people say it: an end on another day says so."""

from typing import Any

from django import template
from django.utils import timezone

from changle.core.templatetags.parts import zh_time


register = template.Library()


@register.filter
def span(row: Any) -> str:
    """2021年9月18日 周六 19:00–21:00; over midnight 22:00–次日 02:00; longer, with both days."""
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return f"{zh_time(start)}–{_until(start, end)}"


@register.filter
def clock_span(row: Any) -> str:
    """19:00–21:00, where the day is known."""
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return f"{start:%H:%M}–{_until(start, end)}"


def _until(start: Any, end: Any) -> str:
    days = (end.date() - start.date()).days
    if days == 0:
        return f"{end:%H:%M}"
    return f"次日 {end:%H:%M}" if days == 1 else zh_time(end)
