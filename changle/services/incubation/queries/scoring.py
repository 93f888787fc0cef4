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


def card_of(row: Incubatee, turn: int | None = None) -> dict[str, Any]:
    """The table of a round: 0 the admission, from 1 the exit reviews; the latest unless told."""
    if (row.round if turn is None else turn) > 0:
        return rubric("exit", 1)
    return rubric("admission", row.call.scorecard_version)


def parts_of(card: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The dimensions with their items, and what is given beyond the full points."""
    told = [(part["name"], part["items"]) for part in card["dimensions"]]
    return [*told, ("加分", card["bonus"])] if card.get("bonus") else told


def points_of(card: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: one["points"] for _name, items in parts_of(card) for one in items}


def panel_of(row: Incubatee, turn: int | None = None) -> "QuerySet[Sheet]":
    """The sheets of a round by those who have not dropped out; of the latest unless told."""
    asked = row.round if turn is None else turn
    return Sheet.objects.filter(incubatee=row, round=asked, left_because="")


def named_to_panel(row: Incubatee, turn: int) -> str:
    """What the panel may call the body: by a number alone where the call hides the names."""
    if row.call.is_anonymous and turn == 0:
        return f"第 {row.pk} 号申请"
    return row.organisation.name


def complete(row: Incubatee, turn: int | None = None) -> bool:
    """Whether the whole panel of the call is named and every sheet is in."""
    sheets = panel_of(row, turn)
    named = sheets.count() == row.call.panel_size
    return named and not sheets.filter(submitted_at__isnull=True).exists()


def open_sheets(row: Incubatee, actor: Actor, turn: int | None = None) -> "QuerySet[Sheet]":
    """The sheets that a person may read: their own, and all of them once the panel is complete."""
    asked = row.round if turn is None else turn
    mine = actor.rows(Sheet, Permission.INCUBATION_SCORE)
    own = mine.filter(incubatee=row, round=asked, left_because="")
    sees = actor.rows(Incubatee, Permission.INCUBATION_EDIT).filter(pk=row.pk).exists()
    if complete(row, asked) and (sees or own.exists()):
        return panel_of(row, asked)
    return own


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Averages in points; `spread` between the highest and the lowest sheet."""

    average: float
    spread: int
    may_enter: bool
    virtual_only: bool
    wide: bool


def average_of(row: Incubatee, turn: int) -> float:
    """The average total of a round; only for a panel that is complete."""
    totals: list[int] = [sum(one.scores.values()) for one in panel_of(row, turn)]
    return sum(totals) / len(totals)


def exit_average(row: Incubatee) -> float:
    return average_of(row, row.round)


def outcome(row: Incubatee) -> Outcome:
    """Of the admission, and only once the panel is complete: who asks earlier breaks the blindness."""
    card = card_of(row, 0)
    sheets = [one.scores for one in panel_of(row, 0)]
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
