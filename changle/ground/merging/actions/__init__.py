from changle.ground.merging.actions.finding import dismiss, find, look_again, request_find
from changle.ground.merging.actions.merging import MergeRefused, merge, rehearse
from changle.ground.merging.actions.undoing import undo


__all__ = [
    "MergeRefused",
    "dismiss",
    "find",
    "look_again",
    "merge",
    "rehearse",
    "request_find",
    "undo",
]
