"""The bodies of a call in the order of their points, for whoever runs the house."""

from collections import defaultdict
from dataclasses import dataclass

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Call, Incubatee, Sheet
from changle.services.incubation.queries.scoring import rubric


@dataclass(frozen=True)
class Placed:
    row: Incubatee
    average: float
    tie: float  # average of the item that decides between equal points (4.1: evidence of need)
    place: int


def ranking(actor: Actor, call: Call) -> list[Placed]:
    """Only of bodies whose panel is complete; two queries. Equal in both share a place."""
    rows = actor.rows(Incubatee, Permission.INCUBATION_EDIT).filter(call=call)
    held = {one.pk: one for one in rows.select_related("organisation")}
    given: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in Sheet.objects.filter(incubatee__in=held, round=0, left_because=""):
        given[sheet.incubatee_id].append(sheet)
    decides, found = rubric("admission", call.scorecard_version)["tie"], []
    for pk, sheets in given.items():
        if len(sheets) == call.panel_size and all(one.submitted_at for one in sheets):
            average = sum(sum(one.scores.values()) for one in sheets) / len(sheets)
            tie = sum(one.scores[decides] for one in sheets) / len(sheets)
            found.append((average, tie, held[pk]))
    found.sort(key=lambda one: (-one[0], -one[1], one[2].pk))
    keys = [one[:2] for one in found]
    return [Placed(row, points, tie, keys.index((points, tie)) + 1) for points, tie, row in found]
