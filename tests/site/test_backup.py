"""A backup taken in use gives the same rows, files and log head in an empty installation."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from functools import cache
from pathlib import Path

import psycopg
import pytest

from tests.harness.apart import lay, new_database


ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.crash]


POSTGRES = os.environ["DATABASE_URL"] if "postgres" in os.environ.get("DATABASE_URL", "") else ""
TABLES = ("registry_organisation", "registry_identity", "territory_node", "territory_grant",
          "accounts_user", "core_logentry", "core_logseal", "core_calendarday")  # fmt: skip


SURROUNDINGS = {k: v for k, v in os.environ.items() if not k.startswith(("CHANGLE_", "DATABASE"))}


@cache
def database_of(folder):
    """A database of its own for each installation, laid out; "": the SQLite file in its folder."""
    env = SURROUNDINGS | {"CHANGLE_TESTING": "1", "DJANGO_SETTINGS_MODULE": "changle.site.settings",
                          "CHANGLE_DATA": str(folder), "PYTHONPATH": str(ROOT)}  # fmt: skip
    if POSTGRES:
        return new_database(POSTGRES, "backup", env)
    lay(folder / "changle.sqlite3", env)
    return ""


def changle(folder, *arguments, stdin="", database=None):
    env = SURROUNDINGS | {"CHANGLE_DATA": str(folder), "CHANGLE_TESTING": "1"}
    env["DATABASE_URL"] = database_of(folder) if database is None else database
    return subprocess.run(
        [sys.executable, "-m", "changle.site.command", *arguments],
        cwd=ROOT, env=env, input=stdin, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    made = changle(folder, "demo")
    assert made.returncode == 0, made.stderr
    stored = folder / "files" / "ab"
    stored.mkdir(parents=True, exist_ok=True)
    (stored / "sample").write_bytes(b"content")
    return folder


@pytest.fixture(scope="module")
def held(district, tmp_path_factory):
    """An archive, and what the tables held when it was made: other tests write on."""
    archive = tmp_path_factory.mktemp("backup") / "backup.tar.gz"
    answer = changle(district, "backup", str(archive))
    assert answer.returncode == 0, answer.stderr
    return archive, rows(district)


@pytest.fixture(scope="module")
def backup(held):
    return held[0]


def rows(folder):
    url = database_of(folder)
    with psycopg.connect(url) if url else sqlite3.connect(folder / "changle.sqlite3") as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in TABLES
        }


def test_restore_gives_the_same_rows_files_and_log(district, held, tmp_path):
    archive, told = held
    assert archive.stat().st_mode & 0o077 == 0
    fresh = tmp_path / "fresh"
    answer = changle(fresh, "restore", str(archive))
    assert answer.returncode == 0, answer.stderr
    assert rows(fresh) == told
    assert (fresh / "files" / "ab" / "sample").read_bytes() == b"content"
    assert (fresh / "keys" / "seal").read_text() == (district / "keys" / "seal").read_text()
    assert "日志链完整" in changle(fresh, "check").stdout

    again = changle(fresh, "restore", str(archive))
    assert again.returncode == 1
    assert "已有数据" in again.stderr


def test_a_backup_is_one_moment_while_others_write(district, tmp_path):
    stop = threading.Event()

    def keep_writing():
        while not stop.is_set():
            changle(district, "token", "qu")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        archive = tmp_path / "busy.tar.gz"
        answer = changle(district, "backup", str(archive))
    finally:
        stop.set()
        writer.join()
    assert answer.returncode == 0, answer.stderr
    assert changle(tmp_path / "fresh", "restore", str(archive)).returncode == 0


@pytest.mark.skipif(not POSTGRES, reason="from one engine to the other, once")
def test_a_district_moves_from_one_engine_to_the_other(held, tmp_path):
    backup, told = held
    embedded = tmp_path / "embedded"
    answer = changle(embedded, "restore", str(backup), database="")
    assert answer.returncode == 0, answer.stderr
    assert "一切正常" in changle(embedded, "check", database="").stdout
    with sqlite3.connect(embedded / "changle.sqlite3") as there:
        for table in TABLES:
            count = there.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            assert count == len(told[table]), table


@pytest.mark.parametrize("harm", ["cut", "changed", "no archive"])
def test_a_damaged_backup_is_refused_and_nothing_is_kept(backup, tmp_path, harm):
    archive = tmp_path / "backup.tar.gz"
    shutil.copy(backup, archive)
    if harm == "cut":
        archive.write_bytes(archive.read_bytes()[:-5000])
    elif harm == "no archive":
        archive.write_text("not an archive")
    else:
        alter(archive)
    fresh = tmp_path / "fresh"
    answer = changle(fresh, "restore", str(archive))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert rows(fresh)["registry_organisation"] == []


def alter(archive):
    folder = archive.parent / "open"
    with tarfile.open(archive) as source:
        source.extractall(folder, filter="data")
    path = folder / "rows" / "registry.Organisation.jsonl"
    path.write_text(path.read_text().replace("秋文", "秋雨"))
    with tarfile.open(archive, "w:gz") as target:
        target.add(folder, arcname=".")
