"""The database backend: WAL, IMMEDIATE transactions, a fair queue of writers.

Outermost `atomic()` blocks wait in the queue before `BEGIN IMMEDIATE`. A single statement outside
of them still waits by SQLite's own handler. Never put the file on a network file system.
"""

# mypy: disable-error-code="misc,attr-defined,has-type"
# (the stubs leave out what Django calls private, and a backend is made of it)

import sqlite3
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from changle.core.sqlite.creation import DatabaseCreation
from changle.core.sqlite.operations import DatabaseOperations
from changle.core.sqlite.schema import DatabaseSchemaEditor
from changle.core.sqlite.turn import Turn, TurnTimeout


TURN_SECONDS = 30
BUSY_SECONDS = 20


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    turn: Turn | None = None  # None: a database in memory, or one not yet opened

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params.setdefault("timeout", BUSY_SECONDS)
        self.transaction_mode = self.transaction_mode or "IMMEDIATE"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        name = str(conn_params["database"])
        if not self.is_in_memory_db() and not name.startswith("file:"):
            self.turn = Turn(Path(f"{name}.lock"))
            self._prepare_file(connection)
        # REPLACE would delete rows behind the back of append-only triggers.
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection

    def _prepare_file(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self._take_turn()
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                self._give_turn()
        connection.execute("PRAGMA synchronous = NORMAL")

    def _take_turn(self) -> None:
        if self.turn is None:
            return
        try:
            self.turn.take(seconds=TURN_SECONDS)
        except TurnTimeout:
            raise OperationalError(
                f"database is locked: 等待写入超过 {TURN_SECONDS} 秒，有别的操作一直没有结束"
            ) from None

    def _give_turn(self) -> None:
        if self.turn is not None:
            self.turn.give()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        super()._commit()
        self._give_turn()  # a commit that failed is followed by a rollback

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn()
