"""How the tree of places changes. Codes are dated attributes; the key of a place never changes."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr
from pypinyin import Style, lazy_pinyin

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.models import Grant, Node, NodeCode
from changle.ground.territory.queries import UNDER, in_force
from changle.ground.territory.roles import Permission


CODE_LENGTHS = {2, 4, 6, 9, 12}  # province, prefecture, county, street, community


class NodeRefused(Refused):
    """The tree may not be changed so."""


def spelled(name: str) -> str:
    """Full pinyin and initials, by which a name is found: "zhangjiabujiedao zjbjd"."""
    full = "".join(lazy_pinyin(name))
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{full} {initials}".lower()[:400]


def held(pk: int, by: Actor, needs: Permission = Permission.NODE_EDIT) -> Node:
    """Lock one place that the person may change; Node.DoesNotExist for strangers."""
    return by.rows(Node, needs).select_for_update().get(pk=pk)


def checked(row: models.Model) -> None:
    """Refuse what the constraints would refuse, in their own words."""
    try:
        row.full_clean(exclude={"path"})
    except ValidationError as error:
        raise NodeRefused("".join(dict.fromkeys(error.messages))) from None


def plant(*, parent: Node, kind: str, name: str, **facts: object) -> Node:
    """Put a node into the tree, with its path; asks no permission: the caller has.

    `parent` must be locked or unshared, for its path is copied.
    """
    node = Node(kind=kind, name=name, parent=parent, pinyin=spelled(name), **facts)
    checked(node)
    node.save()
    node.path = f"{parent.path}{node.pk}."
    node.save(update_fields=["path"])
    return node


@transaction.atomic
def add_node(
    *,
    parent: Node,
    kind: str,
    name: str,
    by: Actor,
    now: datetime,
    short_name: str = "",
    residence: str = "",
    starts_on: date | None = None,
) -> Node:
    parent = held(parent.pk, by)
    if parent.ends_on is not None:
        raise NodeRefused("上级已经撤销，不能在其下新增。")
    if kind not in UNDER.get(parent.kind, ()):
        label = Node.Kind(kind).label
        raise NodeRefused(f"{parent.get_kind_display()}下不能设立{label}。")
    node = plant(
        parent=parent, kind=kind, name=name, short_name=short_name, residence=residence,
        starts_on=starts_on,
    )  # fmt: skip
    record(node, "add", by=by, at=now)
    return node


@transaction.atomic
def rename_node(
    *, node: Node, name: str, by: Actor, now: datetime, short_name: str = "", reason: str = ""
) -> Node:
    node = held(node.pk, by)
    before = {"name": node.name, "short_name": node.short_name}
    node.name, node.short_name, node.pinyin = name, short_name, spelled(name)
    changes = changed(before, {"name": name, "short_name": short_name})
    if not changes:
        raise NodeRefused("名称没有变化。")
    checked(node)
    node.save(update_fields=["name", "short_name", "pinyin"])
    record(node, "rename", by=by, at=now, changes=changes, note=reason)
    return node


@transaction.atomic
def place_tile(
    *, node: Node, row: int | None, column: int | None, by: Actor, now: datetime
) -> Node:
    """Say where a street stands on the schematic map; both or none."""
    node = held(node.pk, by)
    if node.kind != Node.Kind.STREET:
        raise NodeRefused("只有街道画在示意图上。")
    if (row is None) != (column is None):
        raise NodeRefused("行和列要一起填写，或都不填。")
    twin = Node.objects.filter(
        parent=node.parent_id, tile_row=row, tile_column=column, ends_on=None
    )
    if row is not None and (other := twin.exclude(pk=node.pk).first()):
        raise NodeRefused(f"这个位置已是{other}，请另选。")
    before = {"tile_row": node.tile_row, "tile_column": node.tile_column}
    node.tile_row, node.tile_column = row, column
    node.save(update_fields=["tile_row", "tile_column"])
    changes = changed(before, {"tile_row": row, "tile_column": column})
    record(node, "tile", by=by, at=now, changes=changes)
    return node


@transaction.atomic
def move_node(*, node: Node, parent: Node, by: Actor, now: datetime, reason: str = "") -> Node:
    """Hang a place, with all under it, below another one."""
    hold_tree()
    node, parent = held(node.pk, by), held(parent.pk, by)
    if node.parent_id == parent.pk:
        raise NodeRefused("它本来就在这个上级之下。")
    if str(parent.path).startswith(str(node.path)):
        raise NodeRefused("不能移到自己或自己的下级之下。")
    if parent.ends_on is not None:
        raise NodeRefused("新的上级已经撤销。")
    if node.kind != Node.Kind.ORGANISATION and node.kind not in UNDER.get(parent.kind, ()):
        raise NodeRefused(f"{parent.get_kind_display()}下不能设立{node.get_kind_display()}。")
    old_parent, old_path = node.parent, node.path
    rehang(node, parent)
    changes = {"parent": [str(old_parent), str(parent)], "path": [old_path, node.path]}
    record(node, "move", by=by, at=now, changes=changes, note=reason)
    return node


def hold_tree() -> None:
    """Let moves wait for each other: two at once could hang two places below one another."""
    list(Node.objects.select_for_update().filter(parent__isnull=True).order_by("pk"))


def rehang(node: Node, parent: Node) -> None:
    """Rewrite the paths of a subtree in one statement."""
    old, new = str(node.path), f"{parent.path}{node.pk}."
    node.parent, node.path = parent, new
    checked(node)
    Node.objects.filter(pk=node.pk).update(parent=parent)
    rest = Substr("path", len(old) + 1, output_field=models.CharField())
    Node.objects.filter(path__under=old).update(path=Concat(Value(new), rest))


@transaction.atomic
def abolish_node(
    *,
    node: Node,
    on: date,
    by: Actor,
    now: datetime,
    today: date,
    successor: Node | None = None,
    reason: str = "",
) -> Node:
    """End a place. What stands under it goes to the successor; its codes and grants end."""
    hold_tree()
    node = held(node.pk, by)
    if node.ends_on is not None:
        raise NodeRefused("它已经撤销。")
    if node.parent_id is None:
        raise NodeRefused("不能撤销整个辖区。")
    if on > today:
        raise NodeRefused("撤销日期不能晚于今天，请到当天再办。")
    heir = held(successor.pk, by) if successor else None
    if heir is not None and (heir.pk == node.pk or heir.kind != node.kind or heir.ends_on):
        raise NodeRefused("承接单位应是同类、未撤销的另一个单位。")
    hand_down(node, heir)
    end_what_hangs_on(node, on)
    node.ends_on, node.successor = on, heir
    checked(node)
    node.save(update_fields=["ends_on", "successor"])
    changes = {"ends_on": [None, str(on)], "successor": [None, str(heir) if heir else None]}
    record(node, "abolish", by=by, at=now, changes=changes, note=reason)
    return node


def hand_down(node: Node, heir: Node | None) -> None:
    children = list(Node.objects.select_for_update().filter(parent=node, ends_on__isnull=True))
    if children and heir is None:
        raise NodeRefused(f"其下还有 {len(children)} 个单位或组织，请选择承接单位。")
    for child in children:
        if heir is not None:
            rehang(child, heir)


def end_what_hangs_on(node: Node, on: date) -> None:
    late = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    if NodeCode.objects.filter(late, node=node, starts_on__gte=on).exists():
        raise NodeRefused("它有在撤销日期当天或之后才启用的代码，请先更正代码或日期。")
    NodeCode.objects.filter(late, node=node).update(ends_on=on)
    Grant.objects.filter(late, in_force(on), node=node).update(ends_on=on)
    Grant.objects.filter(late, node=node, starts_on__gt=on).update(ends_on=models.F("starts_on"))


@transaction.atomic
def add_code(
    *,
    node: Node,
    system: str,
    code: str,
    starts_on: date,
    by: Actor,
    now: datetime,
    ends_on: date | None = None,
    note: str = "",
) -> NodeCode:
    """Give a place a code for a time. A code means nothing without its system."""
    node = held(node.pk, by)
    if system not in NodeCode.System.values:
        raise NodeRefused("请说明代码属于哪个体系：同一个号码在两个体系里可以是不同的地方。")
    if not (code.isascii() and code.isdigit() and len(code) in CODE_LENGTHS):
        raise NodeRefused("区划代码应为 2、4、6、9 或 12 位数字。")
    row = NodeCode(
        node=node, system=system, code=code, starts_on=starts_on, ends_on=ends_on, note=note
    )
    checked(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NodeRefused("这段时间里，该代码或该节点已有登记。") from None
    record(node, "add_code", by=by, at=now, changes={"codes": [None, str(row)]}, note=note)
    return row


@transaction.atomic
def end_code(*, code: NodeCode, on: date, by: Actor, now: datetime) -> NodeCode:
    node = held(code.node_id, by)
    code = NodeCode.objects.select_for_update().get(pk=code.pk)
    if code.ends_on is not None:
        raise NodeRefused("这个代码已经停用。")
    code.ends_on = on
    checked(code)
    code.save(update_fields=["ends_on"])
    record(node, "end_code", by=by, at=now, changes={"codes": [str(code), f"至 {on}"]})
    return code
