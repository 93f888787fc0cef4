from tests.oversight.statistics.conftest import bodies, enter, tree


__all__ = ["bodies", "enter", "tree"]
