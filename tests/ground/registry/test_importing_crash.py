"""A process killed in the midst of an import leaves all or nothing, and a log that holds."""

import signal

from tests.harness.apart import apart, python


__all__ = ["apart"]
PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from changle.core.codes import uscc_check
from changle.core.jobs import Progress
from changle.core.log import seal_all, verify
from changle.core.reach import Actor
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.actions.writing import write
from changle.ground.registry.models import Identity, ImportBatch, Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROWS = 4500

class Killed(Progress):
    def say(self, done, total, message=""):
        os.kill(os.getpid(), signal.SIGKILL)

class Quiet(Progress):
    def say(self, done, total, message=""):
        pass

def made():
    root, _new = Node.objects.get_or_create(kind="district", name="样例区")
    root.path = f"{root.pk}."
    root.save(update_fields=["path"])
    return root, Actor(name="命令行", reach={str(each): (root.path,) for each in Permission})

def lines():
    yield "名称,统一社会信用代码"
    for number in range(ROWS):
        first = f"52610112T{number:08d}"
        yield f"样例{number}中心,{first}{uscc_check(first)}"

root, by = made()
if sys.argv[1] == "kill":
    file = SimpleUploadedFile("a.csv", "\\n".join(lines()).encode())
    batch = upload(file=file, node=root, by=by, now=NOW)
    check(pk=batch.pk, by=by, now=NOW)
    write(pk=batch.pk, good_only=False, doubtful=False, by=by, now=NOW, progress=Killed(0))
elif sys.argv[1] == "again":
    batch = ImportBatch.objects.get()
    assert batch.state == "checked", batch.state
    assert not Organisation.objects.exists() and not Identity.objects.exists()
    assert Node.objects.count() == 1 and not batch.rows.filter(applied=True).exists()
    seal_all()
    assert verify().holds
    write(pk=batch.pk, good_only=False, doubtful=False, by=by, now=NOW, progress=Quiet(0))
    assert Organisation.objects.count() == Identity.objects.count() == ROWS
    seal_all()
    assert verify().holds

def renamed():
    for line in lines():
        name, code = line.split(",")
        yield f"新{name},{code}" if "代码" not in code else line

if sys.argv[1] == "kill-updates":
    file = SimpleUploadedFile("b.csv", "\\n".join(renamed()).encode())
    batch = upload(file=file, node=root, by=by, now=NOW)
    check(pk=batch.pk, by=by, now=NOW)
    write(pk=batch.pk, good_only=False, doubtful=False, by=by, now=NOW, progress=Killed(0))
elif sys.argv[1] == "updates-again":
    batch = ImportBatch.objects.latest("pk")
    assert batch.state == "checked" and batch.counts["update"] == ROWS, batch.counts
    assert not Organisation.objects.filter(name__startswith="新").exists()
    assert Identity.objects.count() == ROWS
    assert not batch.rows.filter(applied=True).exists()
    write(pk=batch.pk, good_only=False, doubtful=False, by=by, now=NOW, progress=Quiet(0))
    assert Organisation.objects.filter(name__startswith="新", version=2).count() == ROWS
    assert Identity.objects.filter(ends_on=None, name__startswith="新").count() == ROWS
    seal_all()
    assert verify().holds
"""


def test_a_killed_import_leaves_nothing_and_may_be_run_again(apart) -> None:
    killed = python(apart, "-c", PROGRAM, "kill")
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    again = python(apart, "-c", PROGRAM, "again")
    assert again.returncode == 0, again.stderr[-2000:]
    killed = python(apart, "-c", PROGRAM, "kill-updates")
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    again = python(apart, "-c", PROGRAM, "updates-again")
    assert again.returncode == 0, again.stderr[-2000:]
