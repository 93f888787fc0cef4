"""The tree and its dated codes."""

from datetime import UTC, date, datetime

import pytest

from changle.core.log import LogEntry
from changle.ground.territory import actions
from changle.ground.territory.actions import NodeRefused
from changle.ground.territory.models import Grant, Node, NodeCode
from changle.ground.territory.queries import public_places, rows_of
from changle.ground.territory.roles import Permission
from tests.factories.accounts import make_user
from tests.factories.territory import make_actor, make_district, make_grant, make_node


pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def tree():
    return make_district()


@pytest.fixture
def bureau(tree):
    return make_actor("DCA", tree.root)


def paths():
    return dict(Node.objects.values_list("pk", "path"))


def consistent():
    """Every path is the path of the parent and the own key."""
    return all(
        node.path == f"{node.parent.path if node.parent else ''}{node.pk}."
        for node in Node.objects.select_related("parent")
    )


def test_a_new_place_gets_its_path_pinyin_and_a_line_in_the_log(tree, bureau):
    node = actions.add_node(
        parent=tree.streets[0], kind="community", name="张家堡社区", by=bureau, now=NOW
    )
    assert node.path == f"{tree.streets[0].path}{node.pk}."
    assert node.pinyin == "zhangjiabushequ zjbsq" or node.pinyin.startswith("zhangjia")
    entry = LogEntry.objects.get(verb="add")
    assert (entry.path, entry.actor_id) == (node.path, bureau.user_id)


@pytest.mark.parametrize(
    ("parent", "kind"), [("root", "community"), ("community", "street"), ("street", "district")]
)
def test_a_place_stands_only_where_its_kind_belongs(tree, bureau, parent, kind):
    above = {"root": tree.root, "street": tree.streets[0], "community": tree.communities[0][0]}
    with pytest.raises(NodeRefused, match="下不能设立"):
        actions.add_node(parent=above[parent], kind=kind, name="新", by=bureau, now=NOW)


def test_a_name_stands_once_under_a_parent(tree, bureau):
    with pytest.raises(NodeRefused, match="同名"):
        actions.add_node(parent=tree.root, kind="street", name="甲街道", by=bureau, now=NOW)


def test_a_street_may_not_change_the_tree(tree):
    street = make_actor("STO", tree.streets[0])
    with pytest.raises(Node.DoesNotExist):
        actions.rename_node(node=tree.streets[0], name="改名街道", by=street, now=NOW)


def test_renaming_keeps_the_key_and_tells_both_names(tree, bureau):
    node = actions.rename_node(node=tree.streets[0], name="丙街道", by=bureau, now=NOW)
    assert node.pk == tree.streets[0].pk
    assert node.pinyin.endswith("bjd")
    assert LogEntry.objects.get(verb="rename").changes["name"] == ["甲街道", "丙街道"]
    with pytest.raises(NodeRefused, match="没有变化"):
        actions.rename_node(node=node, name="丙街道", by=bureau, now=NOW)


def test_moving_takes_the_whole_subtree_along_in_one_update(
    tree, bureau, django_assert_max_num_queries
):
    community = tree.communities[0][0]
    body = make_node("organisation", "样例社", community)
    with django_assert_max_num_queries(25):
        actions.move_node(node=community, parent=tree.streets[1], by=bureau, now=NOW)
    assert consistent()
    assert paths()[body.pk] == f"{tree.streets[1].path}{community.pk}.{body.pk}."
    there, here = (make_actor("STO", street) for street in (tree.streets[1], tree.streets[0]))
    assert there.rows(Node, Permission.NODE_VIEW).filter(pk=body.pk).exists()
    assert not here.rows(Node, Permission.NODE_VIEW).filter(pk=body.pk).exists()


def test_nothing_moves_below_itself(tree, bureau):
    with pytest.raises(NodeRefused, match="自己"):
        actions.move_node(node=tree.streets[0], parent=tree.communities[0][0], by=bureau, now=NOW)
    with pytest.raises(NodeRefused, match="本来就在"):
        actions.move_node(node=tree.streets[0], parent=tree.root, by=bureau, now=NOW)
    assert consistent()


