from datetime import date
from typing import Any

from django.utils import timezone

from changle.core.codes import organisation_check, uscc_check
from changle.core.reach import Actor
from changle.ground.registry.actions import Draft, add_organisation
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


PREFIX = {"ST": "51", "MF": "52", "JJH": "53"}
FOUNDED_ON = date(2020, 5, 6)
SYSTEM = Actor(name="样例")
_count = iter(range(1, 10**9))


def make_uscc(kind: str = "MF", region: str = "610112") -> str:
    """A code that no other body of the test bears, with both checks right."""
    body = f"MJ{next(_count):06d}"
    code = f"{PREFIX[kind]}{region}{body}{organisation_check(body)}"
    return code + uscc_check(code)


def make_draft(place: Node, kind: str = "BA", **fields: Any) -> Draft:
    number = next(_count)
    if kind in PREFIX:
        fields.setdefault("uscc", make_uscc(kind))
    elif kind == "BA":
        fields.setdefault("filing_number", f"样例备〔2020〕{number}号")
    fields.setdefault("registered_on", FOUNDED_ON)
    name = fields.pop("name", "") or f"样例{Organisation.Kind(kind).label[:4]}{number}"
    return Draft(kind=kind, name=name, place=place, **fields)


def make_organisation(
    place: Node, kind: str = "BA", *, by: Actor = SYSTEM, **fields: Any
) -> Organisation:
    draft = make_draft(place, kind, **fields)
    return add_organisation(draft=draft, by=by, now=timezone.now())


def everything_at(place: Node) -> Actor:
    """Somebody with every permission at a place."""
    return Actor(user_id=7, name="样例丁", reach=dict.fromkeys(Permission, (str(place.path),)))
