"""A session that is going on in the sample district, with people at its door, and a camera to hold to them."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import segno
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.people import Guest
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan
from changle.services.activities.actions.signing import Application, sign_up
from changle.services.activities.models import Activity, Attendance, Session
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.sessions import run_by


ROOT = Path(__file__).resolve().parents[2]
HOLDER = "zuzhi-qiuwen"
WIDTH, HEIGHT = 640, 480
STILL = 10  # frames of one picture; five are shown in a second


def ask(folder: Path, call: str) -> Any:
    """What a function of this module says in the database of the site, by a process of its own."""
    ours = {"DATABASE_URL", "CHANGLE_TESTING", "CHANGLE_TEST_DB"}
    kept = {k: v for k, v in os.environ.items() if k not in ours}
    code = f"import json; from tests.e2e import doorway; print('TOLD', json.dumps(doorway.{call}))"
    words = [sys.executable, "-m", "changle.site.command", "shell", "-c", code]
    told = subprocess.run(
        words, cwd=ROOT, env=kept | {"CHANGLE_DATA": str(folder), "CHANGLE_DEMO": "1"}, check=True,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return json.loads(told.stdout.rpartition("TOLD ")[2])


def going_on(people: int = 4) -> dict[str, Any]:
    """The last of the people is a child with a guardian."""
    by = actor_for(User.objects.get(username=HOLDER))
    like = Session.objects.filter(run_by(by)).select_related("activity", "place").first()
    assert like is not None
    now = timezone.now()
    then = now - timedelta(days=1)
    draft = ActivityDraft(
        title=f"演练签到{now:%H%M%S%f}", place=like.place, lead=like.activity.lead,
        organisation=like.activity.organisation, expected=20,
    )  # fmt: skip
    held = SessionDraft(
        starts_at=now + timedelta(minutes=20), ends_at=now + timedelta(hours=2), capacity=30,
        venue="样例广场",
    )  # fmt: skip
    activity = plan(draft=draft, sessions=[held], by=by, now=then)
    Activity.objects.filter(pk=activity.pk).update(state="open", published_at=then)
    Session.objects.filter(activity=activity).update(state="open")
    session = Session.objects.get(activity=activity)
    ups = []
    for number in range(people):
        child = number == people - 1
        guest = Guest(
            name=f"{'赵钱孙李周吴郑王'[number % 8]}样例{number}", phone=f"137{session.pk:04d}{number:04d}",
            birth_year=now.year - 8 if child else None,
        )  # fmt: skip
        guardian = Guest(name="卫样例", phone=guest.phone) if child else None
        told = Application(guests=[guest], guardian=guardian, agrees=True)
        ups += sign_up(session=session.pk, application=told, by=Actor(name="访客"), now=then)
    opened = {"state": "ongoing", "started_at": now - timedelta(minutes=30)}
    Session.objects.filter(pk=session.pk).update(**opened)
    return {
        "session": session.pk,
        "codes": [ticket_code(up.pk) for up in ups],
        "names": [up.participant.masked_name for up in ups],
    }


def came(session: int) -> list[dict[str, Any]]:
    rows = Attendance.objects.filter(session=session).order_by("sign_up")
    return [
        {"method": row.method, "left": row.left_at is not None, "handed_to": row.handed_to,
         "code": ticket_code(row.sign_up_id) if row.sign_up_id else ""}
        for row in rows
    ]  # fmt: skip


def drawn(text: str) -> bytes:
    """One frame, planar YUV 4:2:0: a code in the middle of a grey wall."""
    dark = [bytearray(b"\x70" * WIDTH) for _each in range(HEIGHT)]
    if text:
        matrix = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
        size = 300 // len(matrix)
        left, top = (WIDTH - size * len(matrix)) // 2, (HEIGHT - size * len(matrix)) // 2
        for down, line in enumerate(matrix):
            pixels = b"".join((b"\x18" if cell else b"\xe8") * size for cell in line)
            for step in range(size):
                dark[top + down * size + step][left : left + len(pixels)] = pixels
    return b"".join(dark) + b"\x80" * (WIDTH * HEIGHT // 2)


def film(path: Path, codes: list[str]) -> None:
    """Each code for two seconds, a bare wall between them; Chromium shows it over and over."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420mpeg2\n".encode())
        for text in [part for code in codes for part in (code, "")]:
            frame = drawn(text)
            for _each in range(STILL):
                file.write(b"FRAME\n" + frame)
