"""A round of evaluation: who has given how much for what, and what follows from it."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.bases.models import Base, Criterion, Evaluation, Score


HUNDREDTHS = 100


def evaluation_seen(actor: Actor, pk: int, needs: str = Permission.BASE_VIEW) -> Evaluation | None:
    rows = actor.rows(Evaluation, needs)
    return (
        rows.select_related("base__node", "standard", "decided_by", "stated_by")
        .filter(pk=pk)
        .first()
    )


def evaluations_of(base: Base) -> "QuerySet[Evaluation]":
    return Evaluation.objects.filter(base=base).order_by("-opened_on", "-pk")


@dataclass(frozen=True)
class Row:
    """One criterion across all hands."""

    criterion: Criterion
    own: Score | None
    given: list[Score | None]  # in the order of the evaluators


@dataclass(frozen=True)
class Sheet:
    """The table of scores."""

    rows: list[Row] = field(default_factory=list)
    evaluators: list[tuple[int, str]] = field(default_factory=list)  # key, name
    own_total: int = 0
    totals: list[int] = field(default_factory=list)

    @property
    def hundredths(self) -> int | None:
        """The mean of the evaluators' sums, in hundredths of a point, rounded half up."""
        if not self.totals:
            return None
        count = len(self.totals)
        return (sum(self.totals) * HUNDREDTHS * 2 + count) // (2 * count)

    @property
    def unmet(self) -> list[str]:
        """The musts that an evaluator found wanting."""
        return [
            str(row.criterion)
            for row in self.rows
            if row.criterion.is_must
            and any(one is not None and not one.is_met for one in row.given)
        ]


def sheet_of(row: Evaluation) -> Sheet:
    """Two queries."""
    scores = list(Score.objects.filter(evaluation=row).select_related("evaluator").order_by("pk"))
    evaluators: dict[int, str] = {}
    given: dict[tuple[int, int], Score] = {}
    own: dict[int, Score] = {}
    for one in scores:
        if one.is_self:
            own[one.criterion_id] = one
        else:
            evaluators.setdefault(one.evaluator_id, str(one.evaluator))
            given[one.criterion_id, one.evaluator_id] = one
    criteria = Criterion.objects.filter(standard=row.standard_id).order_by("sort", "pk")
    rows = [
        Row(each, own.get(each.pk), [given.get((each.pk, who)) for who in evaluators])
        for each in criteria
    ]
    totals = [
        sum(one.points for (_c, who), one in given.items() if who == key) for key in evaluators
    ]
    return Sheet(rows, list(evaluators.items()), sum(s.points for s in own.values()), totals)


def proposal(row: Evaluation, sheet: Sheet) -> str:
    """What the scores speak for; the decision is a person's."""
    if sheet.hundredths is None:
        return ""
    if sheet.hundredths >= row.standard.pass_points * HUNDREDTHS and not sheet.unmet:
        return Evaluation.Decision.RENEW
    return (
        Evaluation.Decision.RECTIFY
        if row.kind == Evaluation.Kind.PERIODIC
        else Evaluation.Decision.WITHDRAW
    )


def spoken(hundredths: int | None) -> str:
    """86.5."""
    if hundredths is None:
        return "—"
    return f"{hundredths / HUNDREDTHS:g}"


def scored_by(row: Evaluation, user_id: int) -> dict[int, Score]:
    """Criterion's key -> what a person has given."""
    rows = Score.objects.filter(evaluation=row, evaluator=user_id, is_self=False)
    return {one.criterion_id: one for one in rows}


def own_scores(row: Evaluation) -> dict[int, Score]:
    return {one.criterion_id: one for one in Score.objects.filter(evaluation=row, is_self=True)}
