"""What `changle check` and `changle doctor` look at: each finding is a sentence."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from changle.core.constraints import Guard
from changle.core.files import StoredFile
from changle.core.jobs import Job
from changle.core.log import seal_all, verify


@dataclass(frozen=True)
class Finding:
    well: bool
    text: str


def of_database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Finding(
        not plan,
        "数据库结构是最新的" if not plan else f"有 {len(plan)} 个迁移未执行：changle migrate",
    )
    if not plan:
        missing = sorted(set(declared_guards()) - present_guards())
        yield Finding(
            not missing, "数据库的约束都在" if not missing else f"缺少约束：{'、'.join(missing)}"
        )


def declared_guards() -> list[str]:
    """The constraints that must stand in the database itself, whatever migrations came since."""
    return [
        constraint.name
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, Guard)
    ]


def present_guards() -> set[str]:
    """The declared names that the database knows as a trigger or a constraint."""
    if connection.vendor == "sqlite":
        question = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        question = (
            "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger "
            "WHERE NOT tgisinternal"
        )
    with connection.cursor() as cursor:
        cursor.execute(question)
        found = [str(row[0]) for row in cursor.fetchall()]
    return {name for name in declared_guards() if any(there.startswith(name) for there in found)}


def of_log() -> Iterator[Finding]:
    seal_all()
    chain = verify()
    if chain.holds:
        yield Finding(True, f"日志链完整：{chain.entries} 条，链头 {chain.head[:16]}")
    else:
        yield Finding(
            False, f"日志链在第 {chain.broken_at} 条处断开：可能被改动，请保留现场并查备份"
        )


def of_files() -> Iterator[Finding]:
    missing = [
        str(f.pk) for f in StoredFile.objects.order_by("pk").iterator() if not f.path.exists()
    ]
    count = StoredFile.objects.count()
    yield Finding(
        not missing,
        f"{count} 个文件都在" if not missing else f"缺少 {len(missing)} 个文件，如 {missing[0]}",
    )


def of_settings() -> Iterator[Finding]:
    serious = [
        m for m in checks.run_checks(include_deployment_checks=False) if m.level >= checks.ERROR
    ]
    yield Finding(not serious, "配置可用" if not serious else f"配置有误：{serious[0].msg}")
    if (
        not settings.CHANGLE_DEMO
        and not settings.HTTPS
        and settings.HOST not in {"127.0.0.1", "::1", "localhost"}
    ):
        yield Finding(False, "对外服务而未声明 HTTPS（CHANGLE_HTTPS=1）：口令会明文传输")


def of_machine() -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}")
    yield Finding(sqlite3.sqlite_version_info >= (3, 35), f"SQLite {sqlite3.sqlite_version}")
    free = shutil.disk_usage(settings.CHANGLE_DATA).free // 2**20
    yield Finding(free > 1024, f"数据文件夹 {settings.CHANGLE_DATA} 剩余 {free} MB")  # noqa: PLR2004  1 GB
    yield Finding(
        True,
        f"数据库 {connection.vendor}，进程 {settings.CHANGLE_WORKERS} × 线程 {settings.CHANGLE_THREADS}",
    )
    keys = Path(settings.CHANGLE_DATA) / "keys"
    loose = [p.name for p in keys.glob("*") if p.stat().st_mode & 0o077] if keys.exists() else []
    yield Finding(
        not loose,
        "密钥文件只有所有者可读" if not loose else f"密钥文件权限过宽：{'、'.join(loose)}",
    )
    yield Finding(bool(os.access(settings.CHANGLE_DATA, os.W_OK)), "数据文件夹可写")


def of_jobs() -> Iterator[Finding]:
    now = timezone.now()
    stuck = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now).count()
    failed = Job.objects.filter(state=Job.State.FAILED).count()
    yield Finding(
        not stuck,
        "没有停住的后台事项" if not stuck else f"{stuck} 件后台事项的进程已不在，后台进程会接手",
    )
    yield Finding(True, f"未完成的后台事项 {failed} 件")


CHECKS: list[Callable[[], Iterator[Finding]]] = [of_settings, of_database, of_log, of_files]
DOCTOR: list[Callable[[], Iterator[Finding]]] = [of_machine, *CHECKS, of_jobs]
