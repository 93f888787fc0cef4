"""What the sheets of a panel say together, and to whom they may be shown."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from changle.core.reach import Actor
from changle.ground.territory.roles import Permission
from changle.services.incubation.models import Incubatee, Sheet


DATA = Path(__file__).parents[1] / "data"


@cache
def rubric(code: str, version: int) -> dict[str, Any]:
    """A table of points. A version once used never changes; a change is a new file."""
    found: dict[str, Any] = json.loads((DATA / f"{code}_{version}.json").read_text("utf-8"))
    return found


def card_of(row: Incubatee) -> dict[str, Any]:
    return rubric("admission", row.call.scorecard_version)


def points_of(card: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: one["points"] for part in card["dimensions"] for one in part["items"]}


def panel_of(row: Incubatee) -> "QuerySet[Sheet]":
    """The sheets of those who have not dropped out."""
    return Sheet.objects.filter(incubatee=row, left_because="")


def complete(row: Incubatee) -> bool:
    """Whether the whole panel of the call is named and every sheet is in."""
    sheets = panel_of(row)
    named = sheets.count() == row.call.panel_size
    return named and not sheets.filter(submitted_at__isnull=True).exists()


def open_sheets(row: Incubatee, actor: Actor) -> "QuerySet[Sheet]":
    """The sheets that a person may read: their own, and all of them once the panel is complete."""
    own = actor.rows(Sheet, Permission.INCUBATION_SCORE).filter(incubatee=row, left_because="")
    sees = actor.rows(Incubatee, Permission.INCUBATION_EDIT).filter(pk=row.pk).exists()
    if complete(row) and (sees or own.exists()):
        return panel_of(row)
    return own


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Averages in points; `spread` between the highest and the lowest sheet."""

    average: float
    spread: int
    may_enter: bool
    virtual_only: bool
    wide: bool


def outcome(row: Incubatee) -> Outcome:
    """Only for a panel that is complete: whoever asks earlier breaks the blindness."""
    card = card_of(row)
    sheets = [one.scores for one in panel_of(row)]
    totals = [sum(scores.values()) for scores in sheets]
    average = sum(totals) / len(totals)
    enough = all(
        sum(scores[one["code"]] for scores in sheets for one in part["items"]) * 100
        >= card["least_share"] * sum(one["points"] for one in part["items"]) * len(sheets)
        for part in card["dimensions"]
    )
    full = average >= card["pass"] and enough
    spread = max(totals) - min(totals)
    return Outcome(
        average=average, spread=spread, may_enter=average >= card["virtual"],
        virtual_only=not full, wide=spread >= card["spread"],
    )  # fmt: skip
