from changle.ground.registry.lifecycle.organisation import CLOSES, ORGANISATION


__all__ = ["CLOSES", "ORGANISATION"]
