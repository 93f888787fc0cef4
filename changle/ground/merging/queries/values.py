"""The columns of a record that a person chooses between, and their values as words and as JSON."""

from datetime import date, datetime
from typing import Any

from django.db import models

from changle.core.money import yuan
from changle.core.reach import Actor
from changle.core.sealed import mask_name, mask_phone
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


CODES = ("uscc", "filing_number")  # belong to one record at a time
NAMED = (
    "name", "uscc", "code_override_reason", "filing_number", "registrar_code", "liability", "category",
    "official_class",
)  # fmt: skip  # of the record that goes on, where it has them
CHOSEN = (
    "name", "short_name", "uscc", "code_override_reason", "filing_number", "liability",
    "registrar_name", "registrar_code", "competent_unit", "registered_on", "founded_on", "fund_fen",
    "legal_representative", "contact_name", "contact_phone", "contact_email", "address", "website",
    "field", "official_class", "category", "purpose", "business_scope", "member_count",
    "premises_count", "premises_area", "confirmed_on",
)  # fmt: skip
KIND_BOUND = {"liability", "official_class", "category", "uscc", "code_override_reason"}
MASKED = {"contact_name", "contact_phone", "contact_email"}
DERIVED = ("pinyin", "initials", "search_text")
RANK = {"ST": 0, "MF": 0, "JJH": 0, "BA": 1, "PRE": 2}


def plain(row: models.Model, name: str) -> Any:
    """A column's value as JSON has it."""
    value = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]  # a column
    return value.isoformat() if isinstance(value, date | datetime) else value


def put(row: models.Model, name: str, value: Any) -> None:
    """Set a column from its JSON value."""
    column: Any = row._meta.get_field(name)
    setattr(row, column.attname, column.to_python(value) if not column.is_relation else value)


def label_of(name: str) -> str:
    return str(Organisation._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column


def worded(row: Organisation, name: str, actor: Actor) -> str:
    """A value as its page says it; contacts masked for who may not see them."""
    value = getattr(row, name)
    if value is None or value == "":
        return ""
    if name in MASKED and not actor.reaches(row, Permission.CONTACT_VIEW):
        return masked(name, value)
    if name == "fund_fen":
        return yuan(value)
    if name == "liability":
        return row.get_liability_display()
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def masked(name: str, value: str) -> str:
    if name == "contact_phone":
        return mask_phone(value)
    return mask_name(value) if name == "contact_name" else f"{value[:1]}***"


def differing(one: Organisation, other: Organisation) -> list[str]:
    """The columns between which somebody must choose."""
    names = CHOSEN if one.kind == other.kind else [n for n in CHOSEN if n not in KIND_BOUND]
    return [name for name in names if plain(one, name) != plain(other, name)]


def likelier_survivor(one: Organisation, other: Organisation) -> Organisation:
    """The registered before the filed, one with its number first, then the fuller, then the earlier."""

    def order(row: Organisation) -> tuple[int, bool, int, int]:
        filled = sum(plain(row, name) not in {None, ""} for name in CHOSEN)
        return RANK[row.kind], not (row.uscc or row.filing_number), -filled, row.pk

    return min(one, other, key=order)


def proposed(name: str, survivor: Organisation, merged: Organisation) -> Organisation:
    """Whose value to take: filled over empty, newer over older; what names it stays with it."""
    empty = [row for row in (survivor, merged) if plain(row, name) in {None, ""}]
    if empty:
        return merged if survivor in empty else survivor
    if name in NAMED:
        return survivor
    return max(survivor, merged, key=lambda row: (row.changed_at, row is survivor))
