from changle.services.activities.indicators import declared
from changle.services.activities.indicators.sanity import CHECKS, Check, broken


__all__ = ["CHECKS", "Check", "broken", "declared"]
