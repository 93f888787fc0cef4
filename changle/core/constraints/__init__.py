"""Rules that the database itself keeps, on SQLite and PostgreSQL alike, declared in `Meta`.

A trigger made by `RunSQL` is lost without a word when a later migration remakes its table on
SQLite. A constraint in `Meta.constraints` is asked for its SQL again at every remake.
"""

from changle.core.constraints.append import AppendOnly
from changle.core.constraints.guard import Guard
from changle.core.constraints.locked import Locked
from changle.core.constraints.marks import Marks
from changle.core.constraints.overlap import NoOverlap
from changle.core.constraints.pools import PoolHolds, WithinPool
from changle.core.constraints.tally import Tally


__all__ = [
    "AppendOnly",
    "Guard",
    "Locked",
    "Marks",
    "NoOverlap",
    "PoolHolds",
    "Tally",
    "WithinPool",
]
