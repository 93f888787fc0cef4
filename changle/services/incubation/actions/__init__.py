"""Every deed of the intake; the moves alone are `step`."""

from changle.services.incubation.actions.deciding import admit, extend
from changle.services.incubation.actions.entering import IncubationRefused, Terms, apply, open_call
from changle.services.incubation.actions.objecting import answer_objection, raise_objection
from changle.services.incubation.actions.papers import hand_paper
from changle.services.incubation.actions.reviewing import (
    appoint,
    drop_reviewer,
    recuse,
    submit_sheet,
)
from changle.services.incubation.actions.signing import Seats, countersign, sign_as_body
from changle.services.incubation.actions.stepping import step


__all__ = [
    "IncubationRefused",
    "Seats",
    "Terms",
    "admit",
    "answer_objection",
    "apply",
    "appoint",
    "countersign",
    "drop_reviewer",
    "extend",
    "hand_paper",
    "open_call",
    "raise_objection",
    "recuse",
    "sign_as_body",
    "step",
    "submit_sheet",
]
