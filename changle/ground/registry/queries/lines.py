"""A page of the list, ready to print: labels, marks and addresses once a page, not once a row."""

from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.core.sealed import mask_phone
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


KINDS = {"ST": "社会团体", "MF": "民非", "JJH": "基金会", "BA": "备案", "PRE": "拟成立"}
STATES = dict(Organisation.State.choices)
# The seal says the state in a word; its colour only repeats it.
TONES = {
    "active": "good", "changing": "near", "rectifying": "", "suspended": "", "liquidating": "near",
    "paused": "near",
}  # fmt: skip
ENDED = "calm"
COLUMNS = (
    "pk", "name", "kind", "state", "uscc", "filing_number", "field__name", "category__name",
    "street__name", "community__name", "legal_representative", "contact_phone", "node__path",
)  # fmt: skip


def tone(state: str) -> str:
    return TONES.get(state, ENDED)


def lines_of(rows: "QuerySet[Organisation]", actor: Actor, stem: str) -> list[dict[str, Any]]:
    """One query; `stem` is the address of the list, under which each body has its page."""
    clear = actor.reach.get(Permission.CONTACT_VIEW, ())
    return [line(row, clear, stem) for row in rows.values_list(*COLUMNS)]


def line(row: tuple[Any, ...], clear: tuple[str, ...], stem: str) -> dict[str, Any]:
    (
        pk, name, kind, state, uscc, filing, field, category, street, community, leader, phone, path,
    ) = row  # fmt: skip
    return {
        "href": f"{stem}{pk}/",
        "name": name,
        "kind": KINDS[kind],
        "state": STATES.get(state, state),
        "tone": tone(state),
        "code": uscc or filing,
        "about": category or field or "",
        "place": " ".join(filter(None, (street, community))),
        "leader": leader,
        "phone": phone if path.startswith(clear or ("-",)) else mask_phone(phone),
    }
