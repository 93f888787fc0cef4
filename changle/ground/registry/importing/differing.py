"""How a row differs from the body it speaks of."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from changle.core.sealed import mask_name, mask_phone
from changle.core.sheets import person_name, text
from changle.ground.registry.importing.targets import TARGETS
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node


CLASSED = ("field", "official_class", "category")
PERSONAL = frozenset({"contact_name", "contact_phone", "contact_email"})
NEVER = frozenset({"kind", "uscc"})  # what a body is changes by conversion, not by a list
PLACE = "place"  # the seat, approved like a column
MOST_SHOWN = 40  # letters


@dataclass
class Difference:
    changes: dict[str, Any] = field(default_factory=dict)  # column -> JSON value to write
    before: dict[str, Any] = field(default_factory=dict)  # the same columns as they stand
    place: Node | None = None  # another place than its own


def differences(
    body: Organisation, columns: dict[str, Any], place: Node | None, *, only_blank: bool
) -> Difference:
    found = Difference()
    for key, value in columns.items():
        old = plain_value(body, key)
        if key in NEVER or tells_nothing(value, old) or (only_blank and old not in ("", None)):
            continue
        found.changes[key], found.before[key] = value, old
    if place is not None and moves(body, place) and not (only_blank and body.street_id):
        found.place = place
    return found


def tells_nothing(value: Any, old: Any) -> bool:
    """Whether they are the same, but for gaps and widths that no list keeps."""
    if value == old:
        return True
    return isinstance(old, str) and value in {text(old), person_name(old)}


def moves(body: Organisation, place: Node) -> bool:
    """Whether the place is another than the body's; its own street named alone is none."""
    return place.pk != body.node.parent_id and not (body.node.path or "").startswith(
        place.path or "-"
    )


def plain_value(body: Organisation, key: str) -> Any:
    """A column as JSON: classes by key, days as ISO text."""
    value = getattr(body, f"{key}_id" if key in CLASSED else key)
    return value.isoformat() if isinstance(value, date) else value


def written(differing: Difference, facts: list[dict[str, Any]]) -> dict[str, Any]:
    """What a row would write, as it keeps it."""
    told: dict[str, Any] = {}
    if differing.changes:
        told["changes"] = differing.changes
    if differing.place is not None:
        told["place"], told["place_name"] = differing.place.pk, differing.place.name
    if facts:
        told["facts"] = facts
    return told


def replaced(body: Organisation, differing: Difference) -> dict[str, Any]:
    """What an undo puts back, and the version by which a change in between is told."""
    told: dict[str, Any] = {"version": body.version, "kind": body.kind}
    if differing.changes:
        told["changes"] = differing.before
    if differing.place is not None:
        told["place"], told["place_name"] = body.node.parent_id, seat_name(body)
    return told


def seat_name(body: Organisation) -> str:
    """The community or street; "" of a body that lies in the district and nowhere nearer."""
    return str((body.community or body.street or "") and (body.community or body.street))


@dataclass(frozen=True)
class Change:
    """One cell that would be written over, ready to be approved or left."""

    key: str
    label: str
    old: str
    new: str
    fills: bool  # nothing stood there


def changes_of(
    values: dict[str, Any], before: dict[str, Any], names: dict[int, str], *, clear: bool = False
) -> list[Change]:
    """The cells in which a row differs; `names` are those of classes, contacts shown if `clear`."""
    if "version" not in before:
        return []
    stood = before.get("changes", {})
    found = []
    for key, new in values.get("changes", {}).items():
        old = stood.get(key)
        found.append(
            Change(key, TARGETS[key].label, shown(key, old, names, clear=clear),
                   shown(key, new, names, clear=clear), blank(old))
        )  # fmt: skip
    if "place" in values:
        old = before.get("place_name", "")
        found.append(Change(PLACE, "所在地", old, values.get("place_name", ""), not old))
    return found


def blank(value: Any) -> bool:
    return value in ("", None)


def shown(key: str, value: Any, names: dict[int, str], *, clear: bool) -> str:
    if blank(value):
        return ""
    if key in CLASSED:
        return names.get(value, "已停用的分类")
    if key in PERSONAL and not clear:
        return MASKS[key](str(value))
    if key == "fund_fen":
        return f"{value / 100:,.2f} 元"
    if key == "liability":
        return str(dict(Organisation.Liability.choices).get(value, value))
    return str(value)


def mask_email(mail: str) -> str:
    return f"{mail[:1]}***@{mail.partition('@')[2]}"


MASKS = {"contact_name": mask_name, "contact_phone": mask_phone, "contact_email": mask_email}


def change_sentences(
    values: dict[str, Any], before: dict[str, Any], names: dict[int, str]
) -> list[list[str]]:
    """[column, old → new] for the file of rows and for the console."""
    return [
        [one.label, f"{(one.old or '空')[:MOST_SHOWN]} → {one.new[:MOST_SHOWN]}"]
        for one in changes_of(values, before, names)
    ]
