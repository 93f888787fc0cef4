"""How often anything changed that a sum is made of, counted by the database for each key."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Q

from changle.core.constraints.guard import Guard, Model, columns_of, statement
from changle.core.constraints.tally import holds


class Marks(Guard):
    """Raise `writes` of the row of `table` for `key`, with each write to rows for which `live` holds.

    What is told from such a sum says at which number it was computed: another number now, and it is
    stale. `table`: its name in the database, with a unique column named as the key and one `writes`.
    """

    arguments = ("table", "key", "watched", "live")

    def __init__(
        self, *, name: str, table: str, key: str, watched: tuple[str, ...] | list[str], live: Q,
        violation_error_code: str | None = None, violation_error_message: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.table, self.key, self.watched, self.live = table, key, list(watched), live

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
        """Nothing is ever refused."""

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        columns = [columns_of(model, editor)[name] for name in self._columns()]
        old, new = (holds(self.live, model, editor, side) for side in ("OLD", "NEW"))
        moved = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in columns)
        mark_old, mark_new = (self._mark(model, editor, side) for side in ("OLD", "NEW"))
        deeds = (
            ("insert", "INSERT", new, mark_new),
            ("delete", "DELETE", old, mark_old),
            ("update", f"UPDATE OF {', '.join(columns)}", f"(({old}) OR ({new})) AND ({moved})",
             f"{mark_old}; {mark_new}"),
        )  # fmt: skip
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
        name = editor.quote_name(self.name)
        columns = [columns_of(model, editor)[each] for each in self._columns()]
        old, new = (holds(self.live, model, editor, side) for side in ("OLD", "NEW"))
        moved = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in columns)
        mark_old, mark_new = (self._mark(model, editor, side) for side in ("OLD", "NEW"))
        body = (
            f"BEGIN IF TG_OP = 'INSERT' THEN IF {new} THEN {mark_new}; END IF;"
            f" ELSIF TG_OP = 'DELETE' THEN IF {old} THEN {mark_old}; END IF;"
            f" ELSIF (({old}) OR ({new})) AND ({moved}) THEN {mark_old}; {mark_new}; END IF;"
            f" RETURN NULL; END"
        )
        return statement(
            model,
            editor,
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;"
            f" CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {', '.join(columns)}"
            f" ON %(table)s FOR EACH ROW EXECUTE FUNCTION {name}()",
        )

    def _columns(self) -> list[str]:
        return list(dict.fromkeys([self.key, *self.watched]))

    def _mark(self, model: Model, editor: BaseDatabaseSchemaEditor, side: str) -> str:
        table, key = editor.quote_name(self.table), columns_of(model, editor)[self.key]
        return (
            f"INSERT INTO {table} ({key}, writes) VALUES ({side}.{key}, 1)"  # noqa: S608  quoted names
            f" ON CONFLICT ({key}) DO UPDATE SET writes = {table}.writes + 1"
        )
