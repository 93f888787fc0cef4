"""The rules as data: the grounds of the lists, and the numbers with the day from which each holds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db.models import QuerySet

from changle.ground.credit.models import CreditRule, ListGround
from changle.ground.registry.queries.rulebook import CREDIT_RULE, PARAMETERS, Parameter


TOLD = Path(__file__).resolve().parents[1] / "data" / "grounds.json"


def seed_grounds() -> int:
    """Enter the grounds that come with the product where they are missing; answers how many."""
    told = json.loads(TOLD.read_text("utf-8"))
    known = set(ListGround.objects.values_list("list", "code"))
    missing = [
        ListGround(list=name, code=code, name=text, source=CREDIT_RULE, sort=position)
        for name, entries in told.items()
        for position, (code, text) in enumerate(entries, start=1)
        if (name, code) not in known
    ]
    ListGround.objects.bulk_create(missing)
    return len(missing)


def grounds(list_: str = "", *, on: date | None = None) -> "QuerySet[ListGround]":
    """The grounds of a list, or of both; with `on`, only those that may still be chosen."""
    rows = ListGround.objects.order_by("list", "sort", "pk")
    if list_:
        rows = rows.filter(list=list_)
    return rows.exclude(retired_on__lte=on) if on else rows


def ground_of(pk: int) -> ListGround | None:
    return ListGround.objects.filter(pk=pk).first()


def in_force(on: date) -> dict[str, int]:
    """Name -> number, as entered by the bureau and holding on a day; one query."""
    rows = CreditRule.objects.filter(starts_on__lte=on).order_by("starts_on", "pk")
    return {name: value for name, value in rows.values_list("name", "value") if name in PARAMETERS}


@dataclass(frozen=True)
class Shown:
    """A number as its page prints it."""

    parameter: Parameter
    value: str
    source: str
    since: date | None  # None: as it came with the product
    coming: CreditRule | None  # what will hold from a day that has not come


def shown(on: date) -> list[Shown]:
    rows: dict[str, list[CreditRule]] = {}
    for row in CreditRule.objects.order_by("starts_on", "pk"):
        rows.setdefault(row.name, []).append(row)
    return [one_shown(one, rows.get(one.name, ()), on) for one in PARAMETERS.values()]


def one_shown(one: Parameter, rows: Iterable[CreditRule], on: date) -> Shown:
    told = list(rows)
    begun = [row for row in told if row.starts_on <= on]
    coming = next((row for row in told if row.starts_on > on), None)
    if not begun:
        return Shown(one, in_words(one, one.value), one.source, None, coming)
    last = begun[-1]
    return Shown(one, in_words(one, last.value), last.source, last.starts_on, coming)


def in_words(one: Parameter, value: int) -> str:
    if one.unit == "月日":
        return f"{value // 100}月{value % 100}日"
    return f"{value}{one.unit}" if one.unit == "A" else f"{value} {one.unit}"