def test_a_move_into_a_namesake_is_refused_and_changes_nothing(tree, bureau):
    make_node("community", "一社区", tree.streets[1])
    before = paths()
    with pytest.raises(NodeRefused, match="同名"):
        actions.move_node(node=tree.communities[0][0], parent=tree.streets[1], by=bureau, now=NOW)
    assert paths() == before


def test_abolishing_hands_what_is_below_to_the_successor(tree, bureau):
    user = make_user()
    grant = make_grant(user, tree.streets[0], "STO")
    code = NodeCode.objects.create(
        node=tree.streets[0], system="stats", code="610112001", starts_on=date(2020, 1, 1)
    )
    with pytest.raises(NodeRefused, match="承接单位"):
        actions.abolish_node(node=tree.streets[0], on=TODAY, by=bureau, now=NOW, today=TODAY)
    actions.abolish_node(
        node=tree.streets[0], on=TODAY, successor=tree.streets[1], by=bureau, now=NOW, today=TODAY
    )
    assert consistent()
    assert Node.objects.filter(parent=tree.streets[1]).count() == 5
    assert Grant.objects.get(pk=grant.pk).ends_on == TODAY
    assert NodeCode.objects.get(pk=code.pk).ends_on == TODAY
    node = Node.objects.get(pk=tree.streets[0].pk)
    assert (node.ends_on, node.successor) == (TODAY, tree.streets[1])
    assert node not in public_places()
    with pytest.raises(NodeRefused, match="已经撤销"):
        actions.add_node(parent=node, kind="community", name="新社区", by=bureau, now=NOW)


def test_the_district_itself_is_not_abolished(tree, bureau):
    with pytest.raises(NodeRefused, match="整个辖区"):
        actions.abolish_node(node=tree.root, on=TODAY, by=bureau, now=NOW, today=TODAY)


def code(node, system, number, bureau, start=date(2020, 1, 1), end=None):
    return actions.add_code(
        node=node, system=system, code=number, starts_on=start, ends_on=end, by=bureau, now=NOW
    )


def test_one_number_is_two_streets_in_two_systems(tree, bureau):
    one, other = tree.streets
    code(one, "stats", "610112001", bureau)
    code(other, "portal", "610112001", bureau)
    code(other, "stats", "610112002", bureau)
    rows = rows_of([one, other], on=TODAY, actor=bureau)
    assert [(r.stats, r.portal) for r in rows] == [("610112001", ""), ("610112002", "610112001")]


def test_a_number_means_one_place_at_a_time_in_its_system(tree, bureau):
    one, other = tree.streets
    code(one, "stats", "610112001", bureau, end=date(2023, 1, 1))
    with pytest.raises(NodeRefused, match="已属于另一个节点"):
        code(other, "stats", "610112001", bureau, start=date(2022, 12, 31))
    code(other, "stats", "610112001", bureau, start=date(2023, 1, 1))
    with pytest.raises(NodeRefused, match="在此体系中已有代码"):
        code(other, "stats", "610112009", bureau, start=date(2024, 1, 1))


@pytest.mark.parametrize("number", ["61011", "6101120010", "61０112", "abc112001", ""])
def test_a_code_has_the_digits_of_its_level(tree, bureau, number):
    with pytest.raises(NodeRefused, match="位数字"):
        code(tree.streets[0], "stats", number, bureau)


def test_a_code_without_system_is_refused(tree, bureau):
    with pytest.raises(NodeRefused, match="体系"):
        code(tree.streets[0], "", "610112001", bureau)


def test_a_code_is_ended_on_a_day_after_its_start(tree, bureau):
    row = code(tree.streets[0], "stats", "610112001", bureau)
    with pytest.raises(NodeRefused, match="晚于启用"):
        actions.end_code(code=row, on=date(2019, 1, 1), by=bureau, now=NOW)
    actions.end_code(code=row, on=date(2025, 1, 1), by=bureau, now=NOW)
    with pytest.raises(NodeRefused, match="已经停用"):
        actions.end_code(code=row, on=date(2026, 1, 1), by=bureau, now=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    bureau, tree, count, django_assert_num_queries
):
    nodes = [make_node("community", parent=tree.streets[0]) for _ in range(count)]
    with django_assert_num_queries(3):
        rows_of(nodes, on=TODAY, actor=bureau)
