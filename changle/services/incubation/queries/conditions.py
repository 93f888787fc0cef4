"""The conditions a call may name, and how a body stands to each before it applies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import PURPOSES, eligible
from changle.services.incubation.models import Call, Incubatee


@dataclass(frozen=True, kw_only=True)
class Met:
    code: str
    label: str
    ok: bool
    why: str


def by_registry(purpose: str) -> Callable[[Organisation, date], str]:
    def check(body: Organisation, on: date) -> str:
        return "".join(eligible(body, purpose, on).reasons)

    return check


# Code -> (label, what speaks against it; "" where it is met).
CONDITIONS = {
    code: (PURPOSES[code].label, by_registry(code)) for code in ("move_in", "grant", "preference")
}


def standing_to(call: Call, body: Organisation, on: date) -> list[Met]:
    """Each condition of a call with the sentence that speaks against it."""
    answers = []
    for code in call.conditions:
        label, check = CONDITIONS[code]
        why = check(body, on)
        answers.append(Met(code=code, label=f"符合“{label}”的条件", ok=not why, why=why))
    return answers


BEFORE = ("applied", "returned", "review")  # nobody has a place yet


def places_left(call: Call, *, virtual: bool) -> int:
    """The places of a call that no admission has taken; who was rejected or went gives theirs back."""
    gone = ("rejected", "withdrawn", *BEFORE)
    taken = Incubatee.objects.filter(call=call, is_virtual=virtual).exclude(state__in=gone).count()
    return (call.virtual_places if virtual else call.places) - taken
