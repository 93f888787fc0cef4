"""Thousands of rows written over, some columns of each, without a statement built for each."""

from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import Model


def write_columns(rows: Iterable[Model], names: Collection[str]) -> None:
    """Save the named columns of rows of one model: one prepared statement, run for each row.

    `bulk_update` builds a CASE of as many branches as rows for each column, and takes longer to
    build it than the database to run it.
    """
    some = list(rows)
    if not some or not names:
        return
    meta = some[0]._meta
    fields = [field for field in meta.concrete_fields if field.name in names]
    quote = connection.ops.quote_name
    pairs = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = quote(str(meta.pk.column))
    sql = f"UPDATE {quote(meta.db_table)} SET {pairs} WHERE {key} = %s"  # noqa: S608  names are ours
    values = [
        [*(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields), row.pk]
        for row in some
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
