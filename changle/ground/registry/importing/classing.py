"""The columns of the body that a row fills, classes by key."""

from typing import Any

from changle.ground.registry.importing.cells import Reading
from changle.ground.registry.importing.mapping import FACT_KEYS
from changle.ground.registry.importing.targets import TARGETS


CLASSES: dict[str, dict[str, tuple[str, ...]]] = {
    "field": {"": ("field",)},
    "official_class": {
        "ST": ("association",), "MF": ("nonenterprise", "industry"), "JJH": ("foundation",),
    },
    "category": {"BA": ("community",), "PRE": ("community",)},
}  # fmt: skip
NOT_COLUMNS = FACT_KEYS | {"street", "community", "place_code", "status", "id", "kind", "_raw"}
ClassBook = dict[tuple[str, str], int]  # (list, name) -> key


def columns_of(reading: Reading, kind: str, classes: ClassBook) -> dict[str, Any]:
    columns = {k: v for k, v in reading.values.items() if k not in NOT_COLUMNS}
    for key, by_kind in CLASSES.items():
        name = columns.pop(key, "")
        lists = by_kind.get(kind, by_kind.get("", ()))
        if not name or (not lists and key != "field"):
            continue
        found = class_named(lists, name, classes)
        if found is None:
            reading.remarks.append([TARGETS[key].label, f"分类表中没有“{name}”，这一格不导入"])
        else:
            columns[key] = found
    return columns


def class_named(lists: tuple[str, ...], name: str, classes: ClassBook) -> int | None:
    for list_ in lists:
        for spelt in (name, f"{name}类", name.removesuffix("类")):
            if (list_, spelt) in classes:
                return classes[list_, spelt]
    return None
