"""What a journey of a year cannot wait for, done in the database of the site by a process of its own."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.services.incubation.models import Incubatee


ROOT = Path(__file__).resolve().parents[2]


def ask(folder: Path, call: str) -> Any:
    ours = {"DATABASE_URL", "CHANGLE_TESTING", "CHANGLE_TEST_DB"}
    kept = {k: v for k, v in os.environ.items() if k not in ours}
    code = f"import json; from tests.e2e import growth; print('TOLD', json.dumps(growth.{call}))"
    words = [sys.executable, "-m", "changle.site.command", "shell", "-c", code]
    told = subprocess.run(
        words, cwd=ROOT, env=kept | {"CHANGLE_DATA": str(folder), "CHANGLE_DEMO": "1"}, check=True,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return json.loads(told.stdout.rpartition("TOLD ")[2])


def worked_there(username: str, name: str) -> int:
    """Somebody was on the staff of a body until last month."""
    today, body = timezone.localdate(), Organisation.objects.get(name=name)
    grant = Grant.objects.create(
        user=User.objects.get(username=username), node=body.node, role="OSTF", reason="演练",
        starts_on=today - timedelta(days=60), ends_on=today - timedelta(days=30),
        recorded_at=timezone.now(),
    )  # fmt: skip
    return int(grant.pk)


def publicity_is_over(pk: int) -> int:
    yesterday = timezone.localdate() - timedelta(days=1)
    return Incubatee.objects.filter(pk=pk, state="publicised").update(due_on=yesterday)
