from changle.ground.registry.lifecycle.batch import IMPORT
from changle.ground.registry.lifecycle.organisation import CLOSES, ORGANISATION


__all__ = ["CLOSES", "IMPORT", "ORGANISATION"]
