"""Streets and communities with the figures of their organisations, each leading to its rows."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse

from changle.core.indicators import CATALOGUE, parts, rows, value
from changle.core.periods import Period
from changle.ground.registry.queries import class_items
from changle.ground.territory.models import Node
from changle.ground.territory.queries import public_places


# What the portal counts; each of them is one of the house's indicators.
DISTRICT_FIGURES = ("registry.registered_by_district", "registry.filed")
PLACE_FIGURES = ("registry.registered", "registry.filed")
FRESH = 60  # seconds
FIGURES = frozenset({*DISTRICT_FIGURES, *PLACE_FIGURES})


def this_year(today: date) -> Period:
    return Period.year(today.year)


def figures(codes: tuple[str, ...], path: str, today: date, node: int = 0) -> list[dict[str, Any]]:
    """The values of today, each with the address of exactly its rows in the public directory."""
    directory = reverse("portal:directory")
    part = {"place": node} if node else {}
    return [
        {
            "name": CATALOGUE[code].name,
            "definition": CATALOGUE[code].definition,
            "value": value(code, path=path, period=this_year(today), today=today).value,
            "href": f"{directory}?{urlencode({'figure': code, **part})}",
        }
        for code in codes
    ]


def figure_rows(code: str, path: str, today: date) -> "QuerySet[Any]":
    """The keys of the organisations that add up to a figure of the portal."""
    found = rows(code, path=path, period=this_year(today), today=today)
    return found.order_by().values("organisation_id")


def counted(by: str, path: str, today: date) -> dict[str, int]:
    """Registered and filed bodies together, by street or community."""
    counts: dict[str, int] = {}
    for code in PLACE_FIGURES:
        for part in parts(code, by, path=path, period=this_year(today), today=today):
            counts[part.key] = counts.get(part.key, 0) + part.value
    return counts


def streets(today: date) -> list[dict[str, Any]]:
    places = public_places().filter(kind=Node.Kind.STREET).order_by("sort", "pk")
    return tiles(places, counted("street", "", today))


def communities(street: Node, today: date) -> list[dict[str, Any]]:
    places = public_places().filter(kind=Node.Kind.COMMUNITY, parent=street).order_by("sort", "pk")
    return tiles(places, counted("community", street.path or "", today))


def tiles(places: "QuerySet[Node]", counts: dict[str, int]) -> list[dict[str, Any]]:
    stem = reverse("portal:place", args=[0]).removesuffix("0/")
    return [
        {"href": f"{stem}{pk}/", "label": short or name, "count": counts.get(str(pk), 0)}
        for pk, name, short in places.values_list("pk", "name", "short_name")
    ]


def choices(kind: str, parent: int = 0) -> list[tuple[str, str]]:
    """Streets, or the communities of one, for a list to choose from; a minute old at most."""
    key = f"portal-choices-{kind}-{parent}"
    kept: list[tuple[str, str]] | None = cache.get(key)
    if kept is None:
        places = public_places().filter(kind=kind)
        if parent:
            places = places.filter(parent_id=parent)
        found = places.order_by("sort", "pk").values_list("pk", "name", "short_name")
        kept = [(str(pk), short or name) for pk, name, short in found]
        cache.set(key, kept, FRESH)
    return kept


def class_choices(name: str) -> list[tuple[str, str]]:
    """The entries of a class list by their codes; a minute old at most."""
    key = f"portal-classes-{name}"
    kept: list[tuple[str, str]] | None = cache.get(key)
    if kept is None:
        kept = list(class_items(name).values_list("code", "name"))
        cache.set(key, kept, FRESH)
    return kept


def place_of(pk: int) -> Node | None:
    """A street or community that stands."""
    kinds = [Node.Kind.STREET, Node.Kind.COMMUNITY]
    return public_places().filter(kind__in=kinds).select_related("parent").filter(pk=pk).first()
