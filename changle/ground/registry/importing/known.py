"""What the registry already holds of the rows of a list.

Keys of all bodies once, then the bodies themselves by thousands: never a query a row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from changle.ground.registry.models import ClassItem, OfficialFact, Organisation


MOST_PARAMETERS = 900  # SQLite as some distributions build it takes 999
_ALIKE = str.maketrans("〔〕【】（）－—", "()()()--")


def alike(name: str) -> str:
    """A name by which two spellings of it meet: brackets and dashes made one, no gaps."""
    return name.translate(_ALIKE).replace(" ", "").upper()


@dataclass
class Index:
    """Where to find a body by what identifies it, or may."""

    by_code: dict[str, int] = field(default_factory=dict)
    by_filing: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def load_index() -> Index:
    index = Index()
    rows = Organisation.objects.order_by("pk").values_list("pk", "name", "uscc", "filing_number")
    for pk, name, code, filing in rows.iterator(chunk_size=5000):
        index.by_name[alike(name)].append(pk)
        if code:
            index.by_code[code] = pk
        if filing:
            index.by_filing[filing] = pk
    return index


@dataclass
class Registry:
    """The bodies that some rows may speak of, with the official facts told of them."""

    bodies: dict[int, Organisation] = field(default_factory=dict)
    facts: dict[int, list[OfficialFact]] = field(default_factory=lambda: defaultdict(list))


def load_registry(ids: Collection[int]) -> Registry:
    known = Registry()
    for part in parts(sorted(ids)):
        rows = Organisation.objects.filter(pk__in=part).select_related("node", "street")
        known.bodies.update((row.pk, row) for row in rows.order_by("pk"))
        for fact in OfficialFact.objects.filter(organisation__in=part).order_by("pk"):
            known.facts[fact.organisation_id].append(fact)
    return known


def load_classes() -> dict[tuple[str, str], int]:
    """(list, name) -> key of the entry; those no longer in use are left out."""
    items = ClassItem.objects.filter(retired_on__isnull=True).order_by("-sort", "-pk")
    return {(list_, name): pk for list_, name, pk in items.values_list("list", "name", "pk")}


def parts(values: list[Any], size: int = MOST_PARAMETERS) -> Iterable[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
