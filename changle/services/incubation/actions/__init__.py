from changle.services.incubation.actions.deciding import admit, extend
from changle.services.incubation.actions.entering import apply, open_call
from changle.services.incubation.actions.reviewing import appoint, submit_sheet


__all__ = ["admit", "apply", "appoint", "extend", "open_call", "submit_sheet"]
