from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db.models import Q
from django.utils import timezone

from changle.core.reach import Actor, widest
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.roles import EVERYBODY, FIRST, MAY_GRANT, ROLES, TECHNICAL, Role


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
    reach, own = spread(frozenset(grants))
    return Actor(user_id=user.pk, name=str(user), reach=reach, own=own)


@lru_cache(maxsize=4096)
def spread(
    grants: frozenset[tuple[str, str | None]],
) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    """Permission -> the places where it holds, and what is held over one's own rows.

    Kept, since most people hold what many others hold and every request asks.
    """
    reach: dict[str, list[str]] = defaultdict(list)
    own: set[str] = set(EVERYBODY)
    for code, path in grants:
        role = ROLES.get(code)
        if role is None or path is None:
            continue
        own |= role.own
        for permission in role.permissions:
            reach[permission].append(path)
    narrowed = {str(permission): widest(paths) for permission, paths in reach.items()}
    return MappingProxyType(narrowed), frozenset(own)


def keeper(*needs: str) -> Actor:
    """The house itself at work, such as at night: these permissions, everywhere."""
    roots = Node.objects.filter(parent__isnull=True, path__isnull=False)
    paths = tuple(str(path) for path in roots.order_by("pk").values_list("path", flat=True))
    return Actor(reach={str(need): paths for need in needs})


def holders(needs: str, paths: Iterable[str]) -> set[int]:
    """The people who hold a permission over a place, today: who must be told."""
    codes = [role.code for role in ROLES.values() if needs in role.permissions]
    above = {prefix for path in paths for prefix in prefixes(path)}
    grants = Grant.objects.filter(
        in_force(timezone.localdate()), role__in=codes, node__path__in=above, user__is_active=True
    )
    return set(grants.values_list("user_id", flat=True))


def prefixes(path: str) -> list[str]:
    """The paths of a place and of all above it, from the root down."""
    steps = path.rstrip(".").split(".")
    return [".".join(steps[: count + 1]) + "." for count in range(len(steps))]


@dataclass(frozen=True)
class Powers:
    """What a person may hand out: role by role, at and under which places."""

    places: dict[str, tuple[str, ...]]

    def may(self, role: str, path: str | None) -> bool:
        return path is not None and any(path.startswith(p) for p in self.places.get(role, ()))

    def roles_at(self, node: Node) -> list[Role]:
        """The roles that may be handed out at a node, in the order of the catalogue."""
        return [
            role
            for role in ROLES.values()
            if self.may(role.code, node.path) and (not role.kinds or node.kind in role.kinds)
        ]

    def roles(self) -> list[Role]:
        return [role for role in ROLES.values() if role.code in self.places]


def powers_of(actor: Actor, *, on: date) -> Powers:
    """What a person may hand out on a day, from their own grants; the system hands out nothing."""
    held = Grant.objects.filter(in_force(on), user_id=actor.user_id)
    places: dict[str, list[str]] = defaultdict(list)
    for code, path in held.values_list("role", "node__path"):
        for role in MAY_GRANT.get(code, ()):
            places[role].append(str(path))
        for role in FIRST.get(code, ()):
            if not Grant.objects.filter(in_force(on), role=role, user__is_active=True).exists():
                places[role].append(str(path))
    return Powers({role: widest(paths) for role, paths in places.items()})


def rival_duty(user_id: int, role: str, starts_on: date, ends_on: date | None) -> Grant | None:
    """A technical grant of a person that may not stand beside another one at the same time."""
    if role not in TECHNICAL:
        return None
    rivals = Grant.objects.filter(user_id=user_id, role__in=TECHNICAL - {role}).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)
    )
    if ends_on is not None:
        rivals = rivals.filter(starts_on__lt=ends_on)
    return rivals.select_related("node").order_by("pk").first()
