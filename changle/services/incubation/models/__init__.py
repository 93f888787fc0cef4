"""What incubation keeps: the intake (calls, papers, panel) and what grows from it."""

from changle.services.incubation.models.intake import (
    MOST_REMARK,
    Call,
    Incubatee,
    Sheet,
)
from changle.services.incubation.models.papers import Objection, Paper


__all__ = ["MOST_REMARK", "Call", "Incubatee", "Objection", "Paper", "Sheet"]
