"""How a row differs from the body it speaks of."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from changle.ground.registry.importing.targets import TARGETS
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node


CLASSED = ("field", "official_class", "category")
PERSONAL = frozenset({"contact_name", "contact_phone", "contact_email"})
NEVER = frozenset({"kind", "uscc"})  # what a body is changes by conversion, not by a list
MOST_SHOWN = 40  # letters


@dataclass
class Difference:
    changes: dict[str, Any] = field(default_factory=dict)  # column -> JSON value to write
    before: dict[str, Any] = field(default_factory=dict)  # the same columns as they stand
    place: int | None = None  # key of another place than its own
    reasons: list[list[str]] = field(default_factory=list)


def differences(
    body: Organisation, columns: dict[str, Any], place: Node | None, *, only_blank: bool
) -> Difference:
    found = Difference()
    for key, value in columns.items():
        old = plain_value(body, key)
        if key in NEVER or value == old or (only_blank and old not in ("", None)):
            continue
        found.changes[key], found.before[key] = value, old
        found.reasons.append([TARGETS[key].label, _shown(key, old, value)])
    if place is not None and moves(body, place) and not only_blank:
        found.place = place.pk
        found.reasons.append(["所在地", f"改为{place.name}"])
    return found


def moves(body: Organisation, place: Node) -> bool:
    """Whether the place is another than the body's; its own street named alone is none."""
    return place.pk != body.node.parent_id and not (body.node.path or "").startswith(
        place.path or "-"
    )


def plain_value(body: Organisation, key: str) -> Any:
    """A column as JSON: classes by key, days as ISO text."""
    value = getattr(body, f"{key}_id" if key in CLASSED else key)
    return value.isoformat() if isinstance(value, date) else value


def _shown(key: str, old: Any, new: Any) -> str:
    if key in PERSONAL or key in CLASSED:
        return "有变化" if old else "补填"
    if key == "fund_fen":
        old, new = (f"{each / 100:.2f}元" if each else each for each in (old, new))
    short = [str(each)[:MOST_SHOWN] if each not in ("", None) else "空" for each in (old, new)]
    return f"{short[0]} → {short[1]}"
