"""What does not hold in a report: sums, required fields, days, and what needs a word of explanation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from changle.core.money import yuan
from changle.ground.annual.queries.fields import (
    CARRIED_NET,
    TABLE_DATES,
    Book,
    Field,
    Rule,
    book,
    fields,
    section_of_field,
)
from changle.ground.annual.queries.sources import blank


ERROR, WARNING = "error", "warning"
SHORTEST_SUMMARY = 500  # letters: the books ask for 500 to 1,000
LEAP = 5  # a total five times or a fifth of last year's is worth a word
Values = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    code: str
    level: str
    section: str
    sentence: str
    arithmetic: str = ""
    reason: str = ""  # why a warning is as it is, if told

    @property
    def blocks(self) -> bool:
        """An error always; a warning until somebody has said why."""
        return self.level == ERROR or not self.reason


def amount(asked: Field, value: Any) -> str:
    return yuan(value) if asked.is_money else f"{value:,} {asked.unit_label}".strip()


def judge(
    values: Values, kind: str, year: int, *, live: Values, reasons: dict[str, str]
) -> list[Finding]:
    """Everything found, errors first; `live` is what the house says now."""
    told = book()
    found = [
        *missing(told, values, kind),
        *(one for rule in told.rules for one in sum_of(rule, values, kind)),
        *days(values, kind, year),
        *doubts(values, kind, live),
    ]
    explained = [
        Finding(f.code, f.level, f.section, f.sentence, f.arithmetic, reasons.get(f.code, ""))
        for f in found
    ]
    return sorted(explained, key=lambda finding: finding.level != ERROR)


def missing(told: Book, values: Values, kind: str) -> Iterator[Finding]:
    for part in told.sections_of(kind):
        empty = [f.label for f in part.of_kind(kind) if f.required and blank(values.get(f.code))]
        if empty:
            said = "、".join(empty)
            yield Finding(
                f"missing.{part.code}", ERROR, part.code, f"“{part.label}”还有 {len(empty)} 项必填：{said}。"
            )  # fmt: skip


def sum_of(rule: Rule, values: Values, kind: str) -> Iterator[Finding]:
    """A rule that does not hold, with the arithmetic written out; empty parts count as nought."""
    known = fields()
    asked = [code for code in (*rule.plus, *rule.minus) if kind in known[code].kinds]
    total, parts = values.get(rule.total), [code for code in asked if not blank(values.get(code))]
    if kind not in known[rule.total].kinds or (blank(total) and not parts):
        return
    if (rule.optional or rule.at_most) and (not parts or (rule.optional and blank(total))):
        return
    minus = [code for code in asked if code in rule.minus]
    should = sum(-(values.get(c) or 0) if c in minus else values.get(c) or 0 for c in asked)
    stands = total or 0
    if should <= stands if rule.at_most else should == stands:
        return
    field = known[rule.total]
    shown = " ".join(term(known[c], values, minus=c in minus, first=n == 0) for n, c in enumerate(asked))  # fmt: skip
    gap = amount(field, abs(should - stands))
    verb = "超过了" if rule.at_most else "与所填不等："
    sentence = (
        f"{rule.label}：各项合计{verb}“{field.label}”{amount(field, stands)}，相差 {gap}。"
        if not blank(total)
        else f"{rule.label}：“{field.label}”未填，按所列各项应为 {amount(field, should)}。"
    )
    arithmetic = f"{shown} = {amount(field, should)}；{field.label} {amount(field, stands)}"
    level = WARNING if rule.warning else ERROR
    yield Finding(f"sum.{rule.code}", level, rule.section, sentence, arithmetic)


def term(asked: Field, values: Values, *, minus: bool, first: bool) -> str:
    sign = "− " if minus else "" if first else "+ "
    return f"{sign}{asked.label} {amount(asked, values.get(asked.code) or 0)}"


def days(values: Values, kind: str, year: int) -> Iterator[Finding]:
    """What is told of the year must have happened in it."""
    for asked in book().fields_of(kind):
        if asked.unit != "table":
            continue
        for number, row in enumerate(values.get(asked.code) or [], start=1):
            for label, text in zip(asked.options, row, strict=False):
                if label.endswith(TABLE_DATES) and text and not within(text, year):
                    yield Finding(
                        f"day.{asked.code}", ERROR, section_of_field(asked.code),
                        f"“{asked.label}”第 {number} 行的{label}“{text}”不是 {year} 年内的日期（写作 {year}-03-01）。",
                    )  # fmt: skip


def within(text: str, year: int) -> bool:
    try:
        return date.fromisoformat(text).year == year
    except ValueError:
        return False


# Grounds for 基本合格 or 不合格 (MCA order 27 of 2005, article 8), as far as figures can tell them,
# and what a reader at the bureau would ask about.
def doubts(values: Values, kind: str, live: Values) -> Iterator[Finding]:
    for code, section, holds, sentence in DOUBTS:
        if holds(values, kind):
            yield Finding(code, WARNING, section, sentence)
    known = fields()
    for code in sorted(live.keys() & values.keys()):
        asked = known[code]
        if asked.is_number and values[code] != live[code]:
            yield Finding(
                f"differs.{code}", WARNING, section_of_field(code),
                f"“{asked.label}”填的是 {amount(asked, values[code])}，平台记录是 {amount(asked, live[code])}。",
            )  # fmt: skip
    if leapt(values):
        yield Finding(
            "leap", WARNING, "activity",
            f"年末净资产与年初相差 {LEAP} 倍以上，请核对单位是元还是万元。",
        )  # fmt: skip


def leapt(values: Values) -> bool:
    begin, end = values.get(CARRIED_NET), values.get("net_end")
    if not begin or not end or begin < 0 or end < 0:
        return False
    return bool(end > begin * LEAP or begin > end * LEAP)


def number(values: Values, code: str) -> int | None:
    value = values.get(code)
    return value if isinstance(value, int) else None


def idle(values: Values, _kind: str) -> bool:
    return number(values, "events") == 0 and number(values, "projects") == 0


def thin(values: Values, kind: str) -> bool:
    net, fund = number(values, "net_end"), number(values, "fund")
    return kind != "ST" and net is not None and fund is not None and net < fund


def short(values: Values, _kind: str) -> bool:
    text = values.get("summary") or ""
    return 0 < len(text) < SHORTEST_SUMMARY


def no_meeting(values: Values, kind: str) -> bool:
    asked = "general_meetings" if kind == "ST" else "council_meetings"
    return number(values, asked) == 0


def party_should_be(values: Values, _kind: str) -> bool:
    members = number(values, "party_full") or 0
    return values.get("party_has") is False and members >= 3  # noqa: PLR2004  应建未建: three formal members


Doubt = tuple[str, str, Callable[[Values, str], bool], str]
DOUBTS: tuple[Doubt, ...] = (
    ("idle", "work", idle, "全年没有开展活动和项目，年检可能被认定为基本合格或不合格，请说明。"),
    ("thin", "balance", thin, "年末净资产低于开办（注册）资金，请说明原因和补足的打算。"),
    ("short", "words", short, f"工作总结不足 {SHORTEST_SUMMARY} 字，报告书一般要求 500 至 1000 字。"),
    ("no_meeting", "governance", no_meeting, "全年没有按章程召开会议，请说明。"),
    ("party", "party", party_should_be, "专职人员中正式党员达到 3 名而未建立党组织，请说明。"),
)  # fmt: skip


def filled(values: Values, kind: str) -> tuple[int, int]:
    """How many of the required fields are filled, and how many there are."""
    asked = [field.code for field in book().fields_of(kind) if field.required]
    return sum(not blank(values.get(code)) for code in asked), len(asked)
