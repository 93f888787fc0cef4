"""Processes killed in the midst of sign-ups and check-ins: none half, none twice, none lost, no seat too many."""

import signal
import subprocess
import sys
import time

import pytest

from tests.harness.apart import ROOT, apart, python


pytestmark = pytest.mark.slow
__all__ = ["apart"]
PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
import django
django.setup()
from changle.core.log import LogEntry, seal_all, verify
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.services.activities.actions.doors import Scan, check_in
from changle.services.activities.actions.people import Guest
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan
from changle.services.activities.actions.signing import Application, sign_up
from changle.services.activities.models import Activity, Attendance, Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.words import seed_terms

START = datetime(2027, 3, 13, 2, 0, tzinfo=UTC)
NOW = START - timedelta(days=20)
SEATS = 150
NEEDS = ("activity.view", "activity.edit", "session.run", "sign_up.view")

def house():
    root = Node.objects.get(kind="district")
    return root, Actor(name="样例", reach=dict.fromkeys(NEEDS, (root.path,)))

def made():
    root = Node.objects.create(kind="district", name="样例区")
    root.path = f"{root.pk}."
    root.save()
    seed_terms(NOW.date())
    root, by = house()
    for title, capacity in (("报名", SEATS), ("签到", None)):
        draft = ActivityDraft(title=title, place=root, lead=root, expected=20)
        held = SessionDraft(starts_at=START, ends_at=START + timedelta(hours=2), venue="广场", capacity=capacity)
        row = plan(draft=draft, sessions=[held], by=by, now=NOW)
        Activity.objects.filter(pk=row.pk).update(state="open", published_at=NOW)
        Session.objects.filter(activity=row).update(state="open")
    door = Session.objects.get(title="签到")
    for number in range(400):
        guests = [Guest(name=f"样例{number}", phone=f"137{number:08d}")]
        sign_up(session=door.pk, application=Application(guests=guests, agrees=True), by=by, now=NOW)
    Session.objects.filter(pk=door.pk).update(state="ongoing", started_at=NOW)

def worked(number, turn):
    root, by = house()
    open_ = Session.objects.get(title="报名")
    codes = [ticket_code(up.pk) for up in SignUp.objects.filter(session__title="签到").order_by("pk")]
    for step in range(400):
        guests = [Guest(name=f"样例{number}{turn}", phone=f"1{number}8{turn}{step:07d}")]
        row = sign_up(session=open_.pk, application=Application(guests=guests, agrees=True), by=by, now=NOW)[0]
        print("up", row.pk, flush=True)
        came = check_in(scan=Scan(code=codes[step % len(codes)]), by=by, now=START)
        print("in", came.attendance.pk, flush=True)

def checked(told):
    ups = {row.pk: row for row in SignUp.objects.filter(session__title="报名").order_by("pk")}
    there = {row.pk: row for row in Attendance.objects.all()}
    assert {pk for kind, pk in told if kind == "up"} <= set(ups), "a sign-up is lost"
    assert {pk for kind, pk in told if kind == "in"} <= set(there), "a check-in is lost"
    session = Session.objects.get(title="报名")
    states = [row.state for row in ups.values()]
    assert (session.held, session.waiting) == (states.count("confirmed"), states.count("waitlisted"))
    assert session.held <= SEATS and states == sorted(states), "a seat too many, or out of the order of coming"
    assert session.held == min(SEATS, len(ups)), "a seat that nobody has while somebody waits"
    assert len({row.participant_id for row in ups.values()}) == len(ups), "twice"
    assert len({row.sign_up_id for row in there.values()}) == len(there), "in twice"
    told_of = LogEntry.objects.filter(verb="sign_up", subject_id=session.pk)
    assert told_of.count() == len(ups), "half"
    seal_all()
    assert verify().holds
    print(len(ups))

deed, *rest = sys.argv[1:]
made() if deed == "make" else worked(*rest) if deed == "work" else checked(
    [(word.split("-")[0], int(word.split("-")[1])) for word in rest])
"""


def test_killed_in_the_midst_of_a_queue(apart) -> None:
    laid = python(apart, "-c", PROGRAM, "make")
    assert laid.returncode == 0, laid.stderr[-2000:]
    told: list[str] = []
    for turn, seconds in enumerate((0.5, 1.1, 1.7)):
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "work", str(number), str(turn)],
                env=apart, cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for number in (3, 5)
        ]  # fmt: skip
        first = workers[0].stdout.readline().strip()
        time.sleep(seconds)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        heard = [worker.communicate()[0] for worker in workers]
        # The last line may have been cut in the midst of its digits: only whole ones are promises.
        for text in (f"{first}\n" if first else "", *heard):
            told += [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    words = [line.strip().replace(" ", "-") for line in told]
    sound = python(apart, "-c", PROGRAM, "check", *words)
    assert sound.returncode == 0, sound.stderr[-2000:]
    assert int(sound.stdout) > 0
