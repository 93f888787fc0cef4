"""No two spans of one scope share a moment."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Q

from changle.core.constraints.guard import Guard, Model, columns_of, live_sql, statement


class NoOverlap(Guard):
    """No two rows of one scope whose spans share a moment; spans are half open.

    `start` and `end` name two datetime or two date fields; a NULL end (start) is open-ended, and
    an empty span overlaps nothing. `live` says which rows count, in columns of the table alone.
    On PostgreSQL the rule is an exclusion constraint, for which it makes the trusted extension
    btree_gist: where the role may not, an administrator runs `CREATE EXTENSION btree_gist` once.
    """

    arguments = ("scope", "start", "end", "live")
    violation_error_code = "overlap"
    default_violation_error_message = "这段时间与已有的记录重叠。"

    def __init__(
        self,
        *,
        name: str,
        scope: Iterable[str],
        start: str,
        end: str,
        live: Q | None = None,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        super().__init__(
            name=name,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )
        self.scope, self.start, self.end, self.live = tuple(scope), start, end, live

    def remove_sql(
        self, model: Model | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> Any:  # a Statement; the stubs know only str
        if model is None or schema_editor is None:
            return None
        name = schema_editor.quote_name(self.name)
        return statement(model, schema_editor, f"ALTER TABLE %(table)s DROP CONSTRAINT {name}")

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist", None)
        column = columns_of(model, editor)
        dated = model._meta.get_field(self.start).get_internal_type() == "DateField"
        span = f"{'date' if dated else 'tstz'}range({column[self.start]}, {column[self.end]}, '[)')"
        same = "".join(f"{column[field]} WITH =, " for field in self.scope)
        live = f" WHERE ({live_sql(self.live, model, editor)})" if self.live else ""
        return statement(
            model,
            editor,
            f"ALTER TABLE %(table)s ADD CONSTRAINT {editor.quote_name(self.name)} "
            f"EXCLUDE USING gist ({same}{span} WITH &&){live}",
        )

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        """After the row is written, since its key is not known before it is."""
        column = columns_of(model, editor)
        start, end, key = column[self.start], column[self.end], column[model._meta.pk.name]
        live = f" AND ({live_sql(self.live, model, editor)})" if self.live else ""
        same = "".join(f" AND o.{column[field]} = NEW.{column[field]}" for field in self.scope)
        bounds = " AND ".join(
            _before(f"{one}.{start}", f"{other}.{end}")
            for one in ("o", "NEW")
            for other in ("o", "NEW")
        )
        counts = f"EXISTS (SELECT 1 FROM %(table)s WHERE {key} = NEW.{key}{live})"  # noqa: S608  quoted names
        rival = f"SELECT 1 FROM %(table)s AS o WHERE o.{key} <> NEW.{key}{same} AND {bounds}{live}"  # noqa: S608
        when = f" WHEN {counts} AND EXISTS ({rival})"
        return [
            self._said_by_sqlite(model, editor, deed, when)
            for deed in ("AFTER INSERT", "AFTER UPDATE")
        ]

    def validate(
        self,
        model: Model,
        instance: models.Model,
        exclude: Iterable[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Ask the same of the rows that stand, so that a form can say it beside the start."""
        if {*self.scope, self.start, self.end} & set(exclude or ()):
            return
        facts = instance._get_field_expression_map(meta=model._meta)  # type: ignore[attr-defined]  # noqa: SLF001  as Django's own constraints do
        if self.live and not self.live.check(facts, using=using):
            return
        span = {name: getattr(instance, name) for name in (self.start, self.end)}
        start, end = span[self.start], span[self.end]
        if start is not None and end is not None and start >= end:
            return
        rivals = self._rivals(model, instance, start, end, using)
        if rivals.exists():
            message, code = self.get_violation_error_message(), self.violation_error_code
            raise ValidationError({self.start: ValidationError(message, code=code)})

    def _rivals(
        self, model: Model, instance: models.Model, start: Any, end: Any, using: str
    ) -> models.QuerySet[models.Model]:
        fields = (field for field in model._meta.local_concrete_fields if field.name in self.scope)
        scope = {field.attname: getattr(instance, field.attname) for field in fields}
        rows = model._default_manager.using(using).exclude(pk=instance.pk)
        if None in scope.values():
            return rows.none()  # NULL equals nothing
        opened, closed = Q((f"{self.start}__isnull", True)), Q((f"{self.end}__isnull", True))
        rows = rows.filter(opened | closed | Q((f"{self.start}__lt", models.F(self.end))), **scope)
        if end is not None:
            rows = rows.filter(opened | Q((f"{self.start}__lt", end)))
        if start is not None:
            rows = rows.filter(closed | Q((f"{self.end}__gt", start)))
        return rows.filter(self.live) if self.live else rows


def _before(one: str, other: str) -> str:
    """SQL: a bound lies before another; NULL stands for no bound."""
    return f"({one} IS NULL OR {other} IS NULL OR {one} < {other})"
