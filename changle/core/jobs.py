"""Work that outlives a request: rows of one table, done at least once, with progress.

A job is enqueued in the transaction of the deed. A worker holds it by a lease that it renews; the
job of a killed worker is taken again when its lease has run out, up to `MOST_ATTEMPTS` times.
"""

import json
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q

from changle.core.privacy import Privacy
from changle.core.reach import Actor
from changle.core.refusals import Refused


LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3


class Job(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    privacy: ClassVar[dict[str, Privacy]] = {
        "title": Privacy.P1,
        "message": Privacy.P1,
        "result": Privacy.P1,
    }
    technical: ClassVar[frozenset[str]] = frozenset(
        {
            "name", "args", "run_at", "lease_until", "attempts", "done", "total",
            "created_at", "ended_at", "error",
        }
    )  # fmt: skip

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    title = models.CharField("事项", max_length=200)
    args = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    run_at = models.DateTimeField("开始时间")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("进展", max_length=300, blank=True)
    result = models.JSONField("结果", default=dict)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField("提交时间")
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "后台事项"
        indexes = [models.Index(fields=["state", "run_at", "id"], name="job_queue")]

    def __str__(self) -> str:
        return self.title

    @property
    def ended(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}


@dataclass
class Progress:
    """Given to the work itself, to say how far it is.

    It goes by a small file beside the stored files, not by the table: work in one long transaction
    could not be seen to advance otherwise, and on SQLite it would have to wait for itself.
    """

    job_id: int

    def say(self, done: int, total: int, message: str = "") -> None:
        path = _progress_path(self.job_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps([done, total, message[:300]]), "utf-8")
        draft.replace(path)


def _progress_path(job_id: int) -> Path:
    return Path(settings.CHANGLE_DATA) / "run" / f"job-{job_id}.json"


@dataclass(frozen=True)
class HowFar:
    done: int
    total: int
    message: str

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def how_far(job: Job) -> HowFar:
    """The progress to show; that of the row when the work has ended or not begun."""
    if job.state == Job.State.RUNNING:
        try:
            done, total, message = json.loads(_progress_path(job.pk).read_text("utf-8"))
        except (OSError, ValueError):
            pass
        else:
            return HowFar(done, total, message)
    return HowFar(job.done, job.total, job.message)


Work = Callable[[dict[str, Any], Progress], dict[str, Any]]
works: dict[str, Work] = {}


def work(name: str) -> Callable[[Work], Work]:
    """Name a function that a job may run: (args, progress) -> result, both JSON."""

    def keep(function: Work) -> Work:
        works[name] = function
        return function

    return keep


def enqueue(name: str, title: str, args: dict[str, Any], *, by: Actor, now: datetime) -> Job:
    return Job.objects.create(
        name=name,
        title=title,
        args=args,
        run_at=now,
        created_at=now,
        asked_by_id=by.user_id or None,
    )


@transaction.atomic
def take(now: datetime) -> Job | None:
    """Take the next job due, or one whose worker has died."""
    due = Q(state=Job.State.WAITING, run_at__lte=now)
    orphaned = Q(state=Job.State.RUNNING, lease_until__lt=now)
    job = (
        Job.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .filter(due | orphaned)
        .order_by("run_at", "id")
        .first()
    )
    if job is None:
        return None
    if job.attempts >= MOST_ATTEMPTS:
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.FAILED, ended_at=now, message="多次中断，已停止；请重新提交。"
        )
        return None
    job.state, job.lease_until, job.attempts = Job.State.RUNNING, now + LEASE, job.attempts + 1
    job.save(update_fields=["state", "lease_until", "attempts"])
    return job


@contextmanager
def _lease_kept(job: Job, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the lease from a thread of its own while the work runs."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(LEASE.total_seconds() / 4):
            # On SQLite the work's own transaction may hold the only pen: then the lease must wait,
            # and so must every other worker that would look at it.
            with suppress(OperationalError):
                Job.objects.filter(pk=job.pk).update(lease_until=clock() + LEASE)
        connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def run(job: Job, *, clock: Callable[[], datetime]) -> None:
    """Do one job and write down how it ended. A refusal is an answer, not a failure to retry."""
    try:
        with _lease_kept(job, clock):
            result = works[job.name](job.args, Progress(job.pk))
    except Refused as refusal:
        _end(job, Job.State.FAILED, clock(), message=str(refusal)[:300])
    except Exception as error:  # noqa: BLE001  whatever it was, the queue goes on and the row tells
        again = job.attempts < MOST_ATTEMPTS
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.WAITING if again else Job.State.FAILED,
            run_at=clock() + timedelta(seconds=5 * job.attempts),
            ended_at=None if again else clock(),
            error=traceback.format_exc()[-4000:],
            message=(
                "稍后重试" if again else f"未能完成（{type(error).__name__}），请联系管理员。"
            ),
        )
    else:
        _end(job, Job.State.DONE, clock(), result=result)


def _end(job: Job, state: str, at: datetime, **fields: Any) -> None:
    reached = how_far(job)
    Job.objects.filter(pk=job.pk).update(
        state=state, ended_at=at, lease_until=None, done=reached.done, total=reached.total, **fields
    )
    _progress_path(job.pk).unlink(missing_ok=True)


def drain(*, clock: Callable[[], datetime], most: int = 1000) -> int:
    """Run what is due until nothing is; for the worker's turn, the command line and tests."""
    count = 0
    while count < most and (job := take(clock())) is not None:
        run(job, clock=clock)
        count += 1
    return count
