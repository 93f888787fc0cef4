"""Which papers a body hands in: one list for registered bodies, one for those that will be."""

import json
from functools import cache
from pathlib import Path

from changle.ground.registry.models import Organisation
from changle.services.incubation.models import Incubatee, Paper


DATA = Path(__file__).parents[1] / "data"
NAMELESS = ("project", "plan")  # what a panel may read where the call hides the names


@cache
def lists() -> dict[str, dict[str, str]]:
    """Name of the list -> code of the paper -> name of the paper."""
    held = json.loads((DATA / "papers_1.json").read_text("utf-8"))
    return {
        name: {one["code"]: one["name"] for one in held[name]}
        for name in ("registered", "to_register")
    }


def asked_of(body: Organisation) -> dict[str, str]:
    registered = body.kind in Organisation.REGISTERED
    return lists()["registered" if registered else "to_register"]


def papers_of(row: Incubatee) -> list[tuple[str, str, Paper | None]]:
    """Each paper asked for: code, name, and what was handed in."""
    held = {one.kind: one for one in Paper.objects.filter(incubatee=row).select_related("file")}
    return [(code, name, held.get(code)) for code, name in asked_of(row.organisation).items()]


def missing(row: Incubatee) -> list[str]:
    return [name for _code, name, paper in papers_of(row) if paper is None]
