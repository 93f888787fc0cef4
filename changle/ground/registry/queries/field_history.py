"""What every field of a body and of its own rows was, and who changed it when: from the log.

The rows that lie under a body, such as posts and facts, bear its path in the log; a body that has
moved bore another path before, and a record put into it had one of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from changle.core.log import LogEntry
from changle.core.privacy import Privacy
from changle.core.reach import Actor
from changle.ground.registry.models import ClassItem, Identity, Organisation
from changle.ground.registry.queries.listing import key_of
from changle.ground.territory.queries import deed_of
from changle.ground.territory.roles import Permission


PAGE = 40
HIDDEN = "…"
OPEN_CLASSES = {Privacy.P0, Privacy.P1}
OTHER_WORDS = {"place": "所在地", "path": "位置", "file": "文件", "codes": "代码", "on": "日期"}
CLASSED = {"field", "official_class", "category"}


@dataclass(frozen=True)
class Change:
    """One field of one row, changed once."""

    at: datetime
    actor: str
    deed: str
    thing: str  # what kind of row
    subject: str
    label: str
    old: Any
    new: Any
    note: str


def entries_of(row: Organisation) -> "QuerySet[LogEntry]":
    """The entries of the body, of what lies under it, and of the records put into it; newest first."""
    bodies = [row, *Organisation.objects.filter(merged_into=row).select_related("node")]
    keys = [str(body.pk) for body in bodies]
    wanted = Q(subject_label=Organisation._meta.label, subject_id__in=keys)
    for path in sorted(paths_of(bodies)):
        wanted |= Q(path__under=path)
    return LogEntry.objects.filter(wanted).exclude(changes={}).order_by("-id")


def paths_of(bodies: list[Organisation]) -> set[str]:
    """The paths that the bodies have, and those they had where they stood before."""
    told = {str(body.node.path) for body in bodies}
    nodes = {body.pk: body.node_id for body in bodies}
    stood = Identity.objects.filter(organisation__in=bodies).values_list(
        "organisation", "place__path"
    )
    return told | {f"{path}{nodes[pk]}." for pk, path in stood}


def changes_page(
    row: Organisation, actor: Actor, *, field: str = "", before: str = ""
) -> tuple[list[Change], int | None]:
    """The changes below a key of the log, and the key of the next page; `field`: "Model.field"."""
    entries = entries_of(row)
    label, _, name = field.rpartition(".")
    if label and name:
        entries = entries.filter(subject_label=label, changes__has_key=name)
    if last := key_of(before):
        entries = entries.filter(pk__lt=last)
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    classes = class_names(shown)
    told = [change for entry in shown for change in told_of(entry, actor, row, classes, name)]
    return told, shown[-1].pk if len(found) > PAGE else None


def told_of(
    entry: LogEntry, actor: Actor, row: Organisation, classes: dict[str, str], only: str
) -> list[Change]:
    clear = actor.reaches(row, Permission.CONTACT_VIEW)
    told = []
    for name, pair in entry.changes.items():
        if not (isinstance(pair, list) and len(pair) == 2) or (only and name != only):  # noqa: PLR2004  [old, new]
            continue
        old, new = (spoken(entry.subject_label, name, value, classes) for value in pair)
        if closed(entry.subject_label, name, clear=clear):
            old = new = HIDDEN
        told.append(
            Change(entry.at, entry.actor_name, deed_of(entry), thing_of(entry.subject_label),
                   entry.subject_text, label_of(entry.subject_label, name), old, new, entry.note)
        )  # fmt: skip
    return told


def closed(label: str, name: str, *, clear: bool) -> bool:
    """Whether a value is not for this page: personal beyond P1, or a contact not shown to the asker."""
    model = model_of(label)
    kind = getattr(model, "privacy", {}).get(name, Privacy.P0) if model else Privacy.P0
    return kind not in OPEN_CLASSES or (kind == Privacy.P1 and not clear)


def model_of(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def column_of(label: str, name: str) -> Any:
    model = model_of(label)
    fields = {one.name: one for one in model._meta.get_fields()} if model else {}
    return fields.get(name)


def thing_of(label: str) -> str:
    model = model_of(label)
    return str(model._meta.verbose_name) if model else label


def label_of(label: str, name: str) -> str:
    column = column_of(label, name)
    return str(getattr(column, "verbose_name", OTHER_WORDS.get(name, name)))


def spoken(label: str, name: str, value: Any, classes: dict[str, str]) -> Any:
    """A logged value in words: a choice by its label, a class by its name."""
    if label == Organisation._meta.label and name in CLASSED:
        return classes.get(str(value), value)
    if isinstance(value, bool):
        return "是" if value else "否"
    choices = dict(getattr(column_of(label, name), "flatchoices", None) or ())
    return choices.get(value, value) if isinstance(value, str | int) else value


def class_names(entries: list[LogEntry]) -> dict[str, str]:
    """The names of the classes that a merge logged by their keys; one query, if any are."""
    keys = {
        value
        for entry in entries
        for name in CLASSED & entry.changes.keys()
        for value in entry.changes[name]
        if isinstance(value, int)
    }
    rows = ClassItem.objects.filter(pk__in=keys).values_list("pk", "name") if keys else ()
    return {str(pk): name for pk, name in rows}


def fields_changed(row: Organisation) -> list[tuple[str, str]]:
    """The fields of which the log tells something, for the filter: ("Model.field", words)."""
    told: dict[str, str] = {}
    for label, changes in entries_of(row).values_list("subject_label", "changes")[:2000]:
        for name in changes:
            own = label == Organisation._meta.label
            words = label_of(label, name)
            told[f"{label}.{name}"] = words if own else f"{thing_of(label)}：{words}"
    return sorted(told.items(), key=lambda pair: pair[1])
