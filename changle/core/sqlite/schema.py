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
