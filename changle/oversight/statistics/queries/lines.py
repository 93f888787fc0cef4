"""The rows of the report tables: places, classes, kinds."""

from dataclasses import dataclass, replace

from changle.ground.registry.indicators import KINDS
from changle.ground.registry.models import ClassItem, Organisation
from changle.ground.territory.models import Node
from changle.services.activities.models import Term
from changle.services.commons.models import Centre


@dataclass(frozen=True)
class Line:
    """One row of a table: a place, or a part by a cut."""

    label: str
    key: str
    cut: str
    node: int = 0  # a place of its own, to which its cells lead
    note: str = ""
    deep: bool = False  # one of those that the next line which is not sums up


def place_lines(node: Node) -> list[Line]:
    """Streets of a district, communities of a street."""
    below = Node.Kind.STREET if node.kind == Node.Kind.DISTRICT else Node.Kind.COMMUNITY
    children = Node.objects.filter(parent=node, kind=below).order_by("sort", "pk")
    return [Line(child.label, str(child.pk), below, child.pk) for child in children]


def community_lines(district: Node) -> list[Line]:
    """The communities of each street, and the street that sums them up."""
    if district.kind != Node.Kind.DISTRICT:
        return place_lines(district)
    under: dict[int | None, list[Line]] = {}
    communities = Node.objects.filter(kind=Node.Kind.COMMUNITY, path__under=district.path)
    for one in communities.order_by("sort", "pk"):
        line = Line(one.label, str(one.pk), Node.Kind.COMMUNITY, one.pk, deep=True)
        under.setdefault(one.parent_id, []).append(line)
    return [
        line
        for street in place_lines(district)
        for line in [*under.get(street.node, []), replace(street, label=f"{street.label} 小计")]
    ]


def house_lines(node: Node) -> list[Line]:
    """Streets of a district; the centres of a street, and what is shared there outside them."""
    if node.kind == Node.Kind.DISTRICT:
        return place_lines(node)
    houses = Centre.objects.filter(node__path__under=node.path).select_related("node")
    lines = [
        Line(house.name, str(house.pk), "centre", house.node_id)
        for house in houses.order_by("sort", "pk")
    ]
    return lines if node.kind == Node.Kind.CENTRE else [*lines, Line("不分中心", "", "centre")]


def street_lines(node: Node) -> list[Line]:
    """Streets of a district and what is the district's own; within a street, the place itself."""
    if node.kind == Node.Kind.DISTRICT:
        return [*place_lines(node), Line("区级", "", Node.Kind.STREET)]
    street = node if node.kind == Node.Kind.STREET else node.parent
    return [Line(node.label, str(street.pk), Node.Kind.STREET, node.pk)] if street else []


def held_lines(node: Node) -> list[Line]:
    """Where sessions are held: the places below, and what lies in none of them."""
    cut = Node.Kind.STREET if node.kind == Node.Kind.DISTRICT else Node.Kind.COMMUNITY
    none = "区级和线上" if cut == Node.Kind.STREET else "未落到社区"
    return [*place_lines(node), Line(none, "", cut)]


def field_lines(_node: Node) -> list[Line]:
    """The fields that activities serve, and those without one."""
    terms = Term.objects.filter(list=Term.List.FIELD).order_by("sort", "pk")
    return [*(Line(term.name, str(term.pk), "field") for term in terms),
            Line("未填领域", "", "field")]  # fmt: skip


def kind_lines(_node: Node) -> list[Line]:
    """The kinds of registered bodies."""
    return [Line(KINDS[kind], kind, "kind") for kind in Organisation.REGISTERED]


def class_lines(_node: Node) -> list[Line]:
    """The classes of associations, non-enterprise units and foundations, in their order."""
    lists = {"association": "社会团体", "nonenterprise": "民办非企业单位", "foundation": "基金会"}
    items = ClassItem.objects.filter(list__in=lists).order_by("sort", "pk")
    lines = [
        Line(item.name, str(item.pk), "class", note=label)
        for name, label in lists.items()
        for item in items
        if item.list == name
    ]
    return [*lines, Line("未填行业分类", "", "class")]
