"""Organisations as residents see them: columns of class P0 only, read as plain tuples."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from changle.ground.registry.models import Organisation


KINDS = {
    "ST": "社会团体",
    "MF": "民办非企业单位（社会服务机构）",
    "JJH": "基金会",
    "BA": "社区社会组织",
    "PRE": "拟成立团队",
}
STATES = dict(Organisation.State.choices)
WELL = {"active", "changing"}
COLUMNS = (
    "id", "name", "kind", "state", "uscc", "filing_number", "field__name", "category__name",
    "street__name", "community__name", "registered_on",
)  # fmt: skip
WEEKDAYS = "一二三四五六日"


class Card(NamedTuple):
    href: str
    name: str
    code: str
    kind: str
    field: str
    place: str
    since: str


def organisation_stem() -> str:
    """The address of a body's page but for its id; reversed once a page, not once a row."""
    return reverse("portal:organisation", args=[0]).removesuffix("0/")


def cards(rows: "QuerySet[Organisation]") -> list[Card]:
    """One query; everything printed is ready here, so that the template only prints."""
    stem = organisation_stem()
    return [card(stem, row) for row in rows.values_list(*COLUMNS)]


def card(stem: str, row: tuple[Any, ...]) -> Card:
    pk, name, kind, state, uscc, filing, field, category, street, community, since = row
    return Card(
        href=f"{stem}{pk}/",
        name=name if state in WELL else f"{name}（{STATES.get(state, state)}）",
        code=uscc or filing,
        kind=KINDS[kind],
        field=category or field or "",
        place=" ".join(filter(None, (street, community))),
        since=since.isoformat() if since else "",
    )


def newest(rows: "QuerySet[Organisation]", most: int) -> list[dict[str, Any]]:
    """The bodies registered or filed last, with the leaf of a calendar for each."""
    stem = organisation_stem()
    dated = rows.filter(registered_on__isnull=False).order_by("-registered_on", "-pk")[:most]
    return [
        {**card(stem, row)._asdict(), "month": f"{row[-1].year}.{row[-1].month}", "day": row[-1].day, "on": row[-1]}
        for row in dated.values_list(*COLUMNS)
    ]  # fmt: skip


def spoken(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
