"""Rules that the database itself keeps, on SQLite and PostgreSQL alike, declared in `Meta`.

A trigger made by `RunSQL` is lost without a word when a later migration remakes its table on
SQLite. A constraint in `Meta.constraints` is asked for its SQL again at every remake.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
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
        return _statement(
            model,
            editor,
            f"CREATE TRIGGER {editor.quote_name(f'{self.name}_{verb}')} {deed} ON %(table)s "
            f"FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, {editor.quote_value(self.name)}); END",
        )


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
        return _statement(model, schema_editor, f"ALTER TABLE %(table)s DROP CONSTRAINT {name}")

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist", None)
        column = _columns(model, editor)
        dated = model._meta.get_field(self.start).get_internal_type() == "DateField"
        span = f"{'date' if dated else 'tstz'}range({column[self.start]}, {column[self.end]}, '[)')"
        same = "".join(f"{column[field]} WITH =, " for field in self.scope)
        live = f" WHERE ({self._live_sql(model, editor)})" if self.live else ""
        return _statement(
            model,
            editor,
            f"ALTER TABLE %(table)s ADD CONSTRAINT {editor.quote_name(self.name)} "
            f"EXCLUDE USING gist ({same}{span} WITH &&){live}",
        )

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        """After the row is written, since its key is not known before it is."""
        column = _columns(model, editor)
        start, end, key = column[self.start], column[self.end], column[model._meta.pk.name]
        live = f" AND ({self._live_sql(model, editor)})" if self.live else ""
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

    def _live_sql(self, model: Model, editor: BaseDatabaseSchemaEditor) -> str:
        """The condition with its values written in, its columns bare; % doubled for a template."""
        query = Query(model=model, alias_cols=False)
        where = query.build_where(self.live or Q())
        compiler = query.get_compiler(connection=editor.connection)
        sql, values = where.as_sql(compiler, editor.connection)
        return str(sql % tuple(editor.quote_value(value) for value in values)).replace("%", "%%")

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
        return _statement(model, schema_editor, f"DROP TRIGGER {name} ON %(table)s")

    def _postgres(self, model: Model, editor: BaseDatabaseSchemaEditor) -> Statement:
        editor.execute(APPEND_ONLY_FUNCTION, None)
        fields = model._meta.local_concrete_fields
        settable = [str(field.column) for field in fields if field.name in self.except_fields]
        told = ", ".join(editor.quote_value(name) for name in (self.name, *settable))
        return _statement(
            model,
            editor,
            f"CREATE TRIGGER {editor.quote_name(self.name)} BEFORE UPDATE OR DELETE ON %(table)s "
            f"FOR EACH ROW EXECUTE FUNCTION changle_append_only({told})",
        )

    def _sqlite(self, model: Model, editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        changed = []
        for name, column in _columns(model, editor).items():
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


def _statement(model: Model, editor: BaseDatabaseSchemaEditor, template: str) -> Statement:
    """A statement whose table follows when the table is renamed, as at a remake on SQLite."""
    return Statement(template, table=Table(model._meta.db_table, editor.quote_name))


def _columns(model: Model, editor: BaseDatabaseSchemaEditor) -> dict[str, str]:
    return {
        field.name: editor.quote_name(field.column)
        for field in model._meta.local_concrete_fields
        if field.column
    }


def _before(one: str, other: str) -> str:
    """SQL: a bound lies before another; NULL stands for no bound."""
    return f"({one} IS NULL OR {other} IS NULL OR {one} < {other})"
