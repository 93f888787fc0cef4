"""The sample's territory: the real streets and communities, with their codes in two systems."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from pypinyin import lazy_pinyin

from changle.core.reach import reserve_ids
from changle.ground.territory.models import Node, NodeCode
from changle.site.founding import plant_district


CODES_SINCE = date(2020, 1, 1)
CENTRES = {
    "张家堡街道": "红管家、红驿站、红咖汇三个功能区，约 1300 平方米",
    "辛家庙街道": "场地共用、资源共享、活动共办、品牌共创",
}


# Roughly where they lie to each other; a scheme, not a map.
TILES = {
    "草滩街道": (1, 2), "未央湖街道": (1, 3), "六村堡街道": (2, 1), "汉城街道": (2, 2),
    "徐家湾街道": (2, 4), "张家堡街道": (2, 3), "建章路街道": (3, 1), "未央宫街道": (3, 2),
    "大明宫街道": (3, 3), "谭家街道": (3, 4), "三桥街道": (4, 1), "辛家庙街道": (4, 4),
}  # fmt: skip


def told() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "weiyang.json"
    return dict(json.loads(path.read_text("utf-8")))


def plant(*, now: datetime) -> dict[str, Node]:
    """District, 12 streets, 393 communities, a centre a street; by name (communities "街道/社区")."""
    facts = told()
    root = plant_district(
        name=facts["district"]["name"], code=facts["district"]["code"], now=now, is_sample=True
    )
    NodeCode.objects.filter(node=root).update(starts_on=CODES_SINCE)
    nodes = {root.name: root}
    streets = grow([street_of(fact, root) for fact in facts["streets"]])
    codes = []
    for street, fact in zip(streets, facts["streets"], strict=True):
        nodes[street.name] = street
        codes.append(code(street, NodeCode.System.STATS, fact["code"]))
        if fact["portal"]:
            codes.append(code(street, NodeCode.System.PORTAL, fact["portal"]))
    below = [
        (street, *entry) for street, fact in zip(streets, facts["streets"], strict=True)
        for entry in fact["communities"]
    ]  # fmt: skip
    communities = grow([community(street, name) for street, _code, name in below])
    for node, (street, number, _name) in zip(communities, below, strict=True):
        nodes[f"{street.name}/{node.name}"] = node
        codes.append(code(node, NodeCode.System.STATS, number))
    centres = grow(
        [
            Node(
                kind=Node.Kind.CENTRE,
                name=f"{street.name}社会组织服务中心",
                short_name="中心",
                parent=street,
            )
            for street in streets
        ]
        + [Node(kind=Node.Kind.CENTRE, name="未央区社会组织孵化基地", parent=root)]
    )
    nodes |= {node.name: node for node in centres}
    NodeCode.objects.bulk_create(codes, batch_size=500)
    return nodes


def street_of(fact: dict[str, Any], root: Node) -> Node:
    row, column = TILES.get(fact["name"], (None, None))
    return Node(
        kind=Node.Kind.STREET, name=fact["name"], parent=root, tile_row=row, tile_column=column
    )


def community(street: Node, official: str) -> Node:
    """The area, not its committee: 居委会 and 村委会 run it and are no part of its name."""
    rural = bool(re.search(r"村(民)?委(员)?会$", official)) or "民委会" in official
    base = re.sub(r"(居民委员会|村民委员会|居委会|村委会|民委会|委员会)$", "", official)
    if rural and not base.endswith("村"):
        base += "村"
    elif not rural and not base.endswith("社区"):
        base += "社区"
    residence = Node.Residence.RURAL if rural else Node.Residence.URBAN
    return Node(kind=Node.Kind.COMMUNITY, name=base, parent=street, residence=residence)


def grow(nodes: list[Node]) -> list[Node]:
    for node, key in zip(nodes, reserve_ids(Node, len(nodes)), strict=True):
        if node.parent is None or node.parent.path is None:
            raise ValueError("a grown node stands under a planted one")
        node.pk = key
        node.path = f"{node.parent.path}{key}."
        node.pinyin = "".join(lazy_pinyin(node.name))
        node.short_name = node.short_name or re.sub(r"(街道|社区)$", "", node.name)
        node.sort = key
        node.is_sample = True
    return Node.objects.bulk_create(nodes, batch_size=500)


def code(node: Node, system: str, number: str) -> NodeCode:
    return NodeCode(node=node, system=system, code=number, starts_on=CODES_SINCE)


def today() -> date:
    return timezone.localdate()
