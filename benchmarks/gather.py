"""Sessions to be measured: one with a line of tickets at its door, one of 5,000 people, open ones.

Prints one line of JSON: the keys and codes that the measured calls name.
"""

import json
import os
import sys
from datetime import datetime, timedelta
from io import BytesIO
from time import perf_counter, process_time

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from changle.core import indicators  # noqa: E402
from changle.core.periods import Period  # noqa: E402
from changle.core.sheets import write_xlsx  # noqa: E402
from changle.ground.accounts.models import User  # noqa: E402
from changle.ground.registry.models import Organisation  # noqa: E402
from changle.ground.territory.models import Node  # noqa: E402
from changle.ground.territory.queries import actor_for  # noqa: E402
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan  # noqa: E402
from changle.services.activities.lifecycle import SIGN_UP  # noqa: E402
from changle.services.activities.models import Activity, Attendance, Participant, Session, SignUp  # noqa: E402
from changle.services.activities.queries.codes import ticket_code  # noqa: E402
from changle.services.activities.queries.roster import COLUMNS, lines  # noqa: E402


WHO, AT_THE_DOOR, MANY, CAPACITY = "zuzhi-qiuwen", 1500, 5000, 50
MEASURED = (
    "activities.sessions", "activities.activities", "activities.person_times",
    "activities.anonymous_person_times", "activities.persons", "activities.cohosted_sessions",
)  # fmt: skip


def main() -> None:
    now = timezone.now()
    body = Organisation.objects.select_related("node", "community").get(short_name="秋文社工")
    by = actor_for(User.objects.get(username=WHO))
    place = body.community or Node.objects.get(pk=body.street_id)
    door, open_, fifty, many = (
        session(body, place, by, now, name, capacity)
        for name, capacity in (("测速签到", None), ("测速报名", None), ("测速抢票", CAPACITY), ("测速大会", None))
    )  # fmt: skip
    tickets = people(door, AT_THE_DOOR, now)
    attended(many, people(many, MANY, now), now)
    Session.objects.filter(pk=door.pk).update(state="ongoing", started_at=now - timedelta(hours=1))
    sys.stdout.write(json.dumps({
        "door": door.pk, "open": open_.pk, "fifty": fifty.pk, "capacity": CAPACITY,
        "codes": [ticket_code(row.pk) for row in tickets], "xlsx": exported(many),
        "crossed": crossed(now),
    }) + "\n")  # fmt: skip


def session(
    body: Organisation, place: Node, by: object, now: datetime, name: str, capacity: int | None
) -> Session:
    start = now + timedelta(days=9)
    draft = ActivityDraft(title=name, place=place, lead=body.node, organisation=body, expected=50)
    times = SessionDraft(
        starts_at=start, ends_at=start + timedelta(hours=2), venue="广场", capacity=capacity
    )
    with transaction.atomic():
        row = plan(draft=draft, sessions=[times], by=by, now=now)  # type: ignore[arg-type]
        Activity.objects.filter(pk=row.pk).update(state="open", published_at=now)
        Session.objects.filter(activity=row).update(state="open")
    return Session.objects.get(activity=row)


def people(row: Session, count: int, now: datetime) -> list[SignUp]:
    guests = Participant.objects.bulk_create(
        [Participant(name=f"测速{row.pk}号{n}", phone=f"17{row.pk % 10**5:05d}{n:04d}", recorded_at=now)
         for n in range(count)], batch_size=500,
    )  # fmt: skip
    ups = [
        SIGN_UP.begin(SignUp(session=row, participant=guest, asked_at=now), "confirmed", at=now)
        for guest in guests
    ]
    return SignUp.objects.bulk_create(ups, batch_size=500)


def attended(row: Session, ups: list[SignUp], now: datetime) -> None:
    Attendance.objects.bulk_create(
        [Attendance(session=row, participant_id=one.participant_id, sign_up=one, method="qr",
                    came_at=now, recorded_at=now) for one in ups], batch_size=500,
    )  # fmt: skip


def exported(row: Session) -> tuple[float, float]:
    """Seconds of the machine and of the processor for the list of 5,000, as a spreadsheet."""
    begun, spent = perf_counter(), process_time()
    write_xlsx(COLUMNS, lines(row), BytesIO())
    return perf_counter() - begun, process_time() - spent


def crossed(now: datetime) -> dict[str, float]:
    """Milliseconds for the year of the district by street and month, nothing kept from before."""
    today = timezone.localdate(now)
    root = Node.objects.get(kind="district", parent=None)
    asking = {
        "path": str(root.path),
        "period": Period.year(today.year),
        "today": today,
        "stamp": "",
    }
    told = {}
    for code in MEASURED:
        times = []
        for _turn in range(5):
            begun = perf_counter()
            indicators.cross(code, "street", "month", **asking)  # type: ignore[arg-type]
            times.append((perf_counter() - begun) * 1000)
        told[code] = sorted(times)[2]
    return told


main()
