"""Who reaches which rows: permission and place are one question, answered by one WHERE clause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, ClassVar, TypeVar

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.lookups import Lookup


class TreePath(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The way from the root to a node, itself included: "3.17.204.".

    It ends in a dot, so that "3.1." never stands for "3.17.". Compared by bytes on both engines,
    so that a subtree is one range of the index.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


@TreePath.register_lookup
class Under(Lookup):
    """The subtree of a path, itself included: the range up to "/", which follows "." in bytes."""

    lookup_name = "under"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        side, params = self.process_lhs(compiler, connection)
        prefix = str(self.rhs)
        if not prefix:
            return "1 = 1", []
        if prefix.count(".") == 1:
            # A whole tree: its range is no help, and an index taken for it costs a sort instead.
            side = f"({side} || '')"
        return f"({side} >= %s AND {side} < %s)", [*params, prefix, *params, prefix[:-1] + "/"]


class Reachable(models.Model):
    """A row that lies somewhere in the territory, and so is seen only from there and from above."""

    anchors: ClassVar[tuple[str, ...]]  # lookups to a TreePath; each lets its own side in
    owner: ClassVar[str] = ""  # lookup to the person who filed the row

    class Meta:
        abstract = True


RowT = TypeVar("RowT", bound=Reachable)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The person behind a deed, and the places where each permission was granted to them."""

    user_id: int = 0  # 0: no person, such as a nightly job
    name: str = "系统"
    reach: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # permission -> path prefixes
    own: frozenset[str] = frozenset()  # what they may do with the rows they filed themselves

    def holds(self, needs: str) -> bool:
        return needs in self.reach or needs in self.own

    def holds_at(self, needs: str, path: str) -> bool:
        """Whether the permission was granted at this place or above it."""
        return any(path.startswith(prefix) for prefix in self.reach.get(needs, ()))

    def rows(self, model: type[RowT], needs: str) -> "QuerySet[RowT]":
        """The rows of a model over which this person holds a permission; by default none."""
        within: Q | None = None
        for anchor, path in product(model.anchors, self.reach.get(needs, ())):
            clause = Q((f"{anchor}__under", path))
            within = clause if within is None else within | clause
        if model.owner and needs in self.own:
            clause = Q((model.owner, self.user_id))
            within = clause if within is None else within | clause
        manager = model._default_manager
        return manager.none() if within is None else manager.filter(within)

    def reaches(self, row: Reachable, needs: str) -> bool:
        """The answer of `rows` for one row in memory; anchors must be loaded or cost a query."""
        if any(self.holds_at(needs, path) for path in anchor_paths(row)):
            return True
        return bool(
            row.owner and needs in self.own and getattr(row, f"{row.owner}_id") == self.user_id
        )


def anchor_paths(row: Reachable) -> list[str]:
    """The places in which a row lies, nulls left out."""
    paths = []
    for anchor in row.anchors:
        value: Any = row
        for step in anchor.split("__"):
            value = getattr(value, step) if value is not None else None
        if value is not None:
            paths.append(str(value))
    return paths


def widest(paths: Iterable[str]) -> tuple[str, ...]:
    """Drop each path that lies under another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not (kept and path.startswith(kept[-1])):
            kept.append(path)
    return tuple(kept)


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows that must know theirs before they are inserted together, such as tree paths.

    Call it inside the transaction of the insert: on SQLite the write lock is what reserves them.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return list(range(first, first + count))
