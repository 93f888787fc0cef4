"""What the registry already holds of the rows of a list.

Keys of all bodies once, then the bodies themselves by thousands: never a query a row.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from changle.ground.registry.models import ClassItem, OfficialFact, Organisation


MOST_ALIKE = 20  # bodies remembered under one name or phone
MOST_PARAMETERS = 900  # SQLite as some distributions build it takes 999
_ALIKE = str.maketrans("〔〕【】（）－—", "()()()--")


def alike(name: str) -> str:
    """A name by which two spellings of it meet: brackets and dashes made one, no gaps."""
    return unicodedata.normalize("NFKC", name).translate(_ALIKE).replace(" ", "").upper()


@dataclass
class Index:
    """Where to find a body by what identifies it, or may."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_filing: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_phone: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def load_index() -> Index:
    """A record that was merged leads to the one that goes on."""
    index = Index()
    columns = ("pk", "name", "uscc", "filing_number", "contact_phone", "merged_into")
    rows = Organisation.objects.order_by("pk").values_list(*columns)
    for pk, name, code, filing, phone, goes_on in rows.iterator(chunk_size=5000):
        key = goes_on or pk
        enter(index.by_name[alike(name)], key)
        if code:
            index.by_code[code] = key
        if filing:
            index.by_filing[filing] = key
        if phone and not goes_on:
            enter(index.by_phone[phone], pk)
    return index


def enter(keys: list[int], key: int) -> None:
    if len(keys) < MOST_ALIKE and key not in keys:
        keys.append(key)


@dataclass
class Registry:
    """The bodies that some rows may speak of, with the official facts told of them."""

    bodies: dict[int, Organisation] = field(default_factory=dict)
    facts: dict[int, list[OfficialFact]] = field(default_factory=lambda: defaultdict(list))


def load_registry(ids: Collection[int]) -> Registry:
    known = Registry()
    for part in parts(sorted(ids)):
        rows = Organisation.objects.filter(pk__in=part)
        rows = rows.select_related("node", "street", "community")
        known.bodies.update((row.pk, row) for row in rows.order_by("pk"))
        told = OfficialFact.objects.filter(organisation__in=part, withdrawn_at__isnull=True)
        for fact in told.order_by("pk"):
            known.facts[fact.organisation_id].append(fact)
    return known


def in_force(organisations: Collection[int]) -> "QuerySet[OfficialFact]":
    """What is told of some bodies and was not withdrawn."""
    facts = OfficialFact.objects.filter(organisation__in=organisations, withdrawn_at__isnull=True)
    return facts.order_by("pk")


def load_classes() -> dict[tuple[str, str], int]:
    """(list, name) -> key of the entry; those no longer in use are left out."""
    items = ClassItem.objects.filter(retired_on__isnull=True).order_by("-sort", "-pk")
    return {(list_, name): pk for list_, name, pk in items.values_list("list", "name", "pk")}


def parts(values: list[Any], size: int = MOST_PARAMETERS) -> Iterable[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
