from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.reach import Actor, widest
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.roles import ROLES


def in_force(on: date) -> Q:
    """Grants that hold on a day; on the day it ends a grant holds no more."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def actor_for(user: Any) -> Actor:
    """The person with what their grants of today let them do; one query."""
    if not user.is_authenticated:
        return Actor(name="访客")
    grants = Grant.objects.filter(in_force(timezone.localdate()), user_id=user.pk)
    return actor_from(user, grants.values_list("role", "node__path"))


def actor_from(user: Any, grants: Iterable[tuple[str, str | None]]) -> Actor:
    reach: dict[str, list[str]] = defaultdict(list)
    own: set[str] = set()
    for code, path in grants:
        role = ROLES.get(code)
        if role is None or path is None:
            continue
        own |= role.own
        for permission in role.permissions:
            reach[permission].append(path)
    narrowed = {str(permission): widest(paths) for permission, paths in reach.items()}
    return Actor(user_id=user.pk, name=str(user), reach=narrowed, own=frozenset(own))


def holders(needs: str, paths: Iterable[str]) -> set[int]:
    """The people who hold a permission over a place, today: who must be told."""
    codes = [role.code for role in ROLES.values() if needs in role.permissions]
    above = {prefix for path in paths for prefix in _prefixes(path)}
    grants = Grant.objects.filter(
        in_force(timezone.localdate()), role__in=codes, node__path__in=above, user__is_active=True
    )
    return set(grants.values_list("user_id", flat=True))


def _prefixes(path: str) -> list[str]:
    steps = path.rstrip(".").split(".")
    return [".".join(steps[: count + 1]) + "." for count in range(len(steps))]


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
