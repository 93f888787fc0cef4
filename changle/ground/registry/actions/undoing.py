"""An import is taken back as a whole, or not at all."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, ProtectedError, Q

from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.actions.columns import write_columns
from changle.ground.registry.actions.importing import ImportRefused, locked
from changle.ground.registry.actions.revising import Revision, locked_bodies, revise
from changle.ground.registry.actions.writer import FACT_COLUMNS, dated, plain_columns
from changle.ground.registry.actions.writing import by_parts
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
        made += [row.organisation_id for row in part if is_made(row) and row.organisation_id]
        restore([row for row in part if "after" in row.before], by, now, note)
    for some in parts(made, SOME):
        remove(some, by, now, note)
    batch.rows.filter(applied=True).update(applied=False)
    return batch


def is_made(row: ImportRow) -> bool:
    """Whether the row brought its body in; else it changed one, or told something of it."""
    return "version" not in row.before and "with" not in row.values


def changed_since(batch: ImportBatch) -> list[str]:
    """The names of bodies that are no longer as the import left them."""
    applied = batch.rows.filter(applied=True, organisation__isnull=False)
    told = {
        pk for row in applied.iterator(chunk_size=SOME) for pk in row.before.get("facts_new", ())
    }
    names = altered_facts(sorted(told))
    for part in by_parts(applied):
        rows = {row.organisation_id: row for row in part if is_made(row) or "after" in row.before}
        for some in parts(sorted(pk for pk in rows if pk), SOME):
            bodies = Organisation.objects.filter(pk__in=some).order_by("pk")
            names += [body.name for body in bodies if touched(body, rows[body.pk])]
            names += foreign(batch, [pk for pk in some if is_made(rows[pk])], told)
    return list(dict.fromkeys(names))


def touched(body: Organisation, row: ImportRow) -> bool:
    if "after" in row.before:
        return bool(body.version != row.before["after"])
    # The state of a body that is told when it was registered holds since that day.
    return body.version != 1 or body.state_since > body.recorded_at


def altered_facts(keys: list[int]) -> list[str]:
    """Bodies of which a fact that the import told was withdrawn or carried further since."""
    names: list[str] = []
    for some in parts(keys, SOME):
        facts = OfficialFact.objects.filter(pk__in=some, withdrawn_at__isnull=False)
        names += facts.order_by("pk").values_list("organisation__name", flat=True)
    return names


def foreign(batch: ImportBatch, made: list[int], kept: set[int]) -> list[str]:
    """Bodies that the import made and to which others have since fastened something."""
    facts = OfficialFact.objects.filter(organisation__in=made).order_by("pk")
    told = facts.values_list("pk", "organisation__name")
    names = [name for pk, name in told if pk not in kept]
    fastened = Q(node__children__isnull=False) | Q(node__grants__isnull=False)
    held = Organisation.objects.filter(fastened, pk__in=made).order_by("pk")
    later = ImportRow.objects.filter(organisation__in=made, applied=True, batch__gt=batch.pk)
    names += held.values_list("name", flat=True)
    return names + list(later.order_by("pk").values_list("organisation__name", flat=True))


def take_back_facts(rows: list[ImportRow]) -> None:
    """New facts go, those that were filled up are emptied, those put right hold again."""
    new = [pk for row in rows for pk in row.before.get("facts_new", ())]
    for some in parts(new, SOME):
        held = OfficialFact.objects.filter(pk__in=some)
        try:
            held.delete()
        except ProtectedError as why:
            raise ChangedSince([str(row) for row in list(why.protected_objects)[:1]]) from None
    olds = {pk: old for row in rows for pk, old in row.before.get("facts_old", ())}
    facts = OfficialFact.objects.in_bulk(list(olds))
    for pk, fact in facts.items():
        for name, value in dated(olds[pk]).items():
            setattr(fact, name, value)
    write_columns(facts.values(), FACT_COLUMNS)
    keys = [pk for row in rows for pk in row.before.get("facts_withdrawn", ())]
    for some in parts(keys, SOME):
        OfficialFact.objects.filter(pk__in=some).update(withdrawn_at=None, withdrawn_because="")


def restore(rows: list[ImportRow], by: Actor, now: datetime, note: str) -> None:
    """Put back what the rows replaced, each in a revision of its own in the log."""
    bodies = locked_bodies({row.organisation_id or 0 for row in rows}, by=by)
    places = Node.objects.select_related("parent").in_bulk(
        {row.before["place"] for row in rows if "place" in row.before}
    )
    classes = ClassItem.objects.in_bulk()
    revisions = []
    for row in rows:
        body = bodies.get(row.organisation_id or 0)
        if body is None:
            raise ImportRefused(f"您不能修改“{row.organisation}”，不能撤销。")
        changes = plain_columns(row.before.get("changes", {}), classes)
        revisions.append(Revision(body, changes, places.get(row.before.get("place", 0))))
    revise(revisions, by=by, now=now, note=note)
    begin_as_before(rows, bodies)


def begin_as_before(rows: list[ImportRow], bodies: dict[int, Organisation]) -> None:
    """The first days that the import moved are moved back."""
    moved = {row.before["began"]["identity"]: row for row in rows if "began" in row.before}
    identities = Identity.objects.in_bulk(list(moved))
    waiting = []
    for pk, identity in identities.items():
        told = moved[pk].before["began"]
        identity.starts_on = date.fromisoformat(told["old"])
        body = bodies[identity.organisation_id]
        if "since" in told and body.state == body.State.ACTIVE:
            body.state_since = datetime.fromisoformat(told["since"])
            waiting.append(body)
    write_columns(identities.values(), ["starts_on"])
    write_columns(waiting, ["state_since"])


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
