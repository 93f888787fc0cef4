"""What the database engines need beside queries."""

from typing import Any

from django.db import connection


def refresh_statistics() -> None:
    """Tell the planner how the rows lie, after thousands have come at once; seconds at most."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    forget_misleading()


def forget_misleading(**_signal: Any) -> None:
    """Take from SQLite the statistics of indexes that lead it to wrong sums.

    With them it may walk an index for `a = ? AND b IN (…) AND c <= ?` by the opcode SeekScan
    (since 3.35), which jumps over the check of `c`: seen in 3.40.1, where posts that begin later
    were counted as held. Without them it looks each value up, which is right. A second column of
    dates is asked by ranges, never by IN: such indexes keep theirs.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            return
        cursor.execute(
            "DELETE FROM sqlite_stat1 WHERE EXISTS (SELECT 1 FROM pragma_index_info(idx) AS third "
            "WHERE third.seqno = 2 AND third.name IS NOT NULL) AND EXISTS (SELECT 1 FROM "
            "pragma_index_info(idx) AS second JOIN pragma_table_info(tbl) AS held "
            "ON held.name = second.name WHERE second.seqno = 1 AND held.type NOT LIKE 'date%%')"
        )
        cursor.execute("ANALYZE sqlite_master")  # reads the statistics anew, counts nothing
