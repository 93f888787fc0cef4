"""The bars of a timeline: printed by the hundred, and so without a template of their own."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from changle.services.commons.queries.timeline import Bar, Line, Track


register = template.Library()


@register.simple_tag
def bars(line: Line, track: Track, book: str, opens: str) -> SafeString:
    """One room's day. `book`: the address of the form; `opens`: that of a booking, before its key.

    Where they are empty, nothing leads anywhere: free or busy is all that is told.
    """
    parts = []
    for bar in track.bars:
        if bar.kind == "free":
            parts.append(free(line, bar, book))
            continue
        words = f"<b>{conditional_escape(bar.text)}</b><i>{bar.when}</i>"
        css = f"bar {bar.kind} s{bar.at} w{bar.wide}"
        if opens and bar.booking_id:
            parts.append(f'<a class="{css}" href="{opens}{bar.booking_id}/">{words}</a>')
        else:
            parts.append(f'<span class="{css}">{words}</span>')
    return mark_safe("".join(parts))  # noqa: S308  every text in it was escaped


def free(line: Line, bar: Bar, book: str) -> str:
    css = f"free s{bar.at} w{bar.wide}"
    if not book or not bar.start:
        return f'<span class="{css}"><i>{bar.when} 空闲</i></span>'
    href = f"{book}?space={line.room.pk}&amp;start={bar.start}&amp;end={bar.end}"
    return f'<a class="{css}" href="{href}"><i>预订 {bar.when}</i></a>'


@register.simple_tag
def marks(track: Track) -> SafeString:
    """One room's day in a week: marks that tell what they are when pointed at."""
    return mark_safe(  # noqa: S308  every text in it was escaped
        "".join(
            f'<b class="{bar.kind} s{bar.at} w{bar.wide}" title="{bar.when} {conditional_escape(bar.text)}"></b>'
            if bar.kind != "free"
            else f'<b class="free s{bar.at} w{bar.wide}"></b>'
            for bar in track.bars
        )
    )
