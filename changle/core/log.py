"""The append-only log: written in the transaction of the deed, then sealed into a hash chain.

An entry is an ordinary INSERT, so that two deeds never wait for each other's log. `seal` chains
the entries that have been committed since, in one short transaction under one lock (docs/adr).
Triggers refuse UPDATE and DELETE of entries and seals on both engines.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction

from changle.core.constraints import AppendOnly
from changle.core.privacy import Privacy
from changle.core.reach import Actor, Reachable, TreePath, anchor_paths


class LogEntry(Reachable):
    """Who did what to which row, when. No foreign keys: the log outlives what it speaks of."""

    anchors = ("path",)
    privacy: ClassVar[dict[str, Privacy]] = {
        "actor_name": Privacy.P1,
        "subject_text": Privacy.P1,
        "changes": Privacy.P1,
        "note": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {"at", "actor_id", "verb", "subject_label", "subject_id", "path", "source", "target"}
    )

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", db_index=True)
    actor_id = models.PositiveBigIntegerField("操作人编号", db_index=True)
    actor_name = models.CharField("操作人", max_length=60)
    verb = models.CharField("动作", max_length=40)
    subject_label = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象编号", max_length=40)
    subject_text = models.CharField("对象", max_length=200)
    path = TreePath("所在位置", blank=True)
    source = models.CharField("原状态", max_length=30, blank=True)
    target = models.CharField("新状态", max_length=30, blank=True)
    changes = models.JSONField("变更", default=dict)  # field -> [old, new]
    note = models.CharField("说明", max_length=1000, blank=True)

    class Meta:
        verbose_name = "操作日志"
        constraints = [AppendOnly(name="log_entry_append_only")]
        indexes = [models.Index(fields=["subject_label", "subject_id", "id"], name="log_subject")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.subject_text}"

    def digest(self) -> str:
        """SHA-256 over every field, in a fixed order and form."""
        facts = [
            self.pk,
            self.at.timestamp(),
            self.actor_id,
            self.actor_name,
            self.verb,
            self.subject_label,
            self.subject_id,
            self.subject_text,
            self.path,
            self.source,
            self.target,
            self.changes,
            self.note,
        ]
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class LogSeal(models.Model):
    """One link of the chain: hash = SHA-256(previous hash + digest of the entry)."""

    technical: ClassVar[frozenset[str]] = frozenset({"entry_id", "hash"})

    id = models.BigAutoField(primary_key=True)
    entry_id = models.PositiveBigIntegerField(unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "日志封印"
        constraints = [AppendOnly(name="log_seal_append_only")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.hash[:8]}"


class LogLock(models.Model):
    """One row, locked by whoever seals."""

    technical: ClassVar[frozenset[str]] = frozenset({"name"})
    name = models.CharField(max_length=10, primary_key=True)

    class Meta:
        verbose_name = "日志锁"

    def __str__(self) -> str:
        return self.name


def record(  # noqa: PLR0913  a deed has as many facts
    row: models.Model,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    source: str = "",
    target: str = "",
    note: str = "",
    changes: dict[str, Any] | None = None,
    path: str | None = None,
) -> LogEntry:
    """Write down one deed; call it inside the transaction of the deed.

    `changes` maps a field's name to [old, new], both as JSON values. Values of class P2 and above
    belong masked or left out: the log is read by more people than the row.
    """
    if path is None:
        paths = anchor_paths(row) if isinstance(row, Reachable) else []
        path = paths[0] if paths else ""
    return LogEntry.objects.create(
        at=at,
        actor_id=by.user_id,
        actor_name=by.name,
        verb=verb,
        subject_label=row._meta.label,
        subject_id=str(row.pk),
        subject_text=str(row)[:200],
        path=path,
        source=source,
        target=target,
        note=note[:1000],
        changes=changes or {},
    )


GENESIS = "0" * 64


@transaction.atomic
def seal(*, most: int = 5000) -> int:
    """Chain the committed entries that no seal names yet; answers how many."""
    LogLock.objects.get_or_create(name="log")
    LogLock.objects.select_for_update().get(name="log")
    last = LogSeal.objects.order_by("-id").first()
    previous = last.hash if last else GENESIS
    sealed = LogSeal.objects.filter(entry_id=models.OuterRef("pk"))
    # An entry may be committed after entries with higher ids: so not "ids above the last seal".
    waiting = LogEntry.objects.filter(~models.Exists(sealed)).order_by("id")[:most]
    seals = []
    for entry in waiting:
        previous = hashlib.sha256((previous + entry.digest()).encode()).hexdigest()
        seals.append(LogSeal(entry_id=entry.pk, hash=previous))
    LogSeal.objects.bulk_create(seals, batch_size=500)
    return len(seals)


def seal_all() -> None:
    while seal():
        pass


@dataclass(frozen=True)
class ChainReport:
    entries: int
    head: str
    broken_at: int = 0  # id of the first entry that does not fit; 0: the chain holds

    @property
    def holds(self) -> bool:
        return not self.broken_at


def verify() -> ChainReport:
    """Walk the whole chain; a changed, missing or inserted entry breaks it."""
    previous, count = GENESIS, 0
    entries = LogEntry.objects.in_bulk
    ids: list[tuple[int, str]] = []

    def check(batch: list[tuple[int, str]], previous: str) -> tuple[str, int]:
        found = entries([entry_id for entry_id, _hash in batch])
        for entry_id, told in batch:
            entry = found.get(entry_id)
            if entry is None:
                return previous, entry_id
            previous = hashlib.sha256((previous + entry.digest()).encode()).hexdigest()
            if previous != told:
                return previous, entry_id
        return previous, 0

    for entry_id, told in LogSeal.objects.order_by("id").values_list("entry_id", "hash").iterator():
        ids.append((entry_id, told))
        count += 1
        if len(ids) == 500:  # noqa: PLR2004  SQLite's bound on parameters is not far above
            previous, broken = check(ids, previous)
            if broken:
                return ChainReport(count, previous, broken)
            ids = []
    previous, broken = check(ids, previous)
    return ChainReport(count, previous, broken)


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """Field -> [old, new] for what differs, as JSON values."""
    return {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if before.get(name) != value
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
