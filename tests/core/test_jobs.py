"""Work that outlives a request: done at least once, told of while it runs, given up in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from changle.core import jobs
from changle.core.jobs import LEASE, MOST_ATTEMPTS, Job, drain, enqueue, how_far, take
from changle.core.log import LogEntry, LogSeal, record, verify
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.site.worker import Rounds
from tests.factories.accounts import make_user


pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BY = Actor(name="样例")


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path, monkeypatch):
    settings.CHANGLE_DATA = tmp_path
    monkeypatch.setattr(jobs, "works", dict(jobs.works))


def ask(name: str, now: datetime = NOW, **args) -> Job:
    return enqueue(name, "样例事项", args, by=BY, now=now)


def at(moment: datetime):
    return lambda: moment


def ended(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_a_job_is_done_once_and_keeps_its_result():
    done = []

    @jobs.work("sample.add")
    def add(args, progress):
        done.append(args)
        progress.say(2, 2, "相加")
        return {"sum": args["a"] + args["b"]}

    job = ask("sample.add", a=1, b=2)
    assert drain(clock=at(NOW)) == 1
    assert drain(clock=at(NOW)) == 0
    assert done == [{"a": 1, "b": 2}]
    job = ended(job)
    assert (job.state, job.result, job.done, job.total) == ("done", {"sum": 3}, 2, 2)
    assert job.ended_at == NOW


def test_a_job_of_later_waits():
    @jobs.work("sample.later")
    def later(args, progress):
        return {}

    ask("sample.later", now=NOW + timedelta(minutes=5))
    assert take(NOW) is None
    assert take(NOW + timedelta(minutes=5)) is not None


def test_jobs_are_taken_in_the_order_of_asking():
    first, second = ask("sample.a"), ask("sample.b")
    assert take(NOW) == first
    assert take(NOW) == second
    assert take(NOW) is None


def test_a_refusal_is_an_answer_and_not_tried_again():
    @jobs.work("sample.refused")
    def refused(args, progress):
        raise Refused("这个文件已导入过。")

    job = ask("sample.refused")
    drain(clock=at(NOW))
    assert (ended(job).state, job.message, job.attempts) == ("failed", "这个文件已导入过。", 1)


def test_a_failure_is_tried_again_later_and_in_the_end_told():
    @jobs.work("sample.broken")
    def broken(args, progress):
        raise ZeroDivisionError

    job, now = ask("sample.broken"), NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert drain(clock=at(now)) == 1
        assert ended(job).attempts == attempt
        assert drain(clock=at(now)) == 0  # not at once
        now += timedelta(minutes=1)
    assert job.state == "failed"
    assert "ZeroDivisionError" in job.error
    assert "联系管理员" in job.message
    assert job.ended_at is not None


def test_the_job_of_a_dead_worker_is_taken_when_its_lease_is_over():
    job = ask("sample.orphan")
    assert take(NOW) == job  # and its worker dies here
    assert take(NOW + LEASE - timedelta(seconds=1)) is None
    again = take(NOW + LEASE + timedelta(seconds=1))
    assert again == job
    assert again.attempts == 2


def test_a_job_that_kills_its_workers_is_given_up_with_a_sentence():
    job, now = ask("sample.deadly"), NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert take(now) == job
        now += LEASE * 2
    assert take(now) is None
    assert (ended(job).state, job.message) == ("failed", "多次中断，已停止；请重新提交。")


def test_progress_is_seen_while_the_work_is_in_one_transaction():
    seen = []

    @jobs.work("sample.long")
    def long(args, progress):
        with transaction.atomic():
            progress.say(40, 100, "导入")
            seen.append(how_far(Job.objects.get(pk=args["job"])))
        return {}

    job = ask("sample.long")
    job.args = {"job": job.pk}
    job.save(update_fields=["args"])
    drain(clock=at(NOW))
    assert [(each.percent, each.message) for each in seen] == [(40, "导入")]
    assert (ended(job).done, job.total) == (40, 100)


def test_no_progress_yet_is_nothing_done():
    assert how_far(ask("sample.new")).percent == 0


def test_a_torn_progress_file_is_no_error(tmp_path):
    job = ask("sample.torn")
    running = take(NOW)
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run" / f"job-{job.pk}.json").write_text("[4", "utf-8")
    assert how_far(running).percent == 0


def test_an_unknown_name_fails_and_leaves_the_queue_going():
    lost = ask("sample.nobody_knows")

    @jobs.work("sample.well")
    def well(args, progress):
        return {}

    well_job = ask("sample.well")
    drain(clock=at(NOW))
    assert ended(well_job).state == "done"
    assert ended(lost).state == "waiting"
    assert "KeyError" in lost.error


def test_the_asker_is_kept():
    user = make_user()
    job = enqueue("x", "样例", {}, by=Actor(user_id=user.pk, name=str(user)), now=NOW)
    assert job.asked_by == user
    assert ask("y").asked_by is None


def test_a_turn_of_the_worker_does_a_job_and_seals_the_log():
    @jobs.work("sample.turn")
    def turn(args, progress):
        return {}

    user = make_user()
    record(user, "sample", by=BY, at=NOW)
    ask("sample.turn")
    rounds = Rounds()
    assert rounds.turn() is True
    assert rounds.turn() is False
    assert LogSeal.objects.count() == LogEntry.objects.count() == 1
    assert verify().holds
