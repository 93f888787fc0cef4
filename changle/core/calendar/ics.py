"""The calendar as iCalendar text (RFC 5545): all-day events marked （休） or （班）."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from changle.core.calendar.days import DAY, DayRow
from changle.core.refusals import Refused


MOST_CHARACTERS = 1_000_000
MOST_DAYS = 60  # of one event
FOLD_BYTES = 73
MARK = re.compile(r"(?P<name>.*?)\s*[（(](?P<mark>休|班)[)）]\s*")
NOTICE = re.compile(r"\S*〔\d{4}〕\d+号")
ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


def to_ics(rows: Iterable[DayRow], *, now: datetime) -> str:
    """One event a day, so that a reader who knows no spans is right too."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//changle//working days//ZH",
        "X-WR-CALNAME:法定节假日与调休",
    ]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for row in rows:
        status = "TENTATIVE" if row.provisional else "CONFIRMED"
        lines += [
            "BEGIN:VEVENT",
            f"UID:working-day-{row.on:%Y%m%d}@changle",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{row.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{row.on + DAY:%Y%m%d}",
            f"SUMMARY:{escape(row.name)}（{'班' if row.is_working else '休'}）",
            f"DESCRIPTION:{escape(row.notice)}",
            "TRANSP:TRANSPARENT",
            f"STATUS:{status}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def from_ics(text: str, *, notice: str = "") -> list[DayRow]:
    """The exceptions in a calendar file, ours or another's; events without a mark are left out.

    `notice` stands in where an event names no document number.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refused("日历文件太大，请只导入节假日日历。")
    if "BEGIN:VCALENDAR" not in text:
        raise Refused("这不是日历文件（.ics）。")
    days: dict[date, DayRow] = {}
    for event in events(text):
        for row in event_days(event, notice):
            rival = days.setdefault(row.on, row)
            if rival.is_working != row.is_working:
                raise Refused(f"日历文件中 {row.on} 既是放假又是上班，请核对。")
    if not days:
        raise Refused("日历文件中没有标明“休”或“班”的日期。")
    return [days[on] for on in sorted(days)]


def events(text: str) -> Iterator[dict[str, str]]:
    event: dict[str, str] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            if event is not None:
                yield event
            event = None
        elif event is not None:
            name, _, value = line.partition(":")
            event.setdefault(name.split(";")[0].upper(), value)


def event_days(event: dict[str, str], notice: str) -> list[DayRow]:
    marked = MARK.fullmatch(unescape(event.get("SUMMARY", "")))
    if marked is None or event.get("STATUS") == "CANCELLED":
        return []
    first = read_date(event.get("DTSTART", ""))
    end = read_date(event["DTEND"]) if "DTEND" in event else first + DAY
    length = (end - first).days
    if not 0 < length <= MOST_DAYS:
        raise Refused(f"日历文件中“{marked['name']}”的起止日期不对。")
    told = NOTICE.search(unescape(event.get("DESCRIPTION", "")))
    row_notice = told[0] if told else notice
    provisional = event.get("STATUS") == "TENTATIVE"
    return [
        DayRow(
            first + timedelta(days=step),
            marked["mark"] == "班",
            marked["name"],
            row_notice,
            provisional,
        )
        for step in range(length)
    ]


def read_date(text: str) -> date:
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise Refused(f"日历文件中有读不懂的日期“{text[:20]}”。") from None


def escape(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), text)


def fold(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, never cut inside a character."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > FOLD_BYTES:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + width
    yield piece
