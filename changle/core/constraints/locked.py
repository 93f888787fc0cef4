"""What belongs to a closed matter stays as it was when it was closed."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement

from changle.core.constraints.guard import Guard, Model, columns_of, statement


class Locked(Guard):
    """No row comes, goes or changes in `fields` while the row behind `of` is in one of `states`."""

    arguments = ("of", "states", "fields")
    default_violation_error_message = "已经核实，记录不能再改；请登记更正。"

    def __init__(
        self,
        *,
        name: str,
        of: str,
        states: Iterable[str],
        fields: Iterable[str],
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.of, self.states, self.fields = of, tuple(states), tuple(fields)
        self.names_columns = True

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
        """Actions lock the other row and look at its state; this is the net beneath them."""

    def _shut(self, model: Model, editor: BaseDatabaseSchemaEditor, side: str) -> str:
        other: Any = model._meta.get_field(self.of).related_model
        table = editor.quote_name(other._meta.db_table)
        key = editor.quote_name(str(other._meta.pk.column))
        state = editor.quote_name("state")
        told = ", ".join(str(editor.quote_value(one)) for one in self.states)
        fk = columns_of(model, editor)[self.of]
        return f"EXISTS (SELECT 1 FROM {table} WHERE {key} = {side}.{fk} AND {state} IN ({told}))"  # noqa: S608  quoted names

    def _differs(self, model: Model, editor: BaseDatabaseSchemaEditor, test: str) -> str:
        column = columns_of(model, editor)
        names = [column[name] for name in (self.of, *self.fields)]
        return "(" + " OR ".join(f"OLD.{name} {test} NEW.{name}" for name in names) + ")"

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        old, new = (self._shut(model, editor, side) for side in ("OLD", "NEW"))
        differs = self._differs(model, editor, "IS NOT")
        return [
            self._said_by_sqlite(model, editor, "BEFORE INSERT", f" WHEN {new}"),
            self._said_by_sqlite(model, editor, "BEFORE UPDATE", f" WHEN {differs} AND ({old})"),
            self._said_by_sqlite(model, editor, "BEFORE DELETE", f" WHEN {old}"),
        ]

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        old, new = (self._shut(model, editor, side) for side in ("OLD", "NEW"))
        differs = self._differs(model, editor, "IS DISTINCT FROM")
        name, said = editor.quote_name(self.name), editor.quote_value(self.name)
        body = (
            f"DECLARE shut boolean := false; BEGIN"
            f" IF TG_OP = 'INSERT' THEN shut := {new};"
            f" ELSIF TG_OP = 'DELETE' THEN shut := {old};"
            f" ELSIF {differs} THEN shut := {old}; END IF;"
            f" IF shut THEN RAISE EXCEPTION USING MESSAGE = {said}, ERRCODE = 'check_violation',"
            f" CONSTRAINT = {said}, TABLE = TG_TABLE_NAME; END IF;"
            f" IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END"
        )
        return statement(
            model,
            editor,
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$;"
            f" CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON %(table)s"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()",
        )
