"""The environment of a test run, set before Django reads its settings (`-p` in pyproject.toml).

CHANGLE_TEST_DB           sqlite (default) or postgres
CHANGLE_TEST_DATABASE_URL a PostgreSQL server that is already there (its role may create databases)
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.harness import postgres


PREPARED = "CHANGLE_TEST_FOLDER"  # set for the workers of xdist, which share all this
SECRETS = {
    "CHANGLE_SECRET_KEY": "a-secret-for-tests-only-and-nowhere-else",
    "CHANGLE_SEAL_KEY": "another-secret-for-tests-only-nowhere-else",
}


def prepare() -> None:
    if PREPARED in os.environ:  # a worker of xdist: its own files, the same server
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        os.environ["CHANGLE_DATA"] = str(Path(os.environ[PREPARED]) / f"data{worker}")
        return
    folder = tempfile.mkdtemp(prefix="changle-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("CHANGLE_") and "TEST" not in name]:
        if name not in {"CHANGLE_REALDATA", "CHANGLE_CHROMIUM"}:
            del os.environ[name]  # what the machine is set to must not matter
    os.environ.update(SECRETS)
    os.environ[PREPARED] = folder
    os.environ["CHANGLE_TESTING"] = "1"
    os.environ["CHANGLE_DATA"] = str(Path(folder) / "data")
    os.environ["DATABASE_URL"] = database_url(folder)


def database_url(folder: str) -> str:
    given = os.environ.get("CHANGLE_TEST_DATABASE_URL")
    kind = os.environ.get("CHANGLE_TEST_DB", "postgres" if given else "sqlite")
    if kind == "postgres":
        return given or postgres.Server().url
    if kind != "sqlite":
        raise pytest.UsageError(f"CHANGLE_TEST_DB: sqlite or postgres, not {kind!r}")
    return f"sqlite:///{folder}/changle.sqlite3"


prepare()


def pytest_configure() -> None:
    """On SQLite a file for each worker: threads and processes must see the same database."""
    database = settings.DATABASES["default"]
    if "sqlite" in str(database["ENGINE"]):
        name = f"{os.environ[PREPARED]}/test-{os.getpid()}.sqlite3"
        database.setdefault("TEST", {})["NAME"] = name


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"
