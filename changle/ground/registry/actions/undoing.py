"""An import is taken back as a whole, or not at all."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.actions.changing import change_organisation, move_organisation
from changle.ground.registry.actions.importing import ImportRefused, locked
from changle.ground.registry.actions.writing import by_parts, dated, plain_columns
from changle.ground.registry.importing import parts
from changle.ground.registry.lifecycle import IMPORT
from changle.ground.registry.models import (
    ClassItem,
    Identity,
    ImportBatch,
    ImportRow,
    OfficialFact,
    Organisation,
)
from changle.ground.territory.models import Node


MOST_NAMED = 10
SOME = 500  # rows deleted together


class ChangedSince(ImportRefused):
    """Others have worked on what the import made; `names` are those bodies, all of them."""

    def __init__(self, names: list[str]) -> None:
        shown = "、".join(names[:MOST_NAMED])
        more = f"等 {len(names)} 个组织" if len(names) > MOST_NAMED else ""
        super().__init__(f"不能撤销，导入之后这些组织又有变化：{shown}{more}。")
        self.names = names


@transaction.atomic
def undo(*, pk: int, by: Actor, now: datetime) -> ImportBatch:
    """Delete what the import made and put back what it replaced. Raises ChangedSince."""
    batch = locked(pk, by)
    batch = IMPORT.fire(pk, "undo", by=by, now=now)
    names = changed_since(batch)
    if names:
        raise ChangedSince(names)
    note = f"撤销导入批次 {batch.pk}：{batch.file_name}"
    made: list[int] = []
    for part in by_parts(batch.rows.filter(applied=True)):
        take_back_facts(part)
        for row in part:
            if "version" not in row.before:
                made += [row.organisation_id] if row.organisation_id else []
            else:
                restore(row, by, now, note)
    for some in parts(made, SOME):
        remove(some, by, now, note)
    batch.rows.filter(applied=True).update(applied=False)
    return batch


def changed_since(batch: ImportBatch) -> list[str]:
    """The names of bodies that are no longer as the import left them."""
    names: list[str] = []
    for part in by_parts(batch.rows.filter(applied=True, organisation__isnull=False)):
        rows = {row.organisation_id: row for row in part}
        kept = [fact for row in part for fact in row.before.get("facts_new", ())]
        for some in parts(sorted(pk for pk in rows if pk), SOME):
            bodies = Organisation.objects.filter(pk__in=some).order_by("pk")
            names += [body.name for body in bodies if touched(body, rows[body.pk])]
            names += foreign(batch, some, set(kept), rows)
    return list(dict.fromkeys(names))


def touched(body: Organisation, row: ImportRow) -> bool:
    if "version" in row.before:
        return bool(body.version != row.before.get("after"))
    return body.version != 1 or body.state_since != body.recorded_at


def foreign(
    batch: ImportBatch, some: list[int], kept: set[int], rows: dict[int | None, ImportRow]
) -> list[str]:
    """Bodies that the import made and to which others have since fastened something."""
    made = [pk for pk in some if "version" not in rows[pk].before]
    facts = OfficialFact.objects.filter(organisation__in=made).order_by("pk")
    told = facts.values_list("pk", "organisation__name")
    names = [name for pk, name in told if pk not in kept]
    fastened = Q(node__children__isnull=False) | Q(node__grants__isnull=False)
    held = Organisation.objects.filter(fastened, pk__in=made).order_by("pk")
    later = ImportRow.objects.filter(organisation__in=made, applied=True, batch__gt=batch.pk)
    names += held.values_list("name", flat=True)
    return names + list(later.order_by("pk").values_list("organisation__name", flat=True))


def take_back_facts(rows: list[ImportRow]) -> None:
    new = [pk for row in rows for pk in row.before.get("facts_new", ())]
    for some in parts(new, SOME):
        OfficialFact.objects.filter(pk__in=some).delete()
    for row in rows:
        for pk, old in row.before.get("facts_old", ()):
            OfficialFact.objects.filter(pk=pk).update(**dated(old))


def restore(row: ImportRow, by: Actor, now: datetime, note: str) -> None:
    if row.organisation_id is None:
        return
    told: dict[str, Any] = {"by": by, "now": now, "note": note}
    body = Organisation.objects.get(pk=row.organisation_id)
    if "place" in row.before:
        place = Node.objects.select_related("parent").get(pk=row.before["place"])
        on = timezone.localdate(now)
        body = move_organisation(pk=body.pk, place=place, on=on, **told)
    if old := row.before.get("changes"):
        keys = [old[key] for key in ("field", "official_class", "category") if old.get(key)]
        changes = plain_columns(old, ClassItem.objects.in_bulk(keys))
        change_organisation(pk=body.pk, version=body.version, changes=changes, **told)


def remove(keys: list[int], by: Actor, now: datetime, note: str) -> None:
    """The bodies with their nodes and identities; the log keeps that they were."""
    bodies = Organisation.objects.filter(pk__in=keys).annotate(path=F("node__path"))
    nodes, entries = [], []
    for body in bodies.order_by("pk"):
        nodes.append(body.node_id)
        entries.append(
            LogEntry(
                at=now, actor_id=by.user_id, actor_name=by.name, verb="undo_import",
                subject_label=Organisation._meta.label, subject_id=str(body.pk),
                subject_text=body.name, path=body.path or "", source=body.state, note=note,
            )
        )  # fmt: skip
    try:
        Identity.objects.filter(organisation__in=keys).delete()
        Organisation.objects.filter(pk__in=keys).delete()
        Node.objects.filter(pk__in=nodes).delete()
    except ProtectedError as held:
        raise ChangedSince([str(row) for row in list(held.protected_objects)[:1]]) from None
    LogEntry.objects.bulk_create(entries)
