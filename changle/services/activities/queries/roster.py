"""Everybody who signed up or came, as a table that leaves the house."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from changle.core.sheets import Column
from changle.services.activities.models import Attendance, Participant, Session, SignUp


COLUMNS = [
    Column("number", "序号", "int", 6), Column("name", "姓名", "text", 14),
    Column("phone", "电话", "code", 16), Column("state", "报名", "text", 12),
    Column("asked", "报名时间", "text", 18), Column("came", "到场时间", "text", 18),
    Column("left", "离场时间", "text", 18), Column("method", "到场方式", "text", 14),
    Column("role", "身份", "text", 10),
]  # fmt: skip
UP = ("participant_id", "state", "asked_at", "attendance__came_at", "attendance__left_at",
      "attendance__method", "attendance__role")  # fmt: skip
STATES, METHODS, ROLES = (dict(choices) for choices in (
    SignUp.State.choices, Attendance.Method.choices, Attendance.Role.choices))  # fmt: skip


def told(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def lines(session: Session, *, clear: bool = False) -> Iterator[dict[str, Any]]:
    """In the order of asking, then who came without; two queries and one for the people.

    `clear`: names and numbers as they are; only for a reading that was logged.
    """
    ups = SignUp.objects.filter(session=session).exclude(state__in=("cancelled", "called_off"))
    loose = Attendance.objects.filter(session=session, sign_up=None).order_by("came_at", "pk")
    rows = [*ups.order_by("pk").values_list(*UP), *(
        (key, "", None, came, left, method, role) for key, came, left, method, role
        in loose.values_list("participant_id", "came_at", "left_at", "method", "role")
    )]  # fmt: skip
    people = people_of({row[0] for row in rows if row[0]}, clear=clear)
    for number, (key, state, asked, came, left, method, role) in enumerate(rows, 1):
        name, phone = people.get(key, ("（未留姓名）", ""))
        yield {
            "number": number, "name": name, "phone": phone, "state": STATES.get(state, "未报名"),
            "asked": told(asked), "came": told(came), "left": told(left),
            "method": METHODS.get(method, ""), "role": ROLES.get(role, ""),
        }  # fmt: skip


def people_of(keys: set[int], *, clear: bool) -> dict[int, tuple[str, str]]:
    """Key -> name and telephone, masked unless they are to be read in clear."""
    found: dict[int, tuple[str, str]] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), 900):
        for one in Participant.objects.filter(pk__in=wanted[start : start + 900]):
            found[one.pk] = (one.name, one.phone) if clear else (one.masked_name, one.masked_phone)
    return found
