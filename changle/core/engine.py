"""What the database engines need beside queries."""

from typing import Any

from django.db import connection


def refresh_statistics() -> None:
    """Tell the planner how the rows lie, after thousands have come at once; seconds at most."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    forget_misleading()


def forget_misleading(**_signal: Any) -> None:
    """Take from SQLite the statistics of indexes of three columns and more.

    With them it may walk such an index for `a = ? AND b IN (…) AND c <= ?` by the opcode SeekScan
    (since 3.35), which jumps over the check of `c`: seen in 3.40.1, where posts that begin later
    were counted as held. Without them it looks each value up, which is right and costs no more.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            return
        cursor.execute(
            "DELETE FROM sqlite_stat1 WHERE idx IN (SELECT name FROM sqlite_master WHERE type = "
            "'index' AND (SELECT count(*) FROM pragma_index_info(sqlite_master.name)) > 2)"
        )
        cursor.execute("ANALYZE sqlite_master")  # reads the statistics anew, counts nothing
