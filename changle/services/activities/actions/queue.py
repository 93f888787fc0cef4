"""What the device at a door noted while it had no line, taken in one by one.

Every note bears a name of its own, so that sending it again changes nothing. Several doors note
without knowing of each other: who was noted by two came in at the earlier time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from changle.core.reach import Actor
from changle.services.activities.actions.doors import (
    DoorRefused,
    Method,
    Scan,
    came_at,
    check_in,
)
from changle.services.activities.actions.leaving import attendance_here, check_out, hand_over
from changle.services.activities.models import Attendance


# These may yet become right by themselves: the door is not open, another's queue is still to come.
YET = ("early", "not_in")


@dataclass(frozen=True, kw_only=True)
class Note:
    """`kind`: in, out, or hand (a child, `to` somebody; empty: to its guardian).

    Who came with a code is known by it alone; `up` stands for who was called by name.
    """

    id: str
    kind: str
    code: str = ""
    typed: bool = False
    up: int | None = None
    there: int | None = None
    at: datetime | None = None
    to: str = ""


@dataclass(frozen=True)
class Told:
    """What became of a note: done, repeated (had been done before), wait, or refused."""

    id: str
    result: str
    sentence: str
    code: str = ""


def take_all(
    *, notes: Sequence[Note], session: int, by: Actor, now: datetime
) -> list[Told]:  # fmt: skip
    """In their order; each stands for itself."""
    told = []
    for note in notes:
        deed = came if note.kind == "in" else went
        try:
            told.append(deed(note, session, by=by, now=now))
        except DoorRefused as refusal:
            result = "wait" if refusal.code in YET else "refused"
            told.append(Told(note.id, result, str(refusal), refusal.code))
    return told


def came(note: Note, session: int, *, by: Actor, now: datetime) -> Told:
    method = Method.MANUAL if not note.code else Method.CODE if note.typed else Method.QR
    up = None if note.code else note.up or 0
    scan = Scan(code=note.code, up=up, at=note.at, device=note.id, method=method)
    done = check_in(scan=scan, session=session, by=by, now=now)
    first = done.first or done.attendance.device == note.id
    if not first and note.at is not None and note.at < done.attendance.came_at:
        earlier(done.attendance, note.at, by=by, now=now)
    return Told(note.id, "done" if first else "repeated", done.sentence())


def earlier(row: Attendance, at: datetime, *, by: Actor, now: datetime) -> None:
    """Another door had let them in before, and says so only now."""
    try:
        with transaction.atomic():
            held = attendance_here(row.pk, by)
            held.came_at = min(held.came_at, came_at(held.session, at, now))
            if held.left_at is not None:
                held.minutes = int((held.left_at - held.came_at).total_seconds()) // 60
            held.save(update_fields=["came_at", "minutes"])
    except IntegrityError:
        return  # verified: it stays as it was counted
    row.came_at = held.came_at


def went(note: Note, session: int, *, by: Actor, now: datetime) -> Told:
    rows = Attendance.objects.filter(session=session)
    mine = rows.filter(pk=note.there) if note.there else rows.filter(sign_up=note.up or 0)
    pk = mine.values_list("pk", flat=True).first()
    if pk is None:
        raise DoorRefused("还没有收到这个人的签到，稍后自动再发。", "not_in")
    try:
        if note.kind == "hand":
            hand_over(pk=pk, to=note.to or None, by=by, now=now, at=note.at)
        else:
            check_out(pk=pk, by=by, now=now, at=note.at)
    except Attendance.DoesNotExist:
        raise DoorRefused("这不是您主持的场次。", "unknown") from None
    return Told(note.id, "done", "已交给家长。" if note.kind == "hand" else "已签退。")
