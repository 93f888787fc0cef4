"""Tried rows as people look at them: what would be written over, what speaks for what."""

from collections.abc import Iterable
from typing import Any

from changle.core.reach import Actor
from changle.ground.registry.importing.approving import approved
from changle.ground.registry.importing.differing import change_sentences, changes_of
from changle.ground.registry.importing.options import Options
from changle.ground.registry.models import ClassItem, ImportBatch, ImportRow, Organisation
from changle.ground.registry.queries.importing import TONES
from changle.ground.territory.roles import Permission


Verdict = ImportRow.Verdict
NEW, UNDECIDED = "new", ""
MOST_CELLS = 4


def lines(
    batch: ImportBatch, rows: Iterable[ImportRow], actor: Actor, *, open_: bool
) -> list[dict[str, Any]]:
    """Rows ready to print, three queries for all of them."""
    shown = list(rows)
    options = Options.of(batch.options)
    clear = actor.holds_at(Permission.CONTACT_VIEW, batch.node.path or "")
    names = class_names(shown)
    bodies = candidates(shown)
    told = []
    for row in shown:
        ticked = approved(row.values, row.before, options)
        told.append(
            {
                "number": row.number,
                "cells": [cell for cell in row.cells if cell][:MOST_CELLS],
                "label": row.get_verdict_display(),
                "tone": TONES[Verdict(row.verdict)],
                "reasons": plain_sentences(row),
                "organisation": row.organisation_id if row.applied or row.before else None,
                "changes": [
                    {"cell": change, "on": change.key in ticked}
                    for change in changes_of(row.values, row.before, names, clear=clear)
                ],
                "choices": choices(row, bodies) if open_ else [],
                "chosen": str(row.values.get("choice", UNDECIDED)),
            }
        )
    return told


def class_names(rows: Iterable[ImportRow]) -> dict[int, str]:
    keys = set()
    for row in rows:
        for told in (row.values.get("changes", {}), row.before.get("changes", {})):
            keys |= {told[key] for key in ("field", "official_class", "category") if told.get(key)}
    return dict(ClassItem.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name"))


def candidates(rows: Iterable[ImportRow]) -> dict[int, str]:
    """What a candidate is called, with its code and where it lies."""
    keys = {pk for row in rows for pk in row.values.get("candidates", ())}
    found = Organisation.objects.filter(pk__in=keys).select_related("street", "community")
    return {
        body.pk: f"{body.name}（{body.uscc or body.filing_number or '无代码'}"
        f"{f'，{body.community or body.street}' if body.street else ''}）"
        for body in found.order_by("pk")
    }


def choices(row: ImportRow, bodies: dict[int, str]) -> list[dict[str, Any]]:
    """Which body a doubtful row may be: one of the candidates, or one of its own."""
    keys = row.values.get("candidates", ())
    if not keys:
        return []
    said = [
        {"value": str(pk), "label": f"就是“{bodies[pk]}”", "pk": pk} for pk in keys if pk in bodies
    ]
    if "unsettled" not in row.values.get("draft", row.values):
        said.append({"value": NEW, "label": "是另一个组织，新增", "pk": None})
    return said


def plain_sentences(row: ImportRow) -> list[str]:
    return ["：".join(part for part in reason if part) for reason in row.reasons]


def sentences(row: ImportRow, names: dict[int, str]) -> list[str]:
    """Everything that is to be said of a row, in words alone; `names` are those of classes."""
    changes = change_sentences(row.values, row.before, names)
    return [*("：".join(change) for change in changes), *plain_sentences(row)]


def all_class_names() -> dict[int, str]:
    return dict(ClassItem.objects.order_by("pk").values_list("pk", "name"))
