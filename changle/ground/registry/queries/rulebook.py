"""The words and numbers of the rules on inspection, grade, lists and penalties, each with its source.

A number holds as printed here until the bureau has entered another from some day on; the app above
keeps those and answers `rulebook.ask`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


PASSED, BASIC, FAILED = "合格", "基本合格", "不合格"
MISSED, MISSED_TWICE, EXEMPT = "一年未年检", "两年未年检", "刚成立不需检"
RESULTS = (PASSED, BASIC, FAILED, MISSED, MISSED_TWICE, EXEMPT)
SUBMITTED = (PASSED, BASIC, FAILED)
TO_RECTIFY = (BASIC, FAILED)
GRADES = ("5A", "4A", "3A", "2A", "1A")
SUSPENSION, STRUCK_OFF = "限期停止活动", "撤销登记"
WITH_AMOUNT = ("罚款", "没收")
PENALTIES = ("警告", *WITH_AMOUNT, SUSPENSION, STRUCK_OFF)
LOWERED, CANCELLED, REPLACED = "降低等级", "取消等级", "重新评估"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number of a rule. `unit` 月日 is a day of the year written MMDD, such as 531."""

    name: str
    label: str
    value: int
    unit: str
    source: str
    least: int = 1
    most: int = 60


MF_RULE = "《民办非企业单位年度检查办法》（民政部令第27号）"
GRADE_RULE = "《社会组织评估管理办法》（民政部令第39号）"
CREDIT_RULE = "《社会组织信用信息管理办法》（民政部令第60号）"
PARAMETERS = {
    one.name: one
    for one in (
        Parameter(name="inspection_deadline", label="社会团体、民非年检截止日（次年）", value=531, unit="月日",
                  source=f"《社会团体登记管理条例》、《民办非企业单位登记管理暂行条例》、{MF_RULE}", most=1231),
        Parameter(name="foundation_deadline", label="基金会年检截止日（次年）", value=331, unit="月日",
                  source="《基金会管理条例》", most=1231),
        Parameter(name="exempt_after", label="民非在此日之后登记的，当年不需检", value=630, unit="月日",
                  source=MF_RULE, most=1231),
        Parameter(name="rectification_months", label="基本合格、不合格的整改期限", value=3, unit="个月",
                  source=MF_RULE),
        Parameter(name="grade_years", label="评估等级有效期", value=5, unit="年", source=GRADE_RULE),
        Parameter(name="reapply_years", label="等级到期前可再次申请的期间", value=2, unit="年",
                  source=GRADE_RULE),
        Parameter(name="seasoned_years", label="申请评估须登记满", value=2, unit="年", source=GRADE_RULE),
        Parameter(name="lowered_years", label="降低等级后不得申请评估", value=2, unit="年",
                  source=GRADE_RULE),
        Parameter(name="cancelled_years", label="取消等级后不得申请评估", value=3, unit="年",
                  source=GRADE_RULE),
        Parameter(name="simplified_grade", label="简化年检须达到的等级", value=4, unit="A",
                  source=GRADE_RULE, most=5),
        Parameter(name="preference_grade", label="优先承接职能和购买服务须达到的等级", value=3, unit="A",
                  source=GRADE_RULE, most=5),
        Parameter(name="serious_years", label="列入异常名录满此期限，提请列入严重违法失信名单", value=2,
                  unit="年", source=CREDIT_RULE),
        Parameter(name="revocation_years", label="年检连续未参加或不合格满此年数，提请撤销登记", value=2,
                  unit="年", source=MF_RULE, most=10),
        Parameter(name="entry_days", label="信用信息应在此期限内录入", value=5, unit="个工作日",
                  source=CREDIT_RULE),
    )
}  # fmt: skip


class _Rulebook:
    """What the bureau has entered instead, as of a day: the app above answers (set at start-up)."""

    ask: Callable[[date], Mapping[str, int]] = staticmethod(lambda _on: {})


rulebook = _Rulebook()


def numbers(on: date) -> dict[str, int]:
    """Every number of the rules as it holds on a day; one query at most."""
    return {name: one.value for name, one in PARAMETERS.items()} | dict(rulebook.ask(on))


def day_of(year: int, month_day: int) -> date:
    """The day written MMDD; 29 February is the last of the month in other years."""
    month, day = divmod(month_day, 100)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """The same day of another year; 29 February answers to 1 March, when the term is over."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def deadline(kind: str, year: int, told: Mapping[str, int]) -> date:
    """The last day on which the inspection of a year may be handed in: in the year after it."""
    name = "foundation_deadline" if kind == "JJH" else "inspection_deadline"
    return day_of(year + 1, told[name])


def is_exempt(kind: str, registered_on: date | None, year: int, told: Mapping[str, int]) -> bool:
    """Non-enterprise units registered late in the inspected year; associations never are."""
    after = day_of(year, told["exempt_after"])
    return (
        kind == "MF" and registered_on is not None and after < registered_on <= date(year, 12, 31)
    )
