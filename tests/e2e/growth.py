"""What a journey of a year cannot wait for, done in the database of the site by a process of its own."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.people import Guest
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan
from changle.services.activities.actions.signing import Application, sign_up
from changle.services.activities.models import Activity, Attendance, Session
from changle.services.commons.models import Centre
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


def training_held(title: str, learner: str, phone: str) -> int:
    """A training of the house of 张家堡 with one learner by name, held and verified."""
    now, by = timezone.now(), actor_for(User.objects.get(username="zhongxin-zhangjiabu"))
    house = Centre.objects.filter(node__parent__name="张家堡街道", node__kind="centre").get().node
    draft = ActivityDraft(title=title, place=house, lead=house, organisation=None, expected=5)
    hours = SessionDraft(
        starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(hours=2), venue="样例教室",
        capacity=10,
    )  # fmt: skip
    activity = plan(draft=draft, sessions=[hours], by=by, now=now - timedelta(days=1))
    Activity.objects.filter(pk=activity.pk).update(state="open", published_at=now)
    rows = Session.objects.filter(activity=activity)
    rows.update(state="open")
    guest = Guest(name=learner, phone=phone)
    application = Application(guests=[guest], agrees=True)
    ups = sign_up(session=rows.get().pk, application=application, by=Actor(name="访客"), now=now)
    Attendance.objects.create(
        session=rows.get(), participant=ups[0].participant, method="manual", came_at=now,
        recorded_at=now,
    )  # fmt: skip
    rows.update(state="counted", verified_at=now, person_times=1)
    return int(rows.get().pk)
