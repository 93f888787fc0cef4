"""Repeating times by the rules of RFC 5545, in local time, with what a rule silently leaves out."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import rrulestr
from django.utils import timezone

from changle.core.refusals import Refused


MOST = 60  # occurrences of one series
HORIZON = timedelta(days=732)  # after which a rule that finds nothing is no longer asked
LONGEST_RULE = 300
PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST_INTERVAL = 366


class BadRule(Refused):
    """The rule cannot be followed; the sentence says why."""


@dataclass(frozen=True)
class Repeats:
    days: list[date]
    gaps: list[tuple[str, str]]  # (month, why): where the rule finds no day


def read(rule: str) -> dict[str, str]:
    """The parts of a rule, each checked for what would never end or change the hour."""
    text = rule.strip().upper().removeprefix("RRULE:")
    if not text or len(text) > LONGEST_RULE or not text.isascii():
        raise BadRule("重复规则写得不对。")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if name not in PARTS or not equals or not value or name in parts:
            raise BadRule(f"重复规则里的“{part[:20]}”不能识别。")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise BadRule("重复规则须是每天、每周、每月或每年。")
    for name, most in (("INTERVAL", MOST_INTERVAL), ("COUNT", MOST)):
        if name in parts and not 1 <= whole(parts[name]) <= most:
            raise BadRule(
                f"重复的{'间隔' if name == 'INTERVAL' else '次数'}须在 1 到 {most} 之间。"
            )
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise BadRule("请写明重复到哪一天，或共几次，二者选一。")
    return parts


def whole(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


def until_of(text: str) -> datetime:
    """The last moment that UNTIL lets in, in local time without a zone."""
    for form in ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"):
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007  local by definition, or UTC below
        except ValueError:
            continue
        if form == "%Y%m%d":
            return at + timedelta(days=1, seconds=-1)
        if form.endswith("Z"):
            return at + timezone.localtime().utcoffset()  # type: ignore[operator]  # aware, so it has one
        return at
    raise BadRule("重复的截止日期写得不对。")


def repeats(rule: str, start: datetime) -> Repeats:
    """The days of a rule from a first moment on. The first day counts only where the rule says so."""
    parts = read(rule)
    first = timezone.localtime(start).replace(tzinfo=None)
    end = first + HORIZON
    count = whole(parts.pop("COUNT", str(MOST + 1)))
    if "UNTIL" in parts:
        end = min(end, until_of(parts.pop("UNTIL")))
    if end < first:
        raise BadRule("重复的截止日期早于第一次。")
    # The count is taken here and the end given to the library: so no rule is searched for ever.
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(f"{text};UNTIL={end:%Y%m%dT%H%M%S}", dtstart=first)
        days: list[date] = []
        for at in found:
            if len(days) == count:
                break
            days.append(at.date())
            if len(days) > MOST:
                raise BadRule(f"一次最多预约 {MOST} 次，请缩短期限。")
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise BadRule("重复规则写得不对。") from error
    if not days:
        raise BadRule("按这条规则没有任何日期。")
    return Repeats(days, gaps(parts, days) if parts["FREQ"] == "MONTHLY" else [])


def gaps(parts: dict[str, str], days: list[date]) -> list[tuple[str, str]]:
    """Months which a monthly rule leaves out, as it does February for the 31st (RFC 5545, 3.3.10)."""
    if "BYMONTH" in parts:
        return []
    step, had = whole(parts.get("INTERVAL", "1")), {(day.year, day.month) for day in days}
    found, month = [], days[0].year * 12 + days[0].month - 1
    while month < days[-1].year * 12 + days[-1].month - 1:
        month += step
        year, number = month // 12, month % 12 + 1
        if (year, number) not in had and (year, number) < (days[-1].year, days[-1].month):
            length = monthrange(year, number)[1]
            day = days[0].day
            why = f"没有 {day} 日" if day > length else "没有符合规则的日子"
            found.append((f"{year}-{number:02d}", f"{year}年{number}月{why}"))
    return found
