"""Where a row says that a body has its seat: by name, or by a code together with the name."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from changle.core.sheets import person_name
from changle.ground.territory.models import Node, NodeCode


_STREET_ENDING = re.compile(r"(街道办事处|街道办|街道|办事处|街办|街|镇|乡)$")
_COMMUNITY_ENDING = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村)$"
)


class NoPlace(Exception):
    """The row names no place that is known here; the message says why."""


def street_key(name: str) -> str:
    return _STREET_ENDING.sub("", person_name(name)) or person_name(name)


def community_key(name: str) -> str:
    return _COMMUNITY_ENDING.sub("", person_name(name)) or person_name(name)


@dataclass
class PlaceBook:
    """The streets and communities under the place of a batch, by name and by code."""

    root: Node
    system: str = ""  # in which the rows' region codes are written; two systems share numbers
    streets: dict[str, Node] = field(default_factory=dict)
    communities: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, Node] = field(default_factory=dict)
    by_id: dict[int, Node] = field(default_factory=dict)

    def enter(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self.by_id[node.pk] = node
            if node.kind == Node.Kind.STREET:
                self.streets[street_key(node.name)] = node
            elif node.kind == Node.Kind.COMMUNITY:
                self.communities[community_key(node.name)].append(node)

    def find(self, *, street: str, community: str, code: str) -> Node | None:
        """The place a row names; None if it names none. Raises NoPlace."""
        named = self._named(street, community)
        if not code:
            return named
        coded = self.codes.get(code.ljust(12, "0")) or self.codes.get(code)
        if not self.system:
            raise NoPlace("表中有区划代码，请在选项中指明它属于哪个代码体系")
        if coded is None:
            raise NoPlace(f"所选代码体系中没有区划代码 {code}")
        if (
            named is not None
            and named != coded
            and not (named.path or "").startswith(coded.path or "-")
        ):
            raise NoPlace(f"区划代码 {code} 是“{coded.name}”，与表中的“{community or street}”不符")
        return named or coded

    def _named(self, street: str, community: str) -> Node | None:
        if not street and not community:
            return None
        within = self._street(street) if street else None
        if not community:
            return within
        found = self.communities.get(community_key(community), [])
        if within is not None:
            found = [node for node in found if node.parent_id == within.pk]
        # One street may have both 和平社区 and 和平村: the whole name goes before the short one.
        found = [n for n in found if person_name(n.name) == person_name(community)] or found
        if not found:
            place = within.name if within is not None else self.root.name
            raise NoPlace(f"{place}没有“{community}”这个社区")
        if len(found) > 1:
            streets = "、".join(str(node.parent) for node in found)
            raise NoPlace(f"“{community}”有 {len(found)} 处（{streets}），请写明街道")
        return found[0]

    def _street(self, street: str) -> Node:
        found = self.streets.get(street_key(street))
        if found is None:
            raise NoPlace(f"{self.root.name}没有“{street}”这个街道")
        return found


def load_places(root: Node, *, code_system: str, on: date) -> PlaceBook:
    """What stands under a node on a day; the street of a community that is itself the root, too."""
    book = PlaceBook(root, code_system)
    standing = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    rows = Node.objects.filter(
        standing, path__under=root.path, kind__in=[Node.Kind.STREET, Node.Kind.COMMUNITY]
    )
    nodes = list(rows.select_related("parent").order_by("path"))
    if root.kind == Node.Kind.COMMUNITY and root.parent is not None:
        nodes.append(root.parent)
    book.enter(nodes)
    book.by_id[root.pk] = root
    if code_system:
        codes = NodeCode.objects.filter(
            standing, system=code_system, starts_on__lte=on, node__path__under=root.path
        )
        for code in codes.order_by("pk"):
            if code.node_id in book.by_id:
                book.codes[code.code.ljust(12, "0")] = book.by_id[code.node_id]
    return book
