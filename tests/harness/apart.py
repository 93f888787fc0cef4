"""Programs with a database of their own, to be killed without harm to other tests."""

import fcntl
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import conninfo, sql

from tests.harness.surroundings import PREPARED


ROOT = Path(__file__).resolve().parents[2]
Surroundings = dict[str, str]


def python(
    env: Surroundings, *words: str, told: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False,
        input=told,
    )  # fmt: skip


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Surroundings]:
    with separate(tmp_path) as env:
        yield env


@contextmanager
def separate(folder: Path) -> Iterator[Surroundings]:
    """The environment of a program whose database, laid out and empty, is nobody else's."""
    env = {name: value for name, value in os.environ.items() if name != "CHANGLE_TESTING"}
    env |= {
        "CHANGLE_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "changle.site.settings",
        "PYTHONPATH": str(ROOT),
        "CHANGLE_TESTING": "1",
    }
    url = env.get("DATABASE_URL", "sqlite")
    if url.startswith("sqlite"):
        path = folder / "apart.sqlite3"
        lay(path, env)
        yield env | {"DATABASE_URL": f"sqlite:///{path}"}
        return
    address = new_database(url, "apart", env)
    try:
        yield env | {"DATABASE_URL": address}
    finally:
        name = urlsplit(address).path.lstrip("/")
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


# Migrations take many seconds: they run once in a run of tests, and all others take a copy.


def lay(path: Path, env: Surroundings) -> None:
    """An empty SQLite database at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pattern = Path(os.environ[PREPARED]) / "laid.sqlite3"
    with alone("laid"):
        if not pattern.exists():
            being_made = pattern.with_suffix(".making")
            migrate(env | {"DATABASE_URL": f"sqlite:///{being_made}"})
            being_made.rename(pattern)
    shutil.copy(pattern, path)


def new_database(url: str, purpose: str, env: Surroundings) -> str:
    """The address of a new, empty database on a PostgreSQL server."""
    name, parts = f"{purpose}_{uuid.uuid4().hex[:12]}", urlsplit(url)
    pattern = f"laid_{Path(os.environ[PREPARED]).name.replace('-', '_')}"
    with alone("laid"), psycopg.connect(plain(url), autocommit=True) as connection:
        asked = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(asked, [pattern]).fetchone() is None:
            being_made = f"{pattern}_making"
            created(connection, being_made, "template0")
            migrate(env | {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{being_made}"))})
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(being_made), sql.Identifier(pattern)
                )
            )
        created(connection, name, pattern)
    return urlunsplit(parts._replace(path=f"/{name}"))


def created(connection: "psycopg.Connection[tuple[Any, ...]]", name: str, pattern: str) -> None:
    order = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE {}")
    connection.execute(order.format(sql.Identifier(name), sql.Identifier(pattern)))


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One worker at a time."""
    with (Path(os.environ[PREPARED]) / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def migrate(env: Surroundings) -> None:
    done = python(env, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")
    assert done.returncode == 0, done.stderr[-2000:]


def plain(url: str) -> str:
    """What psycopg takes of what our setting says."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    told = {
        "dbname": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "host": unquote(query.get("host", parts.hostname or "")),
        "port": str(parts.port or ""),
    }
    return conninfo.make_conninfo(**{name: value for name, value in told.items() if value})
