"""What people see of imports."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import ImportBatch, ImportRow
from changle.ground.territory.models import Node
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


verbs.update({"approve": "选定导入内容"})
NEEDS = Permission.ORGANISATION_IMPORT
ON_A_PAGE = 50
LATEST = 50
Verdict = ImportRow.Verdict
TONES = {
    Verdict.NEW: "green", Verdict.UPDATE: "azure", Verdict.SAME: "secondary",
    Verdict.DOUBTFUL: "yellow", Verdict.REFUSED: "red", Verdict.SKIPPED: "secondary",
}  # fmt: skip


def batches(actor: Actor) -> "QuerySet[ImportBatch]":
    rows = actor.rows(ImportBatch, NEEDS).select_related("node", "uploaded_by", "job")
    return rows.order_by("-created_at", "-pk")[:LATEST]


def batch_seen(actor: Actor, pk: int) -> ImportBatch:
    """Raises ImportBatch.DoesNotExist, to strangers too."""
    rows = actor.rows(ImportBatch, NEEDS)
    return rows.select_related("node", "uploaded_by", "job").get(pk=pk)


def places_to_import(actor: Actor) -> "QuerySet[Node]":
    """Districts and streets; in which community a body lies, its row says."""
    kinds = [Node.Kind.DISTRICT, Node.Kind.STREET]
    rows = actor.rows(Node, NEEDS).filter(kind__in=kinds, ends_on__isnull=True)
    return rows.order_by("path")


def chips(batch: ImportBatch, chosen: str) -> list[dict[str, Any]]:
    """A filter for each verdict that occurs, with its count."""
    counted = [(name, label, batch.counts.get(name, 0)) for name, label in Verdict.choices]
    return [
        {"value": name, "label": label, "count": count, "on": name == chosen}
        for name, label, count in counted
        if count
    ]


def judged_rows(batch: ImportBatch, verdict: str, page: str) -> "Page[ImportRow]":
    rows = batch.rows.order_by("number", "pk")
    if verdict in Verdict.values:
        rows = rows.filter(verdict=verdict)
    return Paginator(rows, ON_A_PAGE).get_page(page)


def unimported(batch: ImportBatch) -> "QuerySet[ImportRow]":
    """The rows that were refused or are doubtful, for the file that goes back to who made it."""
    verdicts = [Verdict.REFUSED, Verdict.DOUBTFUL]
    return batch.rows.filter(verdict__in=verdicts, applied=False).order_by("number", "pk")
