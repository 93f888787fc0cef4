"""One writer at a time, in the order of asking: an OS lock on a file beside the database.

SQLite's own busy handler sleeps and tries again, so that an unlucky writer waits for seconds.
The kernel wakes those who wait for a file lock, and frees it when its holder dies.
"""

import os
import threading
from pathlib import Path


try:
    import fcntl
except ImportError:  # Windows has no such locks: SQLite's own handler serialises
    LOCKS = False
else:
    LOCKS = True


class TurnTimeout(Exception):
    """Nobody let this writer in for too long."""


class Turn:
    """The right to write, held by at most one connection of all processes of this host."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def take(self, *, seconds: float) -> None:
        """Wait for the turn; `TurnTimeout` after so many seconds."""
        if not LOCKS or self.held:
            return
        # A file of its own for each turn: a closed file can never be unlocked twice.
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._wait(file, seconds)
        except BaseException:
            os.close(file)
            raise
        self._file = file

    def give(self) -> None:
        """Let the next one in; does nothing if the turn is not ours."""
        file, self._file = self._file, None
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_UN)  # a forked child may share the file
            os.close(file)

    def _wait(self, file: int, seconds: float) -> None:
        """Wait in the kernel's queue, in a thread: a blocked flock knows no time-out.

        A retry loop would know one, but would be as unfair as SQLite's.
        """
        queue = _Queue(file)
        threading.Thread(target=queue.stand, daemon=True).start()
        try:
            if queue.reached.wait(seconds):
                return
        except BaseException:
            queue.leave()
            raise
        if queue.leave():
            raise TurnTimeout


class _Queue:
    """One writer's place in the queue, which it may leave."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._guard = threading.Lock()
        self._left = False
        self.reached = threading.Event()

    def stand(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._guard:
            if self._left:
                os.close(self._file)
            else:
                self.reached.set()

    def leave(self) -> bool:
        """Give the place up; False if the turn came in that very moment."""
        with self._guard:
            if self.reached.is_set():
                return False
            self._left = True
            return True
