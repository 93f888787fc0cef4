from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet

from changle.core.log import LogEntry
from changle.core.reach import Actor, Reachable
from changle.ground.territory.models import Grant, Node, NodeCode
from changle.ground.territory.queries.grants import in_force, prefixes
from changle.ground.territory.roles import Permission


PLACES = [
    Node.Kind.DISTRICT,
    Node.Kind.DEPARTMENT,
    Node.Kind.STREET,
    Node.Kind.COMMUNITY,
    Node.Kind.CENTRE,
]  # organisations have a directory of their own
# Which kinds of places stand directly under which.
UNDER: dict[str, tuple[str, ...]] = {
    Node.Kind.DISTRICT: (Node.Kind.STREET, Node.Kind.DEPARTMENT, Node.Kind.CENTRE),
    Node.Kind.STREET: (Node.Kind.COMMUNITY, Node.Kind.CENTRE),
    Node.Kind.COMMUNITY: (Node.Kind.CENTRE,),
}
MOST_FOUND = 200


@dataclass
class NodeRow:
    """A line of the tree: a place with its codes of the day and what lies under it."""

    node: Node
    codes: dict[str, str] = field(default_factory=dict)  # by system
    children: list[tuple[str, int]] = field(default_factory=list)  # (kind in words, how many)
    grants: int = 0

    @property
    def stats(self) -> str:
        return self.codes.get(NodeCode.System.STATS, "")

    @property
    def portal(self) -> str:
        return self.codes.get(NodeCode.System.PORTAL, "")

    @property
    def civil(self) -> str:
        return self.codes.get(NodeCode.System.CIVIL, "")


def standing(on: date) -> Q:
    """Nodes that exist on a day."""
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=on)
    return begun & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def children_of(node: Node) -> "QuerySet[Node]":
    return Node.objects.filter(parent=node).order_by("kind", "sort", "pk")


def district() -> Node | None:
    """The root of the tree: the district this installation serves."""
    return Node.objects.filter(parent__isnull=True).order_by("pk").first()


def public_places() -> "QuerySet[Node]":
    """Streets and communities, open to everybody: official regions are published facts."""
    kinds = [Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY, Node.Kind.CENTRE]
    return Node.objects.filter(kind__in=kinds, ends_on__isnull=True).order_by("path")


def top_places(actor: Actor) -> "QuerySet[Node]":
    """The highest places that a person sees."""
    paths = actor.reach.get(Permission.NODE_VIEW, ())
    return Node.objects.filter(path__in=paths).order_by("sort", "pk")


def places_under(actor: Actor, parent: Node) -> "QuerySet[Node]":
    """The places directly under one, ended ones last."""
    rows = actor.rows(Node, Permission.NODE_VIEW).filter(parent=parent, kind__in=PLACES)
    return rows.order_by("ends_on", "kind", "sort", "pk")


def places_found(actor: Actor, words: str) -> "QuerySet[Node]":
    """Places by name, pinyin or a code in any system, the past ones too."""
    coded = NodeCode.objects.filter(code__startswith=words).values("node_id")
    rows = actor.rows(Node, Permission.NODE_VIEW).filter(kind__in=PLACES)
    named = Q(name__icontains=words) | Q(pinyin__icontains=words) | Q(pk__in=coded)
    return rows.filter(named).order_by("path")[:MOST_FOUND]


def rows_of(nodes: Iterable[Node], *, on: date, actor: Actor) -> list[NodeRow]:
    """The lines of a list, in three queries whatever its length."""
    rows = {node.pk: NodeRow(node) for node in nodes}
    standing_codes = NodeCode.objects.filter(node__in=list(rows)).filter(
        Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    )
    for pk, system, code in standing_codes.values_list("node_id", "system", "code"):
        rows[pk].codes[system] = code
    counted = Node.objects.filter(standing(on), parent__in=list(rows)).values_list(
        "parent_id", "kind"
    )
    for pk, kind, count in counted.annotate(count=Count("pk")).order_by("parent_id", "kind"):
        rows[pk].children.append((str(Node.Kind(kind).label), count))
    seen = actor.rows(Grant, Permission.GRANT_VIEW).filter(in_force(on), node__in=list(rows))
    for pk, count in seen.values_list("node_id").annotate(count=Count("pk")).order_by("node_id"):
        rows[pk].grants = count
    return list(rows.values())


def way_to(node: Node, actor: Actor) -> list[Node]:
    """The places above a node that a person sees, from the top down."""
    above = prefixes(node.path)[:-1] if node.path else []
    seen = actor.rows(Node, Permission.NODE_VIEW).filter(path__in=above)
    return sorted(seen, key=lambda place: len(place.path or ""))


def codes_of(node: Node) -> "QuerySet[NodeCode]":
    return NodeCode.objects.filter(node=node).order_by("system", "-starts_on", "-pk")


def code_of(node: Node, pk: int) -> NodeCode | None:
    return NodeCode.objects.filter(node=node, pk=pk).select_related("node").first()


def namesakes(node: Node, on: date) -> dict[str, list[NodeCode]]:
    """Codes of other nodes with the same digits in another system: allowed, and worth a warning."""
    own = {code.code: code for code in codes_of(node)}
    others = (
        NodeCode.objects.filter(code__in=own)
        .exclude(node=node)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))
        .select_related("node")
        .order_by("code", "pk")
    )
    found: dict[str, list[NodeCode]] = defaultdict(list)
    for code in others:
        found[code.code].append(code)
    return dict(found)


def may_hold(parent: Node | None) -> list[str]:
    """The kinds of places that may stand under a node."""
    return [str(kind) for kind in UNDER.get(parent.kind, ())] if parent else []


def new_homes(actor: Actor, node: Node) -> "QuerySet[Node]":
    """The places to which a node may move: of a kind that holds it, and not under itself."""
    holders_of = [kind for kind, kinds in UNDER.items() if node.kind in kinds]
    rows = actor.rows(Node, Permission.NODE_EDIT).filter(kind__in=holders_of, ends_on__isnull=True)
    return rows.exclude(path__under=node.path).exclude(children=node).order_by("path")


def heirs(actor: Actor, node: Node) -> "QuerySet[Node]":
    """The places that may take over what a place leaves."""
    rows = actor.rows(Node, Permission.NODE_EDIT).filter(kind=node.kind, ends_on__isnull=True)
    return rows.exclude(pk=node.pk).order_by("path")


def grants_at(actor: Actor, node: Node) -> "QuerySet[Grant]":
    rows = actor.rows(Grant, Permission.GRANT_VIEW).filter(node=node)
    return rows.select_related("user", "node").order_by("-starts_on", "-pk")


def history_of(row: Reachable, *, most: int = 50) -> "QuerySet[LogEntry]":
    """The deeds done to a row that the asker reaches, newest first."""
    entries = LogEntry.objects.filter(subject_label=row._meta.label, subject_id=str(row.pk))
    return entries.order_by("-id")[:most]
