"""What no set of published figures may break; each is tried on every figure that goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from changle.core.indicators import indicator, parts, standing, value
from changle.core.periods import Period
from changle.core.sanity import sane


LEAST, MOST = 3, 300  # person-times a session; outside them somebody looks
Values = Mapping[str, float]


@dataclass(frozen=True)
class Check:
    """A rule between figures of one place and period; `grave`: wrong, not merely strange."""

    name: str
    sentence: str
    holds: Callable[[Values], bool]
    grave: bool = True


CHECKS = (
    Check("persons_within_person_times", "服务人数不能多于服务人次",
          lambda v: v["activities.persons"] <= v["activities.person_times"]),
    Check("anonymous_within_person_times", "匿名人次不能多于服务人次",
          lambda v: v["activities.anonymous_person_times"] <= v["activities.person_times"]),
    Check("activities_within_sessions", "活动项数不能多于场次",
          lambda v: v["activities.activities"] <= v["activities.sessions"]),
    Check("in_time_within_over", "按期核实场次不能多于已结束场次",
          lambda v: v["activities.verified_in_time"] <= v["activities.sessions_over"]),
    Check("usual_size", f"场均人次在 {LEAST} 到 {MOST} 之外，请核对",
          lambda v: not v["activities.sessions"]
          or LEAST <= v["activities.person_times"] / v["activities.sessions"] <= MOST,
          grave=False),
)  # fmt: skip
USED = (
    "activities.sessions", "activities.activities", "activities.person_times",
    "activities.anonymous_person_times", "activities.persons", "activities.verified_in_time",
    "activities.sessions_over",
)  # fmt: skip
SUMMED = ("activities.sessions", "activities.person_times", "activities.anonymous_person_times")


def broken(*, path: str, period: Period, today: date) -> list[Check]:
    """The rules that the figures of a place and period do not keep; empty: all is well."""
    stamp = standing()
    told = {
        code: float(value(code, path=path, period=period, today=today, stamp=stamp).value or 0)
        for code in USED
    }
    found = [check for check in CHECKS if not check.holds(told)]
    for code in SUMMED:
        for cut in indicator(code).cuts:
            if cut.additive and not adds_up(code, cut.name, told[code], path, period, today, stamp):
                name = indicator(code).name
                sentence = f"{name}按{cut.label}的各部分之和不等于合计"
                found.append(Check(f"{code}.{cut.name}", sentence, lambda _v: False))
    return found


@sane
def told_apart(path: str, period: Period, today: date) -> list[str]:
    return [f"{one.sentence}。" for one in broken(path=path, period=period, today=today)]


def adds_up(
    code: str, by: str, whole: float, path: str, period: Period, today: date, stamp: str
) -> bool:
    told = parts(code, by, path=path, period=period, today=today, stamp=stamp)
    return sum(part.value for part in told) == whole
