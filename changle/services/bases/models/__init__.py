from changle.services.bases.models.base import Base, BaseMark, BasePaper, BasePhoto, Budget
from changle.services.bases.models.evaluations import Evaluation, Score
from changle.services.bases.models.operators import (
    OperatorContract,
    OperatorStaff,
    OperatorTarget,
)
from changle.services.bases.models.oversight import HandOver, HandOverItem, OperatorCheck
from changle.services.bases.models.rules import MOST_POINTS, Criterion, PaperKind, Standard, Tier


__all__ = [
    "MOST_POINTS",
    "Base",
    "BaseMark",
    "BasePaper",
    "BasePhoto",
    "Budget",
    "Criterion",
    "Evaluation",
    "HandOver",
    "HandOverItem",
    "OperatorCheck",
    "OperatorContract",
    "OperatorStaff",
    "OperatorTarget",
    "PaperKind",
    "Score",
    "Standard",
    "Tier",
]
