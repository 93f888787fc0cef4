from tests.faces.api.conftest import bodies, district


__all__ = ["bodies", "district"]
