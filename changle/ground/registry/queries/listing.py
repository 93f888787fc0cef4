"""The directory as a list: filtered by what stands in the address, searched, paged by key."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import ClassList, Organisation
from changle.ground.territory.roles import Permission


PAGE = 40
LONGEST = 100  # letters of a search that are looked at
MOST_WORDS = 8
MOST_KEY = 2**63 - 1
LIVING = "living"  # asked for as a state: every state in which a body still stands
NUMBERS = ("street", "community")
OPEN = ("ST", "MF", "JJH", "BA")  # teams that only mean to be founded are nobody's business yet


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the list; the names are those of the address."""

    q: str = ""
    kind: str = ""
    state: str = ""  # a state, or "living"
    street: int | None = None
    community: int | None = None
    field: str = ""  # a code of the list of fields
    category: str = ""  # a code of the list of filed bodies
    registrar: str = ""  # region code of the registrar

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Filters":
        """From the address; what cannot be meant is left out."""
        values: dict[str, Any] = {}
        for name in cls.__dataclass_fields__:
            text = str(told.get(name, "")).replace("\x00", "").strip()[:LONGEST]
            values[name] = key_of(text) if name in NUMBERS else text
        if values["kind"] not in Organisation.Kind.values:
            values["kind"] = ""
        if values["state"] not in {LIVING, *Organisation.State.values}:
            values["state"] = ""
        return cls(**values)

    def asked(self) -> dict[str, str]:
        """As the address says it, empty ones left out."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def key_of(text: str) -> int | None:
    """A key as an address says it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_KEY))):
        return None
    number = int(text)
    return number if 0 < number <= MOST_KEY else None


def filtered(rows: "QuerySet[Organisation]", filters: Filters) -> "QuerySet[Organisation]":
    plain = {
        "kind": filters.kind,
        "street": filters.street,
        "community": filters.community,
        "registrar_code": filters.registrar,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.state:
        states = Organisation.LIVING if filters.state == LIVING else (filters.state,)
        rows = rows.filter(state__in=states)
    else:  # a second record of a body that is listed already
        rows = rows.exclude(state=Organisation.State.MERGED)
    if filters.field:
        rows = rows.filter(field__list=ClassList.FIELD, field__code=filters.field)
    if filters.category:
        rows = rows.filter(category__list=ClassList.COMMUNITY, category__code=filters.category)
    return search(rows, filters.q)


def listed(
    actor: Actor, filters: Filters, *, needs: str = Permission.ORGANISATION_VIEW
) -> "QuerySet[Organisation]":
    """The bodies a person sees (or may do something else with), by pinyin."""
    rows = actor.rows(Organisation, needs)
    return filtered(rows, filters).order_by("pinyin", "pk")


def public_directory(filters: Filters) -> "QuerySet[Organisation]":
    """The bodies everybody sees: standing, and registered or filed."""
    rows = Organisation.objects.filter(kind__in=OPEN, state__in=Organisation.LIVING)
    return filtered(rows, filters).order_by("pinyin", "pk")


def search(rows: "QuerySet[Organisation]", text: str) -> "QuerySet[Organisation]":
    """Each word must occur in the names, sounds or codes; wide letters count as narrow ones."""
    words = unicodedata.normalize("NFKC", text[:LONGEST]).replace("\x00", "").lower().split()
    for word in words[:MOST_WORDS]:
        rows = rows.filter(search_text__contains=word)
    return rows


def page_of(
    rows: "QuerySet[Organisation]", after: str, size: int = PAGE
) -> "tuple[QuerySet[Organisation], str]":
    """The rows behind a key, and the key of the next page ("" at the end); no COUNT, no OFFSET.

    A key that makes no sense is the beginning.
    """
    number, _, pinyin = after.replace("\x00", "").partition("-")
    last = key_of(number)
    if last is not None:
        rows = rows.filter(pinyin__gte=pinyin).filter(Q(pinyin__gt=pinyin) | Q(pk__gt=last))
    keys = list(rows.order_by("pinyin", "pk").values_list("pk", "pinyin")[: size + 1])
    following = f"{keys[size - 1][0]}-{keys[size - 1][1]}" if len(keys) > size else ""
    shown = Organisation.objects.filter(pk__in=[pk for pk, _pinyin in keys[:size]])
    return shown.order_by("pinyin", "pk"), following
