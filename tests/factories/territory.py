from dataclasses import dataclass, field
from datetime import date

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.territory.models import Grant, Node
from changle.ground.territory.queries import actor_for
from tests.factories.accounts import LONG_AGO, make_user


LONG_AGO_ON = date(2021, 1, 1)
_count = iter(range(1, 10**9))


def make_node(
    kind: str = Node.Kind.STREET, name: str = "", parent: Node | None = None, **fields
) -> Node:
    """A node with its path; without a parent, the root of a tree."""
    node = Node.objects.create(
        kind=kind,
        name=name or f"样例{Node.Kind(kind).label}{next(_count)}",
        parent=parent,
        **fields,
    )
    node.path = f"{parent.path if parent else ''}{node.pk}."
    node.save(update_fields=["path"])
    return node


def make_grant(
    user: User,
    node: Node,
    role: str,
    *,
    starts_on: date = LONG_AGO_ON,
    ends_on: date | None = None,
    **fields,
) -> Grant:
    return Grant.objects.create(
        user=user,
        node=node,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_at=fields.pop("recorded_at", LONG_AGO),
        **fields,
    )


def make_actor(role: str, node: Node, *, user: User | None = None) -> Actor:
    """A person who holds one role at one node, as the middleware would read them."""
    user = user or make_user()
    make_grant(user, node, role)
    return actor_for(user)


@dataclass
class District:
    """One district, two streets, two communities in each, one centre in the first street."""

    root: Node
    streets: list[Node] = field(default_factory=list)
    communities: list[list[Node]] = field(default_factory=list)  # by street
    centre: Node = field(init=False)


def make_district(name: str = "样例区") -> District:
    tree = District(root=make_node(Node.Kind.DISTRICT, name))
    for street_name, communities in (("甲街道", ("一", "二")), ("乙街道", ("三", "四"))):
        street = make_node(Node.Kind.STREET, street_name, tree.root)
        tree.streets.append(street)
        tree.communities.append(
            [make_node(Node.Kind.COMMUNITY, f"{one}社区", street) for one in communities]
        )
    tree.centre = make_node(Node.Kind.CENTRE, "甲街道社会组织服务中心", tree.streets[0])
    return tree
