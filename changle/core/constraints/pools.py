"""What is taken from a pool at any instant is at most what the pool has.

Two guards keep it from both sides: `WithinPool` on the claims, `PoolHolds` on the pools. The sum
of half-open spans changes only where one begins, so the beginnings are all that need be looked at.
"""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement

from changle.core.constraints.guard import Guard, Model, columns_of, statement


class _Pooled(Guard):
    """One trigger on each engine, dropped alike."""

    def remove_sql(
        self, model: Model | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:  # a Statement; the stubs know only str
        if model is None or schema_editor is None:
            return None
        name = schema_editor.quote_name(self.name)
        return statement(model, schema_editor, f"DROP TRIGGER {name} ON %(table)s")

    def validate(
        self,
        model: Model,
        instance: models.Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Forms ask the booking engine, which can also say what is free instead."""


class WithinPool(_Pooled):
    """On a claim: `pool` (a foreign key), `start`, `end` (datetimes, half open) and `quantity`.

    `limit` is the column of the pool that says how many there are. On PostgreSQL claims on one
    pool wait for each other at the pool's row; its foreign keys do not (FOR NO KEY UPDATE).
    """

    arguments = ("pool", "start", "end", "quantity", "limit")
    violation_error_code = "pool"
    default_violation_error_message = "这段时间内数量不够。"

    def __init__(
        self,
        *,
        name: str,
        pool: str,
        start: str,
        end: str,
        quantity: str,
        limit: str,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.pool, self.start, self.end = pool, start, end
        self.quantity, self.limit = quantity, limit

    def _names(self, model: Model, editor: BaseDatabaseSchemaEditor) -> dict[str, str]:
        column = columns_of(model, editor)
        pools: Any = model._meta.get_field(self.pool).related_model
        return {
            "pool": column[self.pool],
            "start": column[self.start],
            "end": column[self.end],
            "quantity": column[self.quantity],
            "pools": editor.quote_name(pools._meta.db_table),
            "key": editor.quote_name(str(pools._meta.pk.column)),
            "limit": editor.quote_name(str(pools._meta.get_field(self.limit).column)),
        }

    def _over(self, model: Model, editor: BaseDatabaseSchemaEditor) -> str:
        """SQL: at the beginning of the new claim, or of one within it, more is taken than there is."""
        n = self._names(model, editor)
        within = (
            f"SELECT NEW.{n['start']} AS at UNION SELECT o.{n['start']} FROM %(table)s AS o"  # noqa: S608  quoted names
            f" WHERE o.{n['pool']} = NEW.{n['pool']}"
            f" AND o.{n['start']} > NEW.{n['start']} AND o.{n['start']} < NEW.{n['end']}"
        )
        taken = (
            f"SELECT SUM(c.{n['quantity']}) FROM %(table)s AS c WHERE c.{n['pool']} = NEW.{n['pool']}"  # noqa: S608
            f" AND c.{n['start']} <= p.at AND c.{n['end']} > p.at"
        )
        there = f"SELECT {n['limit']} FROM {n['pools']} WHERE {n['key']} = NEW.{n['pool']}"  # noqa: S608
        return f"EXISTS (SELECT 1 FROM ({within}) AS p WHERE ({taken}) > ({there}))"  # noqa: S608

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        when = f" WHEN {self._over(model, editor)}"
        return [
            self._said_by_sqlite(model, editor, deed, when)
            for deed in ("AFTER INSERT", "AFTER UPDATE")
        ]

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        n = self._names(model, editor)
        wait = f"PERFORM 1 FROM {n['pools']} WHERE {n['key']} = NEW.{n['pool']} FOR NO KEY UPDATE;"
        body = f"BEGIN {wait} IF {self._over(model, editor)} THEN"
        return _trigger(self, model, editor, "AFTER INSERT OR UPDATE", body)


class PoolHolds(_Pooled):
    """On a pool: its `quantity` is not lowered below what is promised from now on.

    `claims` is the table of the claims, and `columns` its pool, start, end and quantity, by their
    names in the database: the claims' model may not be known yet when the pool's table is made.
    """

    arguments = ("quantity", "claims", "columns")
    violation_error_code = "pool"
    default_violation_error_message = "已有预约用到这个数量，不能再减。"

    def __init__(
        self,
        *,
        name: str,
        quantity: str,
        claims: str,
        columns: tuple[str, str, str, str],
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.quantity, self.claims, self.columns = quantity, claims, tuple(columns)

    def _promised(self, model: Model, editor: BaseDatabaseSchemaEditor, now: str) -> str:
        pool, start, end, taken = (editor.quote_name(name) for name in self.columns)
        claims = editor.quote_name(self.claims)
        key = columns_of(model, editor)[model._meta.pk.name]
        return (
            f"EXISTS (SELECT 1 FROM {claims} AS o WHERE o.{pool} = NEW.{key} AND o.{end} > {now}"  # noqa: S608  quoted names
            f" AND (SELECT SUM(c.{taken}) FROM {claims} AS c WHERE c.{pool} = NEW.{key}"
            f" AND c.{start} <= o.{start} AND c.{end} > o.{start} AND c.{end} > {now})"
            f" > NEW.{columns_of(model, editor)[self.quantity]})"
        )

    def _less(self, model: Model, editor: BaseDatabaseSchemaEditor) -> str:
        column = columns_of(model, editor)[self.quantity]
        return f"NEW.{column} < OLD.{column}"

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        promised = self._promised(model, editor, "datetime('now')")
        when = f" WHEN {self._less(model, editor)} AND {promised}"
        return [self._said_by_sqlite(model, editor, "AFTER UPDATE", when)]

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        promised = self._promised(model, editor, "now()")
        body = f"BEGIN IF {self._less(model, editor)} AND {promised} THEN"
        return _trigger(self, model, editor, "AFTER UPDATE", body)


def _trigger(
    guard: Guard, model: Model, editor: BaseDatabaseSchemaEditor, deed: str, body: str
) -> Statement:
    """A function of the guard's own name and the trigger that calls it."""
    name, said = editor.quote_name(guard.name), editor.quote_value(guard.name)
    return statement(
        model,
        editor,
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body}"
        f" RAISE EXCEPTION USING MESSAGE = {said}, ERRCODE = 'check_violation',"
        f" CONSTRAINT = {said}, TABLE = TG_TABLE_NAME; END IF; RETURN NULL; END $$;"
        f" CREATE TRIGGER {name} {deed} ON %(table)s FOR EACH ROW EXECUTE FUNCTION {name}()",
    )
