"""Programs with a database of their own, to be killed without harm to other tests."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import conninfo, sql


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
        env["DATABASE_URL"] = f"sqlite:///{folder}/apart.sqlite3"
        laid(env)
        yield env
        return
    name = f"apart_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(url)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )
    env["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    try:
        laid(env)
        yield env
    finally:
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


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


def laid(env: Surroundings) -> None:
    done = python(env, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0")
    assert done.returncode == 0, done.stderr[-2000:]
