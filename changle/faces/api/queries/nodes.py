from django.db.models import Prefetch, Q, QuerySet

from changle.core.reach import Actor
from changle.ground.territory.models import Node, NodeCode
from changle.ground.territory.queries import public_places
from changle.ground.territory.roles import Permission


def nodes_for(actor: Actor, *, only_places: bool = False) -> "QuerySet[Node]":
    """The places within reach; for who reaches none, the published regions."""
    if not actor.holds(Permission.NODE_VIEW):
        found = public_places()
    else:
        found = actor.rows(Node, Permission.NODE_VIEW).filter(ends_on__isnull=True)
        if only_places:
            found = found.exclude(kind=Node.Kind.ORGANISATION)
    return found.prefetch_related(
        Prefetch("codes", NodeCode.objects.order_by("system", "-starts_on", "pk"))
    )


SHORTEST_CODE = 6  # digits of a district's code; a shorter number is an id
NODE_CODE = 12


def node_named(actor: Actor, text: str) -> Node | None:
    """A place by its id, its statistical code (trailing zeros written or not) or its exact name."""
    nodes = nodes_for(actor).prefetch_related(None).order_by("path")
    if not (text.isascii() and text.isdecimal() and len(text) <= NODE_CODE):
        return nodes.filter(Q(name=text) | Q(short_name=text)).first()
    found = None
    if len(text) >= SHORTEST_CODE:
        coded = NodeCode.objects.filter(
            system=NodeCode.System.STATS, code__in=spellings(text), ends_on__isnull=True
        )
        found = nodes.filter(pk__in=coded.values("node")).first()
    return found or nodes.filter(pk=int(text)).first()


def spellings(code: str) -> set[str]:
    """A code as lists write it: in 12 digits, and short of its zeros (district 6, street 9)."""
    full = code.ljust(NODE_CODE, "0")
    return {code, full, *(full[:length] for length in (6, 9) if not full[length:].strip("0"))}
