"""Every deed of the intake, of growing and of leaving; the moves alone are `step`."""

from changle.services.incubation.actions.deciding import admit
from changle.services.incubation.actions.entering import IncubationRefused, Terms, apply, open_call
from changle.services.incubation.actions.growing import (
    Given,
    Service,
    accompany,
    add_item,
    add_mentor,
    change_item,
    confirm_delivery,
    deliver,
    diagnose,
    dispute_delivery,
    part,
    propose_plan,
    step_item,
)
from changle.services.incubation.actions.learning import (
    Syllabus,
    add_course,
    add_lesson,
    close_course,
    revoke_certificate,
)
from changle.services.incubation.actions.leaving import (
    extend,
    force_out,
    graduate,
    hand_over,
    propose_exit,
    report_stage,
    score_midterm,
    tick,
    visit,
)
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
    "Given",
    "IncubationRefused",
    "Seats",
    "Service",
    "Syllabus",
    "Terms",
    "accompany",
    "add_course",
    "add_item",
    "add_lesson",
    "add_mentor",
    "admit",
    "answer_objection",
    "apply",
    "appoint",
    "change_item",
    "close_course",
    "confirm_delivery",
    "countersign",
    "deliver",
    "diagnose",
    "dispute_delivery",
    "drop_reviewer",
    "extend",
    "force_out",
    "graduate",
    "hand_over",
    "hand_paper",
    "open_call",
    "part",
    "propose_exit",
    "propose_plan",
    "raise_objection",
    "recuse",
    "report_stage",
    "revoke_certificate",
    "score_midterm",
    "sign_as_body",
    "step",
    "step_item",
    "submit_sheet",
    "tick",
    "visit",
]
