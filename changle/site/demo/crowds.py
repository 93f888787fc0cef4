"""Who came to the sample's sessions, how it was recorded and confirmed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import F, Value
from django.utils import timezone

from changle.services.activities.models import (
    Activity,
    Attendance,
    HeadCount,
    Participant,
    Session,
)
from changle.site.demo.bodies import FILED_BY_STREET, SURNAMES
from changle.site.demo.gatherings import BATCH, CHILD, ELDER, GROWN, Year


def people(year: Year, count: int) -> None:
    """The neighbours of each street, in proportion to its teams; each sealed once."""
    random, whose = year.random, list[str]()
    rows: list[Participant] = []
    total = sum(FILED_BY_STREET.values())
    for street, teams in FILED_BY_STREET.items():
        for _each in range(max(40, count * teams // total)):
            number = len(rows)
            mean, spread = random.choices((CHILD, ELDER, GROWN), (22, 40, 38))[0]
            age = min(95, max(3, round(random.gauss(mean, spread))))
            rows.append(
                Participant(
                    name=f"{random.choice(SURNAMES)}示例{number}", phone=f"1990000{number % 10000:04d}",
                    birth_year=year.scene.today.year - age, home=year.scene.nodes[street],
                    recorded_at=year.scene.now, is_sample=True,
                )
            )  # fmt: skip
            whose.append(street)
    made = Participant.objects.bulk_create(rows, batch_size=BATCH)
    for street, row in zip(whose, made, strict=True):
        year.crowds.setdefault(street, []).append(row.pk)


def size(year: Year, per_session: float) -> None:
    """How many came to each session, named and nameless; all together as many as was wished."""
    random, total = year.random, 0
    wanted, count = int(per_session * len(year.sessions)), len(year.sessions)
    for position, session in enumerate(year.sessions):
        there = max(4, round(random.gauss(per_session, per_session / 3)))
        left = count - position
        if left <= count // 20:  # the last sessions bring the sum to what was wished
            there = max(4, -(-(wanted - total) // left))
        nameless = random.choices((0, there // 4, there), (70, 22, 8))[0]
        session.person_times, session.anonymous_times = there, nameless
        total += there


def attend(year: Year) -> None:
    """Who came: neighbours by name, some by a paper list, some only counted."""
    batch: list[Attendance] = []
    for session in year.sessions:
        batch += came(year, session)
        if len(batch) > BATCH * 5:
            Attendance.objects.bulk_create(batch, batch_size=BATCH)
            batch = []
    Attendance.objects.bulk_create(batch, batch_size=BATCH)


def came(year: Year, session: Session) -> Iterator[Attendance]:
    random = year.random
    crowd = year.crowds[session.street.name if session.street else "张家堡街道"]
    method = random.choices(("qr", "paper", "manual", "door"), (46, 30, 14, 10))[0]
    common: dict[str, Any] = {"session": session, "came_at": session.starts_at,
                              "recorded_at": session.ends_at}  # fmt: skip
    named = session.person_times - session.anonymous_times
    for pk in random.sample(crowd, min(named, len(crowd))):
        yield Attendance(participant_id=pk, method=method, **common)
    for _each in range(session.person_times - min(named, len(crowd))):
        yield Attendance(method="paper", **common)


def confirm(year: Year) -> None:
    """All but the last two weeks are verified, most in time; of those some wait, some are late."""
    scene, recent = year.scene, year.scene.today - timedelta(days=14)
    for session in year.sessions:
        lag = timedelta(days=year.random.choices((1, 3, 6, 9, 24), (20, 34, 26, 14, 6))[0])
        session.feedback_count = year.random.randrange(5, 12)
        session.feedback_sum = round(session.feedback_count * year.random.uniform(4.1, 5))
        session.due_on = year.calendar.add_working_days(session.on, 10)
        session.handed_in_at = session.ends_at + timedelta(days=1)
        if session.on < recent or year.random.random() < 0.5:  # noqa: PLR2004
            session.verified_at = min(session.ends_at + lag, scene.now)
            session.in_time = timezone.localdate(session.verified_at) <= session.due_on
        elif year.random.random() < 0.4:  # noqa: PLR2004
            session.handed_in_at = None


def lock() -> None:
    """What was verified is so from now on; until here the attendances could still be written."""
    done = Session.objects.filter(is_sample=True, verified_at__isnull=False)
    done.update(state=Value("counted"), state_since=F("verified_at"), due_on=None)
    waiting = Session.objects.filter(is_sample=True, state="recording")
    waiting.update(person_times=0, anonymous_times=0)
    Activity.objects.filter(pk__in=waiting.values("activity")).update(state="ended")


def count_heads(year: Year) -> None:
    """A head-count with its counter's name where many came without a name."""
    HeadCount.objects.bulk_create(
        [
            HeadCount(
                session=session, people=session.person_times, counted_at=session.ends_at,
                counted_by=f"{year.random.choice(SURNAMES)}示例", recorded_at=session.ends_at,
            )
            for session in year.sessions if session.anonymous_times
        ],
        batch_size=BATCH,
    )  # fmt: skip
