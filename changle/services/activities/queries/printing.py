"""A session's list as it is printed for the door."""

from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from django.utils import timezone

from changle.services.activities.models import Session
from changle.services.activities.queries.codes import ticket_code
from changle.services.activities.queries.sessions import SEATED, roster


GROUP = 4  # letters of a code that are read in one go


def roster_facts(row: Session, now: datetime) -> dict[str, Any]:
    """Who has a seat, masked, each with the code that a camera reads and a hand can type."""
    rows = []
    for number, up in enumerate(roster(row).filter(state__in=SEATED), 1):
        code = ticket_code(up.pk)
        rows.append({
            "number": str(number), "name": up.participant.masked_name,
            "phone": up.participant.masked_phone,
            "guardian": up.guardian.masked_name if up.guardian else "",
            "code": " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)),
            "qr": drawn_small(code),
        })  # fmt: skip
    printed = timezone.localtime(now)
    return {
        "title": row.title, "rows": rows,
        "printed": f"打印于 {printed:%Y-%m-%d %H:%M}。之后报名的人不在表上，可以补写在空行。",
    }  # fmt: skip


def drawn_small(code: str) -> str:
    picture = BytesIO()
    segno.make(code, error="m", micro=False).save(picture, kind="svg", border=2, xmldecl=False)
    return picture.getvalue().decode()
