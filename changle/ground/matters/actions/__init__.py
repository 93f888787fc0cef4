"""Every deed on reports of matters and on their rules."""

from changle.ground.matters.actions.reporting import (
    Draft,
    MatterRefused,
    Papers,
    Result,
    hand_in_licence,
    report_result,
    save_draft,
    start,
    submit,
)
from changle.ground.matters.actions.reviewing import acknowledge_many, move
from changle.ground.matters.actions.ruling import (
    change_licence_rule,
    change_review_rule,
    retire_type,
    save_type,
)


__all__ = [
    "Draft",
    "MatterRefused",
    "Papers",
    "Result",
    "acknowledge_many",
    "change_licence_rule",
    "change_review_rule",
    "hand_in_licence",
    "move",
    "report_result",
    "retire_type",
    "save_draft",
    "save_type",
    "start",
    "submit",
]
