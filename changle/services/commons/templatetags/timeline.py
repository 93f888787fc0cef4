"""The bars of a timeline: printed by the hundred, and so without a template of their own."""

from html import escape  # a tenth of the cost of the framework's, for texts that are never markup

from django import template
from django.utils.safestring import SafeString, mark_safe

from changle.services.commons.queries.timeline import Bar, Line, Timeline, Track


register = template.Library()
WEEKDAYS = "一二三四五六日"
OTHER_KINDS = {"person": "专家师资", "vehicle": "车辆"}
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
        words = f"<b>{escape(bar.text)}</b><i>{bar.when}</i>"
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
def weeks(shown: Timeline, here: str) -> SafeString:
    """Each room's days, each leading to its own page; a mark tells what it is when pointed at."""
    heads = {}
    for day in shown.days:
        label = f"{day.month}月{day.day}日"
        heads[day] = (
            f'" href="{here}?on={day}" data-day="{label} 周{WEEKDAYS[day.weekday()]}">'
            f'<span class="visually-hidden">{label} '
        )
    parts = []
    for line in shown.lines:
        parts.append(
            f'<div class="tl-room"><div class="tl-name"><strong>{escape(line.room.name)}</strong>'
            f'<small>{holds(line)}</small></div><div class="tl-days">'
        )
        for track in line.tracks:
            shut = " shut" if track.why else ""
            said = escape(track.why) or told(track)
            parts.append(f'<a class="tl-track{shut}{heads[track.day]}{said}</span>')
            parts += [
                f'<b class="{bar.kind} s{bar.at} w{bar.wide}" title="{bar.when} {escape(bar.text)}"></b>'
                if bar.when
                else f'<b class="{bar.kind} s{bar.at} w{bar.wide}"></b>'
                for bar in track.bars
            ]
            parts.append("</a>")
        parts.append("</div></div>")
    return mark_safe("".join(parts))  # noqa: S308  every text in it was escaped


def holds(line: Line) -> str:
    """How many it holds; of what is no room, what it is."""
    return OTHER_KINDS.get(line.room.kind) or f"{line.room.capacity} 人"


def told(track: Track) -> str:
    """How much of the day is taken, for who does not see the marks."""
    count = sum(bar.kind != "shut" for bar in track.bars)
    return f"{count} 处占用" if count else "空闲"
