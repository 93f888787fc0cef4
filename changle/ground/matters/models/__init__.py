from changle.ground.matters.models.matter import Matter
from changle.ground.matters.models.rules import LicenceRule, MatterType, ReviewRule


__all__ = ["LicenceRule", "Matter", "MatterType", "ReviewRule"]
