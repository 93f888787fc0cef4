from changle.ground.filing.models.filing import Filing, FilingMember, FilingTurn
from changle.ground.filing.models.lapse import LapseProposal
from changle.ground.filing.models.rules import FilingRule, FilingSerial


__all__ = [
    "Filing",
    "FilingMember",
    "FilingRule",
    "FilingSerial",
    "FilingTurn",
    "LapseProposal",
]
