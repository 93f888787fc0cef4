"""What the forms and filters of the registry offer."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import ClassItem, ClassList, Crosswalk, Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


SEATS = (Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY)
OFFICIAL = (ClassList.ASSOCIATION, ClassList.NONENTERPRISE, ClassList.FOUNDATION)
OF_KIND = {"ST": OFFICIAL[:1], "MF": OFFICIAL[1:2], "JJH": OFFICIAL[2:]}


def seats(actor: Actor) -> "QuerySet[Node]":
    """The places where a person may have bodies lie."""
    rows = actor.rows(Node, Permission.ORGANISATION_EDIT)
    return rows.filter(kind__in=SEATS, ends_on__isnull=True).order_by("path")


def streets_seen(actor: Actor) -> "QuerySet[Node]":
    rows = actor.rows(Node, Permission.ORGANISATION_VIEW).filter(kind=Node.Kind.STREET)
    return rows.filter(ends_on__isnull=True).order_by("sort", "pk")


def communities_seen(actor: Actor, street: int) -> "QuerySet[Node]":
    rows = actor.rows(Node, Permission.ORGANISATION_VIEW).filter(parent=street)
    return rows.filter(kind=Node.Kind.COMMUNITY, ends_on__isnull=True).order_by("sort", "pk")


def class_choices(organisation: Organisation | None = None) -> dict[str, "QuerySet[ClassItem]"]:
    """The classes that fit a body, the one it bears included even if it is retired."""
    official = OF_KIND.get(organisation.kind, ()) if organisation else OFFICIAL
    lists: dict[str, Any] = {
        "field": (ClassList.FIELD,),
        "official_class": official,
        "category": (ClassList.COMMUNITY,),
    }
    found = {}
    for name, wanted in lists.items():
        kept = getattr(organisation, f"{name}_id", None)
        fits = Q(list__in=wanted, retired_on__isnull=True) | Q(pk=kept)
        found[name] = ClassItem.objects.filter(fits).order_by("list", "sort", "pk")
    return found


@dataclass(frozen=True)
class Entry:
    """One entry of a class list, as its page shows it."""

    item: ClassItem
    borne: int  # bodies that bear it
    leads: list[tuple[str, str]]  # (list, name there)


def class_list(list_: str) -> list[Entry]:
    """The entries of one list, those in use first: three queries."""
    bearer = {ClassList.FIELD: "field", ClassList.COMMUNITY: "category"}
    column = bearer.get(ClassList(list_), "official_class")
    counts = Organisation.objects.filter(**{f"{column}__list": list_}).order_by(f"{column}_id")
    borne = dict(counts.values_list(f"{column}_id").annotate(count=Count("pk")))
    leads = defaultdict(list)
    told = Crosswalk.objects.filter(source__list=list_).order_by("target_list", "pk")
    for source, target_list, name in told.values_list("source_id", "target_list", "target__name"):
        leads[source].append((str(ClassList(target_list).label), name))
    rows = ClassItem.objects.filter(list=list_)
    in_order = rows.order_by(F("retired_on").asc(nulls_first=True), "sort", "pk")
    return [Entry(item, borne.get(item.pk, 0), leads[item.pk]) for item in in_order]


def class_entry(pk: int) -> ClassItem | None:
    return ClassItem.objects.filter(pk=pk).first()
