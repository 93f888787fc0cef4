"""A backup is one archive that either engine can read back: rows as lines of JSON, and the files.

It is taken from one snapshot of the database, so it may run while the site is used. Sealed fields
stay sealed in it: rows are read as they stand in the tables.
"""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.expressions import RawSQL

from changle.core.constraints.rest import at_rest
from changle.core.log import LogEntry, seal_all, verify
from changle.core.refusals import Refused
from changle.core.sealed import SealedTextField


FORMAT = 1
BATCH = 1000
# Made anew by migrations, or of no use elsewhere: people sign in again.
LEFT_OUT = {
    "contenttypes.ContentType", "auth.Permission", "auth.Group", "sessions.Session",
    "usersessions.UserSession", "core.LogLock",
}  # fmt: skip
Say = Callable[[str], None]


class BackupRefused(Refused):
    """The archive cannot be made or read here; nothing was changed."""


def kept_models() -> list[type[models.Model]]:
    """Every table, those that others refer to first where that can be told."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in LEFT_OUT and model._meta.managed and not model._meta.proxy
    ]


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the database, without keeping writers out."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # a reader of the WAL: keeps its moment, locks nobody
        try:
            cursor.execute("SELECT count(*) FROM django_migrations")
            yield
        finally:
            cursor.execute("COMMIT")


# The types a row is made of beside JSON's own, each told apart so that it comes back as it was.
WRITERS: list[tuple[type | tuple[type, ...], str, Callable[[Any], Any]]] = [
    (datetime, "$at", datetime.isoformat),  # before date, which it is too
    (date, "$on", date.isoformat),
    (time, "$time", time.isoformat),
    (UUID, "$uuid", str),
    (Decimal, "$decimal", str),
    ((bytes, memoryview), "$hex", lambda value: bytes(value).hex()),
    ((dict, list), "$json", lambda value: value),
]


def as_json(value: Any) -> Any:
    for kind, name, write in WRITERS:
        if isinstance(value, kind):
            return {name: write(value)}
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    "$at": datetime.fromisoformat,
    "$on": date.fromisoformat,
    "$time": time.fromisoformat,
    "$uuid": UUID,
    "$decimal": Decimal,
    "$hex": bytes.fromhex,
    "$json": lambda value: value,
}


def from_json(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        return READERS[kind](content)
    return value


def columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def rows_of(model: type[models.Model]) -> Iterator[list[Any]]:
    """Rows by key, sealed fields in their sealed form."""
    queryset = model._base_manager.order_by("pk")
    names = columns(model)
    sealed = [f for f in model._meta.concrete_fields if isinstance(f, SealedTextField)]
    for field in sealed:
        column = connection.ops.quote_name(str(field.column))
        raw = RawSQL(column, [], output_field=models.TextField())  # noqa: S611  our own column
        queryset = queryset.annotate(**{f"raw_{field.attname}": raw})
    replaced = {field.attname: f"raw_{field.attname}" for field in sealed}
    for row in queryset.values_list(*[replaced.get(name, name) for name in names]).iterator(BATCH):
        yield [as_json(value) for value in row]


def back_up(target: Path, *, with_keys: bool = True, say: Say = print) -> dict[str, Any]:
    """Write the archive beside its place and move it there when it is whole."""
    if target.exists():
        raise BackupRefused(f"{target} 已存在，请换一个文件名。")
    seal_all()
    draft = target.with_name(f".{target.name}.part")
    try:
        with tarfile.open(draft, "w:gz", compresslevel=5) as archive:
            manifest = write_rows(archive, say=say)
            manifest["files"] = write_folder(
                archive, Path(settings.CHANGLE_DATA) / "files", "files"
            )
            if with_keys:
                write_folder(archive, Path(settings.CHANGLE_DATA) / "keys", "keys")
            manifest["with_keys"] = with_keys
            add(archive, "manifest.json", json.dumps(manifest, ensure_ascii=False).encode())
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def write_rows(archive: tarfile.TarFile, *, say: Say) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    with snapshot():
        chain = verify()
        migrations = sorted(MigrationRecorder(connection).applied_migrations())
        for model in kept_models():
            with tempfile.TemporaryFile() as lines:
                count, digest = 0, hashlib.sha256()
                for row in rows_of(model):
                    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
                    lines.write(line)
                    digest.update(line)
                    count += 1
                add(archive, f"rows/{model._meta.label}.jsonl", lines)
            tables[model._meta.label] = {
                "columns": columns(model),
                "count": count,
                "sha256": digest.hexdigest(),
            }
            if count:
                say(f"  {model._meta.verbose_name} {count} 行")
    return {
        "format": FORMAT,
        "tables": tables,
        "migrations": [list(key) for key in migrations],
        "log_entries": chain.entries,
        "log_head": chain.head,
    }


def add(archive: tarfile.TarFile, name: str, content: bytes | IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode = 0o600
    if isinstance(content, bytes):
        entry.size, content = len(content), io.BytesIO(content)
    else:
        entry.size = content.tell()
        content.seek(0)
    archive.addfile(entry, content)


def write_folder(archive: tarfile.TarFile, folder: Path, name: str) -> int:
    paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
    for path in paths:
        with path.open("rb") as content:
            entry = tarfile.TarInfo(f"{name}/{path.relative_to(folder)}")
            entry.size, entry.mode = path.stat().st_size, 0o600
            archive.addfile(entry, content)
    return len(paths)


def restore(source: Path, *, say: Say = print) -> dict[str, Any]:
    """Read an archive into an empty installation: the same rows, files and head of the log.

    The database must have been migrated and hold nobody; else nothing is touched.
    """
    if LogEntry.objects.exists() or apps.get_model("accounts.User").objects.exists():
        raise BackupRefused("这里已有数据；请恢复到空的数据文件夹和空的数据库。")
    with tempfile.TemporaryDirectory(dir=settings.CHANGLE_DATA) as folder:
        try:
            with tarfile.open(source, "r:gz") as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((Path(folder) / "manifest.json").read_text("utf-8"))
        except (OSError, EOFError, tarfile.TarError, ValueError) as error:
            raise BackupRefused(f"读不出备份文件（{type(error).__name__}）：可能不完整。") from None
        if manifest.get("format") != FORMAT:
            raise BackupRefused("这份备份来自不认识的版本。")
        put_rows(Path(folder) / "rows", manifest, say=say)
        for part in ("files", "keys"):
            put_folder(Path(folder) / part, Path(settings.CHANGLE_DATA) / part)
    return dict(manifest)


@transaction.atomic
def put_rows(folder: Path, manifest: dict[str, Any], *, say: Say) -> None:
    with at_rest():
        for label, told in manifest["tables"].items():
            try:
                model = apps.get_model(label)
            except LookupError:
                raise BackupRefused(f"备份里有本版没有的表 {label}；请用同一版本恢复。") from None
            put_table(model, folder / f"{label}.jsonl", told)
            if told["count"]:
                say(f"  {model._meta.verbose_name} {told['count']} 行")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)
    chain = verify()
    if not chain.holds or chain.head != manifest["log_head"]:
        raise BackupRefused("日志链与备份时不一致，已放弃恢复。")


def put_table(model: type[models.Model], path: Path, told: dict[str, Any]) -> None:
    names = told["columns"]
    unknown = set(names) - set(columns(model))
    if unknown:
        raise BackupRefused(
            f"备份里 {model._meta.label} 有本版没有的列：{'、'.join(sorted(unknown))}"
        )
    digest, count, batch = hashlib.sha256(), 0, []
    model._base_manager.all().delete()  # what migrations put there, and nothing else
    with path.open("rb") as lines:
        for line in lines:
            digest.update(line)
            count += 1
            batch.append(dict(zip(names, map(from_json, json.loads(line)), strict=True)))
            if len(batch) == BATCH:
                put_batch(model, batch)
                batch = []
    put_batch(model, batch)
    if digest.hexdigest() != told["sha256"] or count != told["count"]:
        raise BackupRefused(f"{model._meta.label} 与备份清单不符，备份文件已损坏。")


def put_batch(model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    model._base_manager.bulk_create([model(**row) for row in rows], batch_size=BATCH)


def put_folder(source: Path, target: Path) -> None:
    """Files keep their names; keys replace those that the empty installation had just made."""
    for path in sorted(source.rglob("*")) if source.exists() else []:
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
            place.chmod(0o600)
