"""What a planner may choose from: in whose name, where, in which room, with whom."""

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Series
from changle.services.commons.models import Space


EDIT = Permission.ACTIVITY_EDIT
Kind = Node.Kind
MOST_NAMES = 400  # offered while typing; beyond it the whole name or the code says who is meant


def leads_of(actor: Actor) -> "QuerySet[Node]":
    """The bodies and places in whose name somebody plans: their own, and centres under them."""
    paths = actor.reach.get(EDIT, ())
    own = Q(path__in=paths)
    for path in paths:
        own |= Q(path__under=path, kind=Kind.CENTRE)
    rows = Node.objects.filter(own, ends_on__isnull=True).select_related("organisation")
    return rows.order_by("path")


def street_of(node: Node) -> Node:
    """The street in which a lead sits; the district where it is of none."""
    steps = [int(step) for step in str(node.path).rstrip(".").split(".")]
    above = {one.kind: one for one in Node.objects.filter(pk__in=steps)}
    return above.get(Kind.STREET) or above[Kind.DISTRICT]


def places_of(street: Node) -> "QuerySet[Node]":
    """Where it may take place: the street and its communities, or of a district its streets."""
    kinds = (Kind.DISTRICT, Kind.STREET, Kind.COMMUNITY)
    wanted = kinds[:2] if street.kind == Kind.DISTRICT else kinds[1:]
    rows = Node.objects.filter(path__under=street.path, kind__in=wanted, ends_on__isnull=True)
    return rows.order_by("path")


def rooms_of(street: Node) -> "QuerySet[Space]":
    rows = Space.objects.filter(centre__node__path__under=street.path, retired_on__isnull=True)
    return rows.select_related("centre").order_by("centre__sort", "centre", "sort", "pk")


def series_of(lead: Node) -> "QuerySet[Series]":
    return Series.objects.filter(lead=lead, ended_on__isnull=True).order_by("name", "pk")


def units_near(street: Node) -> list[str]:
    """Names to be offered while a co-host is typed."""
    kinds = (Kind.STREET, Kind.COMMUNITY, Kind.CENTRE)
    nodes = Node.objects.filter(path__under=street.path, kind__in=kinds, ends_on__isnull=True)
    bodies = Organisation.objects.filter(street=street, state__in=Organisation.LIVING)
    names = [*nodes.order_by("path").values_list("name", flat=True)]
    return [*names, *bodies.order_by("pinyin", "pk").values_list("name", flat=True)[:MOST_NAMES]]


def units_called(text: str) -> list[tuple[Node, Organisation | None]]:
    """The bodies and places with a name or code; at most two of each are fetched."""
    called = Q(name=text) | Q(short_name=text) | Q(uscc=text.upper()) | Q(filing_number=text)
    bodies = Organisation.objects.filter(called, state__in=Organisation.LIVING)
    found: list[tuple[Node, Organisation | None]] = [
        (body.node, body) for body in bodies.select_related("node").order_by("pk")[:2]
    ]
    kinds = (Kind.STREET, Kind.COMMUNITY, Kind.CENTRE, Kind.DEPARTMENT)
    nodes = Node.objects.filter(name=text, kind__in=kinds, ends_on__isnull=True)
    return found + [(node, None) for node in nodes.order_by("pk")[:2]]
