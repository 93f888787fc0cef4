"""What the guards share."""

from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Q
from django.db.models.sql import Query


Model = type[models.Model]


class Guard(BaseConstraint):
    """What the guards share: triggers on SQLite, statements of their own on PostgreSQL."""

    arguments: ClassVar[tuple[str, ...]]
    names_columns: bool = False  # its triggers list the columns of the table

    def constraint_sql(
        self, model: Model | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Asked at CREATE TABLE; the statements run after it, on the table's final name."""
        if model is not None and schema_editor is not None:
            schema_editor.deferred_sql.extend(self._statements(model, schema_editor))
        return ""

    def create_sql(
        self, model: Model | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:  # a Statement; the stubs know only str
        """Asked on PostgreSQL alone: SQLite's editor remakes the table instead."""
        if model is None or schema_editor is None:
            return None
        return self._postgres(model, schema_editor)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {name: getattr(self, name) for name in self.arguments}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def _statements(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        if editor.connection.vendor == "sqlite":
            return self._sqlite(model, editor)
        return [self._postgres(model, editor)]

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        raise NotImplementedError

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        raise NotImplementedError

    def _said_by_sqlite(
        self, model: Model, editor: BaseDatabaseSchemaEditor, deed: str, when: str
    ) -> Statement:
        """A trigger that refuses with the name of the constraint. `deed`: such as BEFORE DELETE."""
        verb = deed.split()[1].lower()
        return statement(
            model,
            editor,
            f"CREATE TRIGGER {editor.quote_name(f'{self.name}_{verb}')} {deed} ON %(table)s "
            f"FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, {editor.quote_value(self.name)}); END",
        )


def statement(model: Model, editor: BaseDatabaseSchemaEditor, template: str) -> Statement:
    """A statement whose table follows when the table is renamed, as at a remake on SQLite."""
    return Statement(template, table=Table(model._meta.db_table, editor.quote_name))


def columns_of(model: Model, editor: BaseDatabaseSchemaEditor) -> dict[str, str]:
    return {
        field.name: editor.quote_name(field.column)
        for field in model._meta.local_concrete_fields
        if field.column
    }


def live_sql(live: Q | None, model: Model, editor: BaseDatabaseSchemaEditor) -> str:
    """The condition with its values written in, its columns bare; % doubled for a template."""
    query = Query(model=model, alias_cols=False)
    where = query.build_where(live or Q())
    compiler = query.get_compiler(connection=editor.connection)
    sql, values = where.as_sql(compiler, editor.connection)
    return str(sql % tuple(editor.quote_value(value) for value in values)).replace("%", "%%")
