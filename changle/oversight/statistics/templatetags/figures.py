"""How a page prints a number: as a link to its rows that tells its definition when pointed at."""

from typing import Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString


register = template.Library()


class Told(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def href(self) -> str: ...
    @property
    def hint(self) -> str: ...
    @property
    def of(self) -> str: ...


@register.simple_tag
def figure(told: Told, words: str = "", classes: str = "num") -> SafeString:
    """`{% figure shown %}`, or with words before it: `{% figure shown "民非" "src-line" %}`."""
    of = format_html(' data-of="{}"', told.of) if told.of else ""
    return format_html(
        '<a class="{}" href="{}" data-hint="{}"{}>{}{}{}</a>',
        classes, told.href, told.hint, of, words, " " if words else "", told.text,
    )  # fmt: skip
