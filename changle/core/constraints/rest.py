"""Guards that count and lock stand aside while a backup puts every row back as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, models

from changle.core.constraints.guard import Guard
from changle.core.constraints.locked import Locked
from changle.core.constraints.tally import Tally


def standing_aside() -> list[tuple[type[models.Model], Guard]]:
    """The rows of a closed matter come after it, and its counts are told by the backup itself."""
    return [
        (model, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, Tally | Locked)
    ]


@contextmanager
def at_rest() -> Iterator[None]:
    """Call it inside a transaction: should the deed fail, its undoing brings the guards back too."""
    guards = standing_aside()
    if connection.vendor == "postgresql":
        _switch(guards, "DISABLE")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may be left for later
        _switch(guards, "ENABLE")
        return
    told = _triggers(guards)
    with connection.cursor() as cursor:
        for name in told:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        yield
        for sql in told.values():
            cursor.execute(sql)


def _switch(guards: list[tuple[type[models.Model], Guard]], deed: str) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model, guard in guards:
            cursor.execute(
                f"ALTER TABLE {quote(model._meta.db_table)} {deed} TRIGGER {quote(guard.name)}"
            )


def _triggers(guards: list[tuple[type[models.Model], Guard]]) -> dict[str, str]:
    """Name -> the statement that made it; a guard may be several triggers, named after it."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for _model, guard in guards:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, %s) = %s",
                [len(guard.name) + 1, f"{guard.name}_"],
            )
            found |= dict(cursor.fetchall())
    return found
