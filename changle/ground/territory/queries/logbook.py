"""The log as people read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from changle.core.lifecycle import Lifecycle
from changle.core.log import ChainReport, LogEntry, LogSeal, verify
from changle.core.reach import Actor
from changle.ground.territory.roles import Permission


MOST_ON_A_PAGE = 50
MOST_EXPORTED = 100_000
CHAIN_KEPT = 60  # seconds for which one walk of the chain answers everybody
# Deeds in words; the apps above add theirs. Moves of a lifecycle bring their own label.
verbs: dict[str, str] = {
    "abolish": "撤销",
    "add": "新增",
    "add_code": "添加代码",
    "change_password": "修改密码",
    "close": "停用账户",
    "create": "新建",
    "edit": "修改",
    "end_code": "停用代码",
    "end_grant": "结束授权",
    "end_session": "结束一处登录",
    "end_sessions": "结束全部登录",
    "export": "导出",
    "export_log": "导出日志",
    "found": "建立辖区",
    "grant": "授权",
    "hand_over": "交接",
    "import": "导入",
    "lock": "试错过多，暂停登录",
    "move": "调整上级",
    "new_spare_codes": "更换备用码",
    "remap": "指定各列的含义",
    "remove_day": "删除日历安排",
    "rename": "更名",
    "write": "起草",
    "issue": "印发",
    "tile": "调整示意图位置",
    "keep_again": "重新保存",
    "reopen": "恢复账户",
    "require_second_factor": "要求第二重验证",
    "reset_second_factor": "重设第二重验证",
    "second_factor_off": "解除第二重验证",
    "second_factor_on": "绑定第二重验证",
    "set_day": "登记日历安排",
    "set_password": "重设密码",
    "sign_in": "登录",
    "sign_out": "退出",
    "undo": "撤回",
    "undo_import": "随导入撤销",
    "upload": "上传",
}

WORDS = {"codes": "代码", "on": "日期", "successor": "接任或承接", "path": "位置"}  # no field's


@dataclass(frozen=True)
class LogLine:
    """One entry in words."""

    entry: LogEntry
    deed: str
    thing: str
    changes: list[tuple[str, Any, Any]]  # (field in words, old, new)


def log_rows(actor: Actor) -> "QuerySet[LogEntry]":
    """The entries of the places where the log is open to a person.

    What lies nowhere, such as a day of the calendar, is seen by who sees the whole district.
    """
    rows = actor.rows(LogEntry, Permission.LOG_VIEW)
    if any(path.count(".") == 1 for path in actor.reach.get(Permission.LOG_VIEW, ())):
        rows = rows | LogEntry.objects.filter(path="")
    return rows.order_by("-id")


def log_found(
    actor: Actor,
    *,
    person: str = "",
    verb: str = "",
    thing: str = "",
    label: str = "",
    first_on: date | None = None,
    last_on: date | None = None,
) -> "QuerySet[LogEntry]":
    """The entries that fit; days are those of the wall calendar here, both ends included."""
    rows = log_rows(actor)
    if person:
        rows = rows.filter(actor_name__icontains=person)
    if verb:
        rows = rows.filter(verb=verb)
    if thing:
        rows = rows.filter(Q(subject_text__icontains=thing) | Q(note__icontains=thing))
    if label:
        rows = rows.filter(subject_label=label)
    if first_on:
        rows = rows.filter(at__gte=midnight(first_on))
    if last_on:
        rows = rows.filter(at__lt=midnight(last_on + timedelta(days=1)))
    return rows


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def log_page(rows: "QuerySet[LogEntry]", *, before: int | None) -> tuple[list[LogLine], int | None]:
    """The entries below a key, and the key of the next page."""
    if before:
        rows = rows.filter(id__lt=before)
    entries = list(rows[: MOST_ON_A_PAGE + 1])
    shown = entries[:MOST_ON_A_PAGE]
    return in_words(shown), (shown[-1].pk if len(entries) > MOST_ON_A_PAGE else None)


def log_to_export(rows: "QuerySet[LogEntry]") -> Iterator[LogEntry]:
    """The newest entries that one file holds, fetched in batches."""
    return rows[:MOST_EXPORTED].iterator(chunk_size=2000)


def in_words(entries: "list[LogEntry] | QuerySet[LogEntry]") -> list[LogLine]:
    return [
        LogLine(entry, deed_of(entry), thing_of(entry.subject_label), changes_of(entry))
        for entry in entries
    ]


def deed_of(entry: LogEntry) -> str:
    process = Lifecycle.registered.get(entry.subject_label)
    if process and entry.verb in process.moves:
        return process.moves[entry.verb].label
    return verbs.get(entry.verb, entry.verb)


def thing_of(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def changes_of(entry: LogEntry) -> list[tuple[str, Any, Any]]:
    try:
        fields = {f.name: f for f in apps.get_model(entry.subject_label)._meta.get_fields()}
    except (LookupError, ValueError):
        fields = {}
    return [
        (str(getattr(fields.get(name), "verbose_name", WORDS.get(name, name))), *told)
        for name, told in entry.changes.items()
        if isinstance(told, list) and len(told) == 2  # noqa: PLR2004  [old, new]
    ]


def log_labels() -> list[tuple[str, str]]:
    """The kinds of things that the log speaks of, for the filter."""
    labels = LogEntry.objects.order_by("subject_label").values_list("subject_label", flat=True)
    return [(label, thing_of(label)) for label in labels.distinct()]


@dataclass(frozen=True)
class Chain:
    report: ChainReport
    waiting: int  # entries that no seal names yet
    at: datetime


def chain(now: datetime) -> Chain:
    """Whether the log still is what was written; walked at most once a minute."""
    kept: Chain | None = cache.get("territory.chain")
    if kept is None:
        report = verify()
        waiting = LogEntry.objects.count() - LogSeal.objects.count()
        kept = Chain(report, max(0, waiting), now)
        cache.set("territory.chain", kept, CHAIN_KEPT)
    return kept
