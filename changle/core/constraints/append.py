"""What is written stays as it was written."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement

from changle.core.constraints.guard import Guard, Model, columns_of, statement


class AppendOnly(Guard):
    """Rows are written once: the database refuses UPDATE and DELETE, whoever asks.

    A field of `except_fields` may still be set, once, from NULL.
    """

    arguments = ("except_fields",)
    default_violation_error_message = "这类记录只能新增，不能修改或删除。"

    def __init__(
        self,
        *,
        name: str,
        except_fields: Iterable[str] = (),
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.except_fields = tuple(except_fields)
        self.names_columns = bool(self.except_fields)

    def remove_sql(
        self, model: Model | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:  # a Statement; the stubs know only str
        if model is None or schema_editor is None:
            return None
        name = schema_editor.quote_name(self.name)
        return statement(model, schema_editor, f"DROP TRIGGER {name} ON %(table)s")

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        editor.execute(APPEND_ONLY_FUNCTION, None)
        fields = model._meta.local_concrete_fields
        settable = [str(field.column) for field in fields if field.name in self.except_fields]
        told = ", ".join(editor.quote_value(name) for name in (self.name, *settable))
        return statement(
            model,
            editor,
            f"CREATE TRIGGER {editor.quote_name(self.name)} BEFORE UPDATE OR DELETE ON %(table)s "
            f"FOR EACH ROW EXECUTE FUNCTION changle_append_only({told})",
        )

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        changed = []
        for name, column in columns_of(model, editor).items():
            once = f"OLD.{column} IS NOT NULL AND " if name in self.except_fields else ""
            changed.append(f"({once}OLD.{column} IS NOT NEW.{column})")
        when = f" WHEN {' OR '.join(changed)}" if self.except_fields else ""
        return [
            self._said_by_sqlite(model, editor, "BEFORE UPDATE", when),
            self._said_by_sqlite(model, editor, "BEFORE DELETE", ""),
        ]

    def validate(
        self,
        model: Model,
        instance: models.Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Nothing to ask: a new row is always welcome, and no form edits an old one."""


# One function for all tables; the trigger tells it its name and the columns that may be set once.
APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION changle_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb;
BEGIN
  IF TG_OP = 'UPDATE' AND TG_NARGS > 1 THEN
    becomes := to_jsonb(NEW);
    FOR place IN 1 .. TG_NARGS - 1 LOOP
      IF was -> TG_ARGV[place] = 'null'::jsonb THEN
        was := was - TG_ARGV[place];
        becomes := becomes - TG_ARGV[place];
      END IF;
    END LOOP;
    IF was = becomes THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '%', TG_ARGV[0] USING
    ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME;
END $$
"""
