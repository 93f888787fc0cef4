"""How many rows of a kind another row has, counted by the database in the very statement."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Q
from django.db.models.sql import Query

from changle.core.constraints.guard import Guard, Model, columns_of, statement


class Tally(Guard):
    """Keep `column` of the row behind the foreign key `of`: how many rows for which `live` holds.

    A CHECK on the other table then bounds the number from both sides: no row too many is taken in,
    and no bound is set below what is there. On PostgreSQL the two meet at the other row's lock.
    """

    arguments = ("of", "column", "live")

    def __init__(
        self,
        *,
        name: str,
        of: str,
        column: str,
        live: Q,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.of, self.column, self.live = of, column, live

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
        """Nothing to ask: what bounds the number says so itself."""

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        fk = columns_of(model, editor)[self.of]
        old, new = (holds(self.live, model, editor, side) for side in ("OLD", "NEW"))
        more, less = self._step(model, editor, "NEW", "+"), self._step(model, editor, "OLD", "-")
        moved = f"({old}) IS NOT ({new}) OR OLD.{fk} IS NOT NEW.{fk}"
        deeds = (
            ("insert", "INSERT", new, more),
            ("delete", "DELETE", old, less),
            ("leave", "UPDATE", f"({old}) AND ({moved})", less),
            ("enter", "UPDATE", f"({new}) AND ({moved})", more),
        )
        return [
            statement(
                model,
                editor,
                f"CREATE TRIGGER {editor.quote_name(f'{self.name}_{name}')} AFTER {deed}"
                f" ON %(table)s FOR EACH ROW WHEN {when} BEGIN {step}; END",
            )
            for name, deed, when, step in deeds
        ]

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        name, fk = editor.quote_name(self.name), columns_of(model, editor)[self.of]
        old, new = (holds(self.live, model, editor, side) for side in ("OLD", "NEW"))
        same = f"({old}) IS NOT DISTINCT FROM ({new}) AND OLD.{fk} IS NOT DISTINCT FROM NEW.{fk}"
        body = (
            f"BEGIN IF TG_OP = 'UPDATE' THEN IF {same} THEN RETURN NULL; END IF; END IF;"
            f" IF TG_OP <> 'INSERT' THEN IF {old} THEN {self._step(model, editor, 'OLD', '-')};"
            f" END IF; END IF;"
            f" IF TG_OP <> 'DELETE' THEN IF {new} THEN {self._step(model, editor, 'NEW', '+')};"
            f" END IF; END IF; RETURN NULL; END"
        )
        return statement(
            model,
            editor,
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;"
            f" CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON %(table)s"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()",
        )

    def _step(self, model: Model, editor: BaseDatabaseSchemaEditor, side: str, sign: str) -> str:
        other: Any = model._meta.get_field(self.of).related_model
        table = editor.quote_name(other._meta.db_table)
        key = editor.quote_name(str(other._meta.pk.column))
        column = editor.quote_name(str(other._meta.get_field(self.column).column))
        fk = columns_of(model, editor)[self.of]
        return f"UPDATE {table} SET {column} = {column} {sign} 1 WHERE {key} = {side}.{fk}"  # noqa: S608  quoted names


def holds(live: Q, model: Model, editor: BaseDatabaseSchemaEditor, side: str) -> str:
    """A condition on the row before or after, its values written in."""
    query = Query(model=model)
    where = query.build_where(live)
    sql, values = where.as_sql(query.get_compiler(connection=editor.connection), editor.connection)
    table = editor.quote_name(model._meta.db_table)
    told = str(sql % tuple(editor.quote_value(value) for value in values))
    return told.replace(f"{table}.", f"{side}.").replace("%", "%%")
