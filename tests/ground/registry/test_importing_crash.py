"""A worker that is killed with SIGKILL in the midst of an import leaves all of it or nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from changle.core.codes import organisation_check, uscc_check
from changle.core.jobs import LEASE, MOST_ATTEMPTS, Job, drain, take
from changle.core.log import LogEntry, seal_all, verify
from changle.ground.registry.actions.importing import AT_ONCE, check, upload
from changle.ground.registry.actions.writing import request_write
from changle.ground.registry.models import Identity, ImportBatch, OfficialFact, Organisation
from changle.ground.territory.models import Node
from tests.factories.territory import make_actor, make_district


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[3]
ROWS = AT_ONCE + 1  # so many that it goes to the background


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.CHANGLE_DATA = tmp_path
    return tmp_path


def code(number: int) -> str:
    body = f"MJT{number:05d}"
    first = f"51610112{body}{organisation_check(body)}"
    return first + uscc_check(first)


def asked_for(clerk, node) -> ImportBatch:
    """A list that has been tried and whose import waits for a worker."""
    lines = ["单位名称,统一社会信用代码,年检结论"]
    lines += [f"样例{number}号协会,{code(number)},合格" for number in range(ROWS)]
    file = SimpleUploadedFile("名单.csv", "\n".join(lines).encode())
    now = timezone.now()
    batch = upload(file=file, node=node, by=clerk, now=now)
    check(pk=batch.pk, by=clerk, now=now)
    return request_write(pk=batch.pk, good_only=False, doubtful=False, by=clerk, now=now)


def database_url() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    host, port = str(told["HOST"]), str(told["PORT"] or "")
    password = f":{quote(str(told['PASSWORD']))}" if told["PASSWORD"] else ""
    if host.startswith("/"):
        return f"postgres://{told['USER']}@/{told['NAME']}?host={quote(host, safe='')}"
    return f"postgres://{told['USER']}{password}@{host}:{port or 5432}/{told['NAME']}"


def worker_dies_at(statement: str, number: int, folder: Path) -> None:
    env = os.environ | {"DATABASE_URL": database_url(), "CHANGLE_DATA": str(folder)}
    command = [sys.executable, "-m", "tests.ground.registry.import_victim", statement, str(number)]
    victim = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert victim.returncode == -signal.SIGKILL, victim.stderr[-2000:]


def registry() -> tuple[int, ...]:
    added = LogEntry.objects.filter(verb="add").count()
    bodies = Node.objects.filter(kind="organisation").count()
    return (
        bodies, Organisation.objects.count(), Identity.objects.count(), OfficialFact.objects.count(),
        added,
    )  # fmt: skip


def when_the_lease_is_over():
    return timezone.now() + LEASE * 2


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ('INSERT INTO "territory_node"', 2),
        ('INSERT INTO "registry_identity"', 1),
        ('INSERT INTO "core_logentry"', 3),
        ('UPDATE "registry_importbatch"', 1),
    ],
)
def test_killed_before_the_end_it_has_written_nothing_and_is_done_again(statement, number, folder):
    district = make_district()
    clerk = make_actor("DCA", district.root)
    batch = asked_for(clerk, district.root)
    worker_dies_at(statement, number, folder)
    assert registry() == (0, 0, 0, 0, 0)
    batch.refresh_from_db()
    assert batch.state == "importing"
    assert take(timezone.now()) is None  # the dead worker's lease still holds
    assert drain(clock=when_the_lease_is_over) == 1
    batch.refresh_from_db()
    assert batch.state == "imported"
    assert registry() == (ROWS,) * 5
    seal_all()
    assert verify().holds


def test_killed_after_the_commit_it_has_written_all_and_not_twice(folder):
    district = make_district()
    clerk = make_actor("DCA", district.root)
    batch = asked_for(clerk, district.root)
    worker_dies_at('UPDATE "core_job" SET "state"', 1, folder)
    assert registry() == (ROWS,) * 5
    assert drain(clock=when_the_lease_is_over) == 1
    batch.refresh_from_db()
    assert batch.state == "imported"
    assert registry() == (ROWS,) * 5
    assert Job.objects.get(pk=batch.job_id).state == "done"
    seal_all()
    assert verify().holds


def test_killed_too_often_it_is_given_up_and_may_be_tried_anew(folder):
    district = make_district()
    clerk = make_actor("DCA", district.root)
    batch = asked_for(clerk, district.root)
    Job.objects.filter(pk=batch.job_id).update(attempts=MOST_ATTEMPTS - 1)
    worker_dies_at('INSERT INTO "registry_identity"', 1, folder)
    assert drain(clock=when_the_lease_is_over) == 0
    job = Job.objects.get(pk=batch.job_id)
    assert (job.state, job.message) == ("failed", "多次中断，已停止；请重新提交。")
    assert registry() == (0, 0, 0, 0, 0)
    assert check(pk=batch.pk, by=clerk, now=timezone.now()).state == "checked"
