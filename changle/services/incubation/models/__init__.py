"""What incubation keeps: the intake (calls, papers, panel) and what grows from it."""

from changle.services.incubation.models.intake import (
    MOST_REMARK,
    Call,
    Incubatee,
    Sheet,
)


__all__ = ["MOST_REMARK", "Call", "Incubatee", "Sheet"]
