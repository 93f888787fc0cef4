"""What the device at a door may keep of a session's people: masked names, and ends of ticket codes.

Of a code it keeps no more than tells a right one from a wrong one: 20 bits of a digest. Whoever
finds the telephone cannot make a ticket of that; the server looks at the whole code.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from changle.services.activities.models import Attendance, Session, SignUp
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import SEATED, roster


KEPT_DIGITS = 5  # hexadecimal, 20 bits
LISTED = ("open", "full", "ongoing", "ended", "recording")


def code_end(session_pk: int, code: str) -> str:
    return sha256(f"{session_pk}:{code}".encode()).hexdigest()[:KEPT_DIGITS]


def moment(at: datetime | None) -> int | None:
    """Milliseconds, as browsers count."""
    return int(at.timestamp() * 1000) if at is not None else None


def door_list(session: Session) -> list[dict[str, Any]]:
    """Everybody with a seat, and who came without one; three queries."""
    if session.state not in LISTED:
        return []
    youngest = session.on.year - rule().guardian_below  # born after it: a child
    ups = roster(session).filter(state__in=SEATED)
    loose = Attendance.objects.filter(session=session, sign_up=None, participant__isnull=False)
    return [
        *signed(session, ups, youngest),
        *(
            {"up": None, "name": one.participant.masked_name, "end": "",
             "child": (one.participant.birth_year or 0) > youngest, "guardian": "", **there(one)}
            for one in loose.select_related("participant").order_by("pk")
            if one.participant is not None
        ),
    ]  # fmt: skip


def signed(session: Session, ups: Iterable[SignUp], youngest: int) -> list[dict[str, Any]]:
    return [
        {
            "up": up.pk, "name": up.participant.masked_name,
            "end": code_end(session.pk, ticket_code(up.pk)),
            "child": (up.participant.birth_year or 0) > youngest,
            "guardian": up.guardian.masked_name if up.guardian else "",
            **there(getattr(up, "attendance", None)),
        }
        for up in ups
    ]  # fmt: skip


def there(row: Attendance | None) -> dict[str, Any]:
    if row is None:
        return {"there": None, "came": None, "left": None, "handed": False, "method": ""}
    return {
        "there": row.pk, "came": moment(row.came_at), "left": moment(row.left_at),
        "handed": row.handed_at is not None, "method": row.get_method_display(),
    }  # fmt: skip
