"""The papers of a body as people read them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from changle.core.files import StoredFile
from changle.core.reach import Actor
from changle.ground.people.models import Paper
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


SOON = 30  # days


@dataclass(frozen=True)
class PaperLine:
    paper: Paper
    files: list[StoredFile]
    stand: str  # in words
    tone: str  # of the seal


def papers_of(actor: Actor, organisation: int, *, on: date) -> list[PaperLine]:
    """Valid ones first, each with its scans; two queries."""
    rows = actor.rows(Paper, Permission.PEOPLE_VIEW).filter(organisation_id=organisation)
    papers = sorted(
        rows.select_related("organisation__node").order_by("kind", "-starts_on", "-pk"),
        key=lambda paper: (paper.state != Paper.State.VALID, Paper.Kind.values.index(paper.kind)),
    )
    files: dict[str, list[StoredFile]] = {}
    for file in StoredFile.objects.filter(
        subject_label=Paper._meta.label, subject_pk__in=[str(paper.pk) for paper in papers]
    ).order_by("-pk"):
        files.setdefault(file.subject_pk, []).append(file)
    return [PaperLine(one, files.get(str(one.pk), []), *stand(one, on)) for one in papers]


def stand(paper: Paper, on: date) -> tuple[str, str]:
    """How a paper stands on a day, and the tone in which that is printed."""
    if paper.state != Paper.State.VALID:
        return paper.state_label(), "calm"
    if paper.ends_on is None:
        return "有效", "good"
    left = (paper.ends_on - on).days
    if left <= 0:
        return "已过期", ""
    return (f"还有 {left} 天到期", "near") if left <= SOON else ("有效", "good")


def paper_seen(actor: Actor, pk: int, needs: str) -> Paper | None:
    rows = actor.rows(Paper, needs).select_related("organisation__node")
    return rows.filter(pk=pk).first()


def running_out(first: date, after: date) -> "QuerySet[Paper]":
    """Valid papers of living bodies whose last day lies within a span."""
    rows = Paper.objects.filter(
        state=Paper.State.VALID, ends_on__gt=first, ends_on__lte=after,
        organisation__state__in=Organisation.LIVING,
    )  # fmt: skip
    return rows.select_related("organisation__node").order_by("pk")
