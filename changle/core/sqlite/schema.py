# mypy: disable-error-code="misc,attr-defined,has-type"
# (the stubs leave out what Django calls private, and a backend is made of it)

from typing import Any

from django.db import models
from django.db.backends.sqlite3 import schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    def add_field(self, model: type[models.Model], field: "models.Field[Any, Any]") -> None:
        """Remake a table whose triggers name its columns, or the new one would be left out."""
        if any(getattr(rule, "names_columns", False) for rule in model._meta.constraints):
            self._remake_table(model, create_field=field)
        else:
            super().add_field(model, field)

    def _remake_table(self, model: type[models.Model], *args: Any, **kwargs: Any) -> None:
        """Set aside the triggers of other tables that ask this one: SQLite would not rename it."""
        told = self.quote_name(model._meta.db_table)
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> %s"
                " AND instr(sql, %s) > 0",
                [model._meta.db_table, told],
            )
            aside = cursor.fetchall()
            for name, _sql in aside:
                cursor.execute(f"DROP TRIGGER {self.quote_name(name)}")
        super()._remake_table(model, *args, **kwargs)
        with self.connection.cursor() as cursor:
            for _name, sql in aside:
                cursor.execute(sql)
