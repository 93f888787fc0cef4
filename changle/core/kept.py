"""Answers kept for as long as nothing is written that could change them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection


MOST_KEPT = 5000  # answers a process keeps between two writes


@dataclass
class _Kept:
    """What has been computed from the rows as they stand, and the stamp of that standing."""

    stamp: str = ""
    told: dict[Any, Any] = field(default_factory=dict)


_kept = _Kept()
_pen = threading.Lock()


def standing() -> str:
    """A stamp that changes with every write that could change a figure; one small query.

    On SQLite writers come one after the other and each deed writes its log entry, so the newest
    entry tells. On PostgreSQL an entry with a lower id may be committed later: the snapshot tells.
    """
    if connection.in_atomic_block:
        return ""  # one's own unfinished deeds count, and are nobody else's
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_current_snapshot()::text")
        else:
            cursor.execute("SELECT max(id) FROM core_logentry")
        return str(cursor.fetchone()[0])


AnswerT = TypeVar("AnswerT")


def kept(key: Any, compute: Callable[[], AnswerT], stamp: str | None) -> AnswerT:
    """The answer computed before from the same rows, or computed now."""
    stamp = standing() if stamp is None else stamp
    if not stamp:
        return compute()
    with _pen:
        if _kept.stamp != stamp or len(_kept.told) > MOST_KEPT:
            _kept.stamp, _kept.told = stamp, {}
        told = _kept.told
    if key not in told:
        told[key] = compute()
    answer: AnswerT = told[key]
    return answer
