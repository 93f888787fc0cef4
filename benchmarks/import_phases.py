"""The phases that `import_speed` compares, each run in a process of its own."""

from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.management import call_command
from django.db import transaction

from changle.core.reach import Actor, reserve_ids
from changle.core.sheets import layout, read
from changle.ground.registry.actions.adding import CHUNK, Draft, build
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.actions.writing import write
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


def prepare() -> None:
    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0)


def streets() -> list[str]:
    rows = Node.objects.filter(kind=Node.Kind.STREET).order_by("pk")
    return list(rows.values_list("name", flat=True))


def root() -> Node:
    return Node.objects.filter(kind=Node.Kind.DISTRICT).order_by("pk").get()


def operator(node: Node) -> Actor:
    return Actor(name="测速", reach={str(each): (node.path or "",) for each in Permission})


def read_list(path: Path, *, now: datetime) -> None:  # noqa: ARG001  alike for all phases
    layout(read(path))


def bare_list(path: Path, *, now: datetime) -> None:
    """The rows themselves into their tables, as few statements as can be, then rolled back."""
    place = root()
    by = operator(place)
    rows = layout(read(path)).rows
    drafts = [
        Draft(kind={"1": "ST", "2": "MF", "3": "JJH"}[str(row.cells[1])[1]],
              name=str(row.cells[0]), uscc=str(row.cells[1]), place=place)
        for row in rows
    ]  # fmt: skip
    with transaction.atomic():
        for start in range(0, len(drafts), CHUNK):
            insert(drafts[start : start + CHUNK], by, now)
        transaction.set_rollback(True)


def insert(drafts: list[Draft], by: Actor, now: datetime) -> None:
    keys = reserve_ids(Node, len(drafts))
    built = [build(d, key=key, by=by, now=now) for d, key in zip(drafts, keys, strict=True)]
    Node.objects.bulk_create([each.node for each in built])
    Organisation.objects.bulk_create([each.organisation for each in built])
    Identity.objects.bulk_create([each.identity for each in built])


def import_list(path: Path, *, now: datetime) -> None:
    """Upload, dry run and import, as the background does them."""
    place = root()
    by = operator(place)
    with path.open("rb") as content:
        batch = upload(file=File(content, name=path.name), node=place, by=by, now=now)
    batch = check(pk=batch.pk, by=by, now=now)
    batch = write(pk=batch.pk, good_only=False, doubtful=True, by=by, now=now)
    if batch.counts["added"] != batch.counts["rows"]:
        raise SystemExit(f"imported {batch.counts}")
