"""The bars of a timeline: printed by the hundred, and so without a template of their own."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from changle.services.commons.queries.timeline import Bar, Line, Track


register = template.Library()
WEEKDAYS = "一二三四五六日"
GROUND = {"shut", "gone"}  # not open, or over: what nothing is said of


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
        if bar.kind in GROUND:
            parts.append(f'<span class="{bar.kind} s{bar.at} w{bar.wide}"></span>')
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
def week(line: Line, here: str) -> SafeString:
    """One room's days, each leading to its own page; a mark tells what it is when pointed at."""
    parts = []
    for track in line.tracks:
        day = track.day
        label = f"{day.month}月{day.day}日"
        shut = " shut" if track.why else ""
        why = conditional_escape(track.why)
        parts.append(
            f'<a class="tl-track{shut}" href="{here}?on={day}" data-day="{label} 周{WEEKDAYS[day.weekday()]}">'
            f'<span class="visually-hidden">{label} {why or told(track)}</span>'
        )
        parts += [
            f'<b class="{bar.kind} s{bar.at} w{bar.wide}"'
            + (f' title="{bar.when} {conditional_escape(bar.text)}"></b>' if bar.when else "></b>")
            for bar in track.bars
        ]
        parts.append("</a>")
    return mark_safe("".join(parts))  # noqa: S308  every text in it was escaped


def told(track: Track) -> str:
    """How much of the day is taken, for who does not see the marks."""
    count = sum(bar.kind != "shut" for bar in track.bars)
    return f"{count} 处占用" if count else "空闲"
