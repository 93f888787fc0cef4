from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfWriter

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for
from changle.services.incubation.lifecycle import INCUBATEE, PLAN_ITEM
from changle.services.incubation.models import (
    DIMENSIONS,
    Appraisal,
    Call,
    Delivery,
    Diagnosis,
    Incubatee,
    PlanItem,
    Sheet,
)
from changle.services.incubation.queries.scoring import points_of, rubric
from tests.factories.accounts import make_user
from tests.factories.commons import make_centre
from tests.factories.registry import make_organisation
from tests.factories.territory import make_grant


NOW = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Xi'an
FULL = points_of(rubric("admission", 1))
EXIT_FULL = points_of(rubric("exit", 1))
MIDTERM_FULL = points_of(rubric("midterm", 1))
LEVELS = dict.fromkeys(DIMENSIONS, 2)


def make_pdf(author: str = "样例作者") -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": author})
    writer.write(out)
    return out.getvalue()


def make_call(node: Node, **fields: Any) -> Call:
    fields = {"title": "样例招募", "opens_on": date(2027, 3, 1), "closes_on": date(2027, 4, 1),
              "conditions": ["move_in"], **fields}  # fmt: skip
    return Call.objects.create(centre=make_centre(node), **fields)


def make_incubatee(
    node: Node, state: str = "applied", *, body: Organisation | None = None, **fields: Any
) -> Incubatee:
    told = {"plan": "样例计划", "applied_at": NOW, **fields}
    row = Incubatee(call=make_call(node), organisation=body or make_organisation(node), **told)
    INCUBATEE.begin(row, state, at=NOW).save()
    return row


def make_beside(row: Incubatee, state: str) -> Incubatee:
    """Another body of the same call."""
    body = make_organisation(row.call.centre.node)
    other = Incubatee(call=row.call, organisation=body, plan="样例计划", applied_at=NOW)
    INCUBATEE.begin(other, state, at=NOW).save()
    return other


def make_expert(node: Node) -> Actor:
    user = make_user()
    make_grant(user, node, "EXP")
    return actor_for(user)


def make_panel(row: Incubatee, node: Node, size: int = 3) -> list[tuple[Sheet, Actor]]:
    experts = [make_expert(node) for _each in range(size)]
    return [(Sheet.objects.create(incubatee=row, reviewer_id=one.user_id), one) for one in experts]


def scaled(points: dict[str, int], total: int) -> dict[str, int]:
    """Scores of a table that make up a total."""
    told, left = {}, total
    for code, most in points.items():
        told[code] = min(most, left)
        left -= told[code]
    return told


def make_diagnosis(row: Incubatee, side: str = "mentor", **fields: Any) -> Diagnosis:
    told = {"on": date(2027, 3, 2), "levels": LEVELS, "made_at": NOW, **fields}
    return Diagnosis.objects.create(incubatee=row, side=side, **told)


def make_item(row: Incubatee, state: str = "chosen", **fields: Any) -> PlanItem:
    told = {"kind": "training", "title": "样例培训", "minutes": 120, **fields}
    item = PlanItem(incubatee=row, **told)
    PLAN_ITEM.begin(item, state, at=NOW).save()
    return item


def make_delivery(item: PlanItem, **fields: Any) -> Delivery:
    told = {
        "on": date(2027, 3, 2),
        "minutes": 90,
        "topic": "样例内容",
        "recorded_at": NOW,
        **fields,
    }
    return Delivery.objects.create(incubatee=item.incubatee, item=item, **told)


def make_appraisal(
    row: Incubatee, stage: str, total: int | None = None, **fields: Any
) -> Appraisal:
    told: dict[str, Any] = {"report": "样例自评", "reported_at": NOW, **fields}
    if total is not None:
        told |= {"total": total, "scored_at": NOW, "scores": scaled(MIDTERM_FULL, total)}
    return Appraisal.objects.create(incubatee=row, stage=stage, **told)


def make_exit_panel(row: Incubatee, node: Node, points: int) -> None:
    """A complete panel of the first exit review, each of its sheets with so many points."""
    Incubatee.objects.filter(pk=row.pk).update(round=1)
    row.round = 1
    for _each in range(row.call.panel_size):
        Sheet.objects.create(
            incubatee=row, round=1, reviewer_id=make_expert(node).user_id, submitted_at=NOW,
            scores=scaled(EXIT_FULL, points),
        )  # fmt: skip


def make_ready(row: Incubatee, node: Node, name: str) -> None:
    """What must have gone on before, so that the guard of a move lets it pass."""
    if name == "start":
        make_diagnosis(row, "body")
        make_diagnosis(row, "mentor")
        make_item(row)
    elif name in {"continue", "probation"}:
        make_appraisal(row, "midterm", 42 if name == "continue" else 41)
    elif name in {"graduate", "extend"}:
        make_exit_panel(row, node, 75 if name == "graduate" else 74)
    elif name == "force_out":
        Incubatee.objects.filter(pk=row.pk).update(exit_ground="idle")
