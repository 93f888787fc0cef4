"""`rows` is the plain definition of a subtree, and `reaches` is `rows` for one row in memory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changle.core.reach import Actor, widest
from changle.ground.territory.models import Node


pytestmark = pytest.mark.django_db
NEEDS = "node.view"


@st.composite
def forests(draw):
    """Parents by position (None: a root), grants by position."""
    size = draw(st.integers(1, 25))
    parents = [draw(st.none() | st.integers(0, i - 1)) if i else None for i in range(size)]
    granted = draw(st.lists(st.integers(0, size - 1), max_size=5))
    start = draw(st.sampled_from([0, 8, 97, 998]))  # so that 9 stands beside 10, 99 beside 100
    return parents, granted, start


def plant(parents, start):
    """Nodes with keys that follow each other, so that paths share digits."""
    first = max(start, Node.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    nodes = []
    for position, parent in enumerate(parents):
        above = nodes[parent] if parent is not None else None
        pk = first + position
        path = f"{above.path if above else ''}{pk}."
        nodes.append(Node(pk=pk, kind="street", name=f"样例{pk}", parent=above, path=path))
    Node.objects.bulk_create(nodes)
    return nodes


def under(node, roots):
    """The plain definition: one of the roots is the node or above it."""
    while node is not None:
        if node.pk in roots:
            return True
        node = node.parent
    return False


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(forest=forests())
def test_rows_are_the_subtrees_of_the_grants_and_reaches_agrees(forest):
    parents, granted, start = forest
    nodes = plant(parents, start)
    roots = {nodes[position].pk for position in granted}
    reach = {NEEDS: widest(nodes[position].path for position in granted)} if granted else {}
    actor = Actor(user_id=1, reach=reach)
    ours = Node.objects.filter(pk__in=[node.pk for node in nodes])
    found = set(actor.rows(Node, NEEDS).filter(pk__in=ours).values_list("pk", flat=True))
    assert found == {node.pk for node in nodes if under(node, roots)}
    assert found == {node.pk for node in nodes if actor.reaches(node, NEEDS)}


def test_nine_is_not_above_ninety_nine():
    nine, ninety_nine = (
        Node.objects.create(pk=pk, kind="street", name=f"样例{pk}", path=f"{pk}.") for pk in (9, 99)
    )
    actor = Actor(reach={NEEDS: (nine.path,)})
    assert list(actor.rows(Node, NEEDS)) == [nine]
    assert not actor.reaches(ninety_nine, NEEDS)


def test_no_grant_no_rows():
    Node.objects.create(kind="street", name="样例", path="1.")
    assert not Actor().rows(Node, NEEDS).exists()
    assert not Actor(reach={"node.edit": ("1.",)}).rows(Node, NEEDS).exists()
