"""Beside the server: jobs are done, entries sealed, and no failure ends the work."""

from datetime import time as time_of_day

import pytest
from django.utils import timezone

from changle.core.jobs import Job, enqueue, works
from changle.core.log import LogEntry, LogSeal
from changle.core.reach import Actor
from changle.site import worker


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_once(monkeypatch, settings, tmp_path) -> None:
    settings.CHANGLE_DATA = tmp_path
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.0)


def turns(count: int):
    left = iter(range(2 * count))  # asked before a turn and, when idle, after it
    return lambda: next(left, None) is None


def test_a_job_is_done_and_the_log_sealed(monkeypatch) -> None:
    monkeypatch.setitem(works, "test.double", lambda args, _progress: {"n": args["n"] * 2})
    now = timezone.now()
    enqueue("test.double", "加倍", {"n": 2}, by=Actor(), now=now)
    LogEntry.objects.create(at=now, actor_id=0, actor_name="系统", verb="test",
                            subject_label="core.Job", subject_id="1", subject_text="x")  # fmt: skip
    worker.work_until(turns(2))
    assert (Job.objects.get().state, Job.objects.get().result) == ("done", {"n": 4})
    assert LogSeal.objects.count() == LogEntry.objects.count()


def test_a_failing_turn_is_logged_and_the_next_one_comes(monkeypatch, caplog) -> None:
    count = []

    def broken(_now) -> None:
        count.append(1)
        raise ValueError("no")

    monkeypatch.setattr(worker, "SCHEDULE", [(time_of_day(0), broken)])
    worker.work_until(turns(3))
    assert len(count) == 1  # once a day, even if it failed
    assert "未能完成" in caplog.text
