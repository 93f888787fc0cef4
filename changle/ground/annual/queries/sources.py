"""What the house already knows of a body's year, so that nobody is asked for it again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.money import yuan
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries.fields import Field, book
from changle.ground.annual.queries.people import People, people_of
from changle.ground.matters.models import Matter
from changle.ground.registry.models import Identity, Organisation


# Changes that registers call 登记事项变动, by the column of the body in the log of its record.
LOGGED = {
    "legal_representative": "法定代表人",
    "address": "住所",
    "business_scope": "业务范围",
    "fund_fen": "注册资金",
    "competent_unit": "业务主管单位",
    "purpose": "宗旨",
}
HELD = (
    "held",
    "post_report_due",
    "reported",
    "closed",
)  # states of a matter whose event took place
CARRIED = "carried:"
LAST_YEAR = "last_year"
RECORD, PEOPLE, MATTERS = "组织资料", "人员与党建", "重大事项报告"


@dataclass(frozen=True)
class House:
    """All that is read of one body for one year; loaded together, so that a page costs few queries."""

    organisation: Organisation
    year: int
    last: AnnualReport | None = None
    identities: list[Identity] = field(default_factory=list)
    entries: list[LogEntry] = field(default_factory=list)
    people: dict[str, Any] = field(default_factory=dict)  # of the people app, by field
    matters: list[list[str]] = field(default_factory=list)  # events held, as rows of the table


Source = Callable[[House], Any]


def column(name: str) -> Source:
    return lambda house: getattr(house.organisation, name)


def class_name(house: House) -> str:
    one = house.organisation.official_class
    return f"{one.name}（{one.code}）" if one else ""


def changes(house: House) -> list[list[str]]:
    """Item, approved on, before, after: from the dated identities and from the log of the record."""
    rows = [
        [label, after.starts_on.isoformat(), old, new]
        for before, after in pairwise(house.identities)
        if after.starts_on.year == house.year
        for label, old, new in (
            ("名称", before.name, after.name),
            ("所在地", before.place.name, after.place.name),
        )
        if old != new
    ]
    for entry in house.entries:
        on = timezone.localdate(entry.at).isoformat()
        for name, label in LOGGED.items():
            if name in entry.changes:
                old, new = entry.changes[name]
                rows.append([label, on, str(old or ""), str(new or "")])
    return sorted(rows, key=lambda row: row[1])


def is_new(house: House) -> bool:
    on = house.organisation.registered_on
    return on is not None and on.year == house.year


SOURCES: dict[str, Source] = {
    name: column(name)
    for name in (
        "name", "uscc", "registrar_name", "legal_representative", "competent_unit", "address",
        "premises_area", "contact_name", "contact_phone", "website", "fund_fen",
    )
} | {
    "registered_on": lambda house: iso(house.organisation.registered_on),
    "liability": lambda house: house.organisation.get_liability_display() if house.organisation.liability else "",
    "industry": class_name,
    "changes": changes,
    "is_new": is_new,
    "matters": lambda house: house.matters,
}  # fmt: skip


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def known(house: House, asked: Field) -> Any:
    """The value as the house has it; None or "" where it has none."""
    if asked.source.startswith(CARRIED):
        return house.last.value(asked.source.removeprefix(CARRIED)) if house.last else None
    if asked.source == LAST_YEAR:
        return house.last.value(asked.code) if house.last else None
    if source := SOURCES.get(asked.source):
        return source(house)
    return house.people.get(asked.source)


def told_by(asked: Field, year: int) -> str:
    """Where a value comes from, in a word."""
    if asked.source.startswith(CARRIED) or asked.source == LAST_YEAR:
        return f"{year - 1}年度报告"
    if asked.source == "matters":
        return MATTERS
    return RECORD if asked.source in SOURCES else PEOPLE


def live(house: House, kind: str) -> dict[str, Any]:
    """What the house can fill in now, by the code of the field; empty values left out."""
    told = {one.code: known(house, one) for one in book().fields_of(kind) if one.sourced}
    return {code: value for code, value in told.items() if not blank(value)}


def blank(value: Any) -> bool:
    return value is None or value in ("", [])  # nought and no are answers


def matters_in(year: int, keys: list[int]) -> dict[int, list[list[str]]]:
    """The reported events that were held in the year, as the table of events asks."""
    found: dict[int, list[list[str]]] = {pk: [] for pk in keys}
    rows = Matter.objects.filter(organisation__in=keys, held_on__year=year, state__in=HELD)
    for row in rows.select_related("type").order_by("held_on", "pk"):
        spent = f"预算 {yuan(row.budget_fen)}" if row.budget_fen else ""
        on = row.held_on.isoformat() if row.held_on else ""
        found[row.organisation_id].append(
            [row.title, row.type.name, on, row.place, row.approvals, spent]
        )
    return found


def last_report(organisation: Organisation, year: int) -> AnnualReport | None:
    """The report of the year before, if it was handed in."""
    rows = AnnualReport.objects.filter(organisation=organisation, year=year - 1)
    return rows.filter(state__in=AnnualReport.REPORTED).first()


def house_of(organisation: Organisation, year: int) -> House:
    """A dozen small queries, whatever the form asks."""
    identities = Identity.objects.filter(organisation=organisation).select_related("place")
    label = Organisation._meta.label
    entries = LogEntry.objects.filter(
        subject_label=label, subject_id=str(organisation.pk), verb="change", at__year=year
    )
    return House(
        organisation,
        year,
        last_report(organisation, year),
        list(identities.order_by("starts_on", "pk")),
        list(entries.order_by("pk")),
        people_at(year, [organisation.pk])[organisation.pk].told(),
        matters_in(year, [organisation.pk])[organisation.pk],
    )


def people_at(year: int, keys: list[int]) -> dict[int, People]:
    return people_of(keys, date(year, 12, 31))


def houses_of(organisations: Iterable[Organisation], year: int) -> list[House]:
    """For many bodies at once: what stands in their record, their people, their last report."""
    bodies = list(organisations)
    rows = AnnualReport.objects.filter(
        organisation__in=bodies, year=year - 1, state__in=AnnualReport.REPORTED
    )
    last = {row.organisation_id: row for row in rows}
    keys = [one.pk for one in bodies]
    people, matters = people_at(year, keys), matters_in(year, keys)
    return [
        House(one, year, last.get(one.pk), people=people[one.pk].told(), matters=matters[one.pk])
        for one in bodies
    ]
