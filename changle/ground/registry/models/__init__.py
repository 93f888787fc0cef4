from changle.ground.registry.models.classes import ClassItem, ClassList, Crosswalk
from changle.ground.registry.models.identity import Identity, OfficialFact
from changle.ground.registry.models.importing import ImportBatch, ImportRow
from changle.ground.registry.models.organisation import Organisation
from changle.ground.registry.models.succession import Succession


__all__ = [
    "ClassItem",
    "ClassList",
    "Crosswalk",
    "Identity",
    "ImportBatch",
    "ImportRow",
    "OfficialFact",
    "Organisation",
    "Succession",
]
