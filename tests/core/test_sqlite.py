"""Writers on SQLite wait their turn: threads and processes, and the death of a holder."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from changle.core.sqlite import base
from changle.core.sqlite.base import DatabaseWrapper
from changle.core.sqlite.turn import Turn, TurnTimeout


def opened(path) -> DatabaseWrapper:
    settings = connection.settings_dict | {
        "ENGINE": "changle.core.sqlite", "NAME": str(path), "OPTIONS": {}, "TIME_ZONE": None,
        "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0,
    }  # fmt: skip
    return DatabaseWrapper(settings, DEFAULT_DB_ALIAS)


@pytest.fixture(autouse=True)
def databases_of_its_own(django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE count (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)")
        made.execute("INSERT INTO count VALUES (1, 0)")
    made.close()
    return path


def begun(wrapper: DatabaseWrapper) -> CursorWrapper:
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    return wrapper.cursor()


def count_up(path, times: int) -> float:
    """Read, then write what was read and one more; answers the longest wait in seconds."""
    wrapper, worst = opened(path), 0.0
    for _each in range(times):
        start = time.monotonic()
        cursor = begun(wrapper)
        worst = max(worst, time.monotonic() - start)
        (n,) = cursor.execute("SELECT n FROM count WHERE id = 1").fetchone()
        cursor.execute("UPDATE count SET n = %s WHERE id = 1", [n + 1])
        wrapper.commit()
        wrapper.set_autocommit(True)
    wrapper.close()
    return worst


def counted(path) -> int:
    with sqlite3.connect(path) as reader:
        (n,) = reader.execute("SELECT n FROM count WHERE id = 1").fetchone()
    reader.close()
    return n


def test_the_file_is_set_up_for_many(path):
    wrapper = opened(path)
    with wrapper.cursor() as cursor:
        settings = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    wrapper.close()
    assert settings == {
        "journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20_000,
    }  # fmt: skip


def test_threads_lose_no_update(path):
    worst: list[float] = []
    threads = [
        threading.Thread(target=lambda: worst.append(count_up(path, 50))) for _each in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(path) == 16 * 50
    assert len(worst) == 16
    assert max(worst) < 5  # SQLite's own handler lets somebody wait longer under such load


WRITER = """
import sys
import django
django.setup()
from tests.core.test_sqlite import count_up
print(count_up(sys.argv[1], 50))
"""

HOLDER = """
import sys, time
import django
django.setup()
from tests.core.test_sqlite import begun, opened
begun(opened(sys.argv[1])).execute("UPDATE count SET n = 999 WHERE id = 1")
print("holding", flush=True)
time.sleep(60)
"""


def started(code: str, path) -> subprocess.Popen[str]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "changle.site.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], text=True, stdout=subprocess.PIPE, env=environment
    )


@pytest.mark.slow
def test_processes_lose_no_update(path):
    writers = [started(WRITER, path) for _each in range(16)]
    waits = [float(writer.communicate(timeout=300)[0]) for writer in writers]
    assert counted(path) == 16 * 50
    assert max(waits) < 5


@pytest.mark.slow
@pytest.mark.crash
def test_nobody_is_stuck_when_the_holder_is_killed(path):
    holder = started(HOLDER, path)
    assert holder.stdout.readline() == "holding\n"
    waits: list[float] = []
    waiting = threading.Thread(target=lambda: waits.append(count_up(path, 1)))
    waiting.start()
    time.sleep(0.2)
    assert counted(path) == 0  # nobody has passed, and readers never wait
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    waiting.join(timeout=10)
    assert len(waits) == 1
    assert counted(path) == 1  # what the holder had begun is undone


def test_who_waits_too_long_is_told_and_leaves_the_queue(path, monkeypatch):
    monkeypatch.setattr(base, "TURN_SECONDS", 0.05)
    first, second, third = opened(path), opened(path), opened(path)
    begun(first)
    with pytest.raises(OperationalError, match="等待写入超过"):
        begun(second)
    first.rollback()
    first.set_autocommit(True)
    monkeypatch.setattr(base, "TURN_SECONDS", 5)
    begun(third)  # the second has given its place up, even if it was let in meanwhile
    for wrapper in (first, second, third):
        wrapper.close()
    assert not third.turn.held


def test_a_turn_ends_with_commit_rollback_close_and_failure(path):
    wrapper = opened(path)
    begun(wrapper)
    assert wrapper.turn.held
    wrapper.commit()
    assert not wrapper.turn.held
    wrapper.set_autocommit(True)
    begun(wrapper)
    wrapper.rollback()
    assert not wrapper.turn.held
    wrapper.set_autocommit(True)
    begun(wrapper)
    wrapper.close()
    assert not wrapper.turn.held
    wrapper.connect()
    wrapper.transaction_mode = "NONSENSE"
    with pytest.raises(OperationalError):
        begun(wrapper)
    assert not wrapper.turn.held
    wrapper.close()


def test_turns_of_one_process_exclude_each_other(tmp_path):
    one, other = Turn(tmp_path / "a.lock"), Turn(tmp_path / "a.lock")
    one.take(seconds=1)
    with pytest.raises(TurnTimeout):
        other.take(seconds=0.05)
    one.give()
    one.give()
    other.take(seconds=1)
    other.give()


def test_a_database_in_memory_needs_no_turn():
    wrapper = opened(":memory:")
    begun(wrapper)
    assert wrapper.turn is None
    wrapper.rollback()
    wrapper._close()


@pytest.mark.django_db(transaction=True)
def test_the_turn_is_taken_by_the_outermost_block_alone():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has its own locks")
    with transaction.atomic():
        assert connection.turn.held
        with pytest.raises(IntegrityError), transaction.atomic():
            raise IntegrityError
        assert connection.turn.held
    assert not connection.turn.held
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        raise ValueError("no")
    assert not connection.turn.held
