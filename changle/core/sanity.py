"""Rules between figures (合理性规则): tried on every set of figures before it is published."""

from collections.abc import Callable
from datetime import date

from changle.core.periods import Period


Rule = Callable[[str, Period, date], list[str]]  # path, period, today -> a sentence for each break
RULES: list[Rule] = []


def sane(rule: Rule) -> Rule:
    """Declare a rule; an app does so when it is ready."""
    RULES.append(rule)
    return rule


def oddities(*, path: str, period: Period, today: date) -> list[str]:
    """What the figures of a place and period break; empty: all is well."""
    return [sentence for rule in RULES for sentence in rule(path, period, today)]
