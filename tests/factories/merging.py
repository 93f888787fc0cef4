from dataclasses import replace
from typing import Any

from django.apps import apps
from django.utils import timezone

from changle.core.log import LogEntry, LogSeal
from changle.core.reach import Actor
from changle.ground.merging.actions import merge
from changle.ground.merging.lifecycle import PAIR
from changle.ground.merging.models import DuplicatePair, Merge
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from tests.factories.registry import everything_at


UNCOMPARED = {LogEntry, LogSeal, Merge, DuplicatePair}
COUNTERS = {"version", "changed_at"}


def merger_at(place: Node) -> Actor:
    """The house itself, with every permission at a place."""
    return replace(everything_at(place), user_id=0)


def make_pair(
    one: Organisation, other: Organisation, *reasons: str, **fields: Any
) -> DuplicatePair:
    left, right = sorted((one, other), key=lambda row: row.pk)
    fields.setdefault("score", 60)
    row = DuplicatePair(
        left=left, right=right, reasons=DuplicatePair.told(reasons or ("name",)),
        found_at=timezone.now(), **fields,
    )  # fmt: skip
    PAIR.begin(row, DuplicatePair.State.OPEN, at=timezone.now()).save()
    return row


def make_merge(
    survivor: Organisation, merged: Organisation, by: Actor | None = None, **fields: Any
):
    place = survivor.node.parent
    while place.parent is not None:
        place = place.parent
    fields.setdefault("reason", "样例：录了两次")
    return merge(
        survivor=survivor.pk, merged=merged.pk, by=by or merger_at(place),
        now=fields.pop("now", timezone.now()), **fields,
    )  # fmt: skip


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the log, the accounts of merges, and counters of changes."""
    told = {}
    for model in apps.get_models(include_auto_created=True):
        if model in UNCOMPARED or not model._meta.managed:
            continue
        names = [f.attname for f in model._meta.concrete_fields if f.name not in COUNTERS]
        told[model._meta.label] = list(model._base_manager.order_by("pk").values(*names))
    return told
