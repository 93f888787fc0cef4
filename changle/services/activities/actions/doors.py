"""People come in and go out: by their own code, by the code at the door, by name, by a paper list.

Check-in is made cheap, because a queue waits behind it: the attendance says by whom and when it was
recorded, and is its own log; what the list came to is logged when the session ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.people import Guest, enter, once_more, tidy
from changle.services.activities.actions.signing import Application, age_on, house_at, sign_up
from changle.services.activities.lifecycle import SIGN_UP
from changle.services.activities.models import Attendance, Session, SignUp
from changle.services.activities.queries.codes import door_opens, read_ticket
from changle.services.activities.queries.plans import rule
from changle.services.activities.queries.sessions import (
    SEATED,
    for_the_door,
    run_by,
    sides_of,
)


Method = Attendance.Method
MAY_COME = ("ongoing", "ended", "recording")  # the later two: scans that waited for the line
CLOCKS_DIFFER = timedelta(minutes=5)


class DoorRefused(Refused):
    """They cannot be let in by this; `code` names the reason for machines."""

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class CheckIn:
    """Somebody is in; `first` is false where they had come in before, at `attendance.came_at`."""

    attendance: Attendance
    first: bool
    name: str = ""  # masked

    def sentence(self) -> str:
        told = f"{timezone.localtime(self.attendance.came_at):%H:%M}"
        if self.first:
            return f"{self.name} 签到成功（{told}）。"
        return f"{self.name} 已在 {told} 签到（{self.attendance.get_method_display()}）。"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One scan of a door's own queue. `at`: when it was made, which may be before it is sent."""

    code: str
    at: datetime | None = None
    device: str = ""  # what the queue calls it
    method: str = Method.QR
    up: int | None = None  # the sign-up itself, where somebody is called by name instead


def ticket(code: str) -> int:
    pk = read_ticket(code)
    if pk is None:
        raise DoorRefused("这不是有效的签到码。", "unknown")
    return pk


def check_in(*, scan: Scan, by: Actor, now: datetime, session: int | None = None) -> CheckIn:
    """Let in who bears this code; two queries. `session`: the door's own, where there is one."""
    pk = ticket(scan.code) if scan.up is None else scan.up
    row = for_the_door(pk)
    if row is None or not may_run(row, by):
        raise DoorRefused("这不是有效的签到码。", "unknown")
    if session is not None and row.session_id != session:
        raise DoorRefused(f"这是另一场的票：{row.session}。", "other_session")
    return let_in(row, scan, by=by, now=now)


def may_run(row: SignUp, by: Actor) -> bool:
    """As `run_by` has it, told from the paths in hand; only for a co-host a query is asked."""
    needs = Permission.SESSION_RUN
    if any(by.holds_at(needs, str(path)) for path in (row.place_path, row.lead_path)):  # type: ignore[attr-defined]  # annotated
        return True
    return sides_of(by, needs).filter(activity=row.session.activity_id).exists()


def let_in(row: SignUp, scan: Scan, *, by: Actor, now: datetime) -> CheckIn:
    """`row` with its session, participant and attendance."""
    name = row.participant.masked_name
    there: Attendance | None = getattr(row, "attendance", None)
    if there is not None:
        return CheckIn(there, first=False, name=name)
    check_open(row.session)
    if row.state not in SEATED:
        raise DoorRefused(f"{name}：{row.state_label()}，没有名额。", "no_seat")
    came = came_at(row.session, scan.at, now)
    attendance = Attendance(
        session=row.session, participant=row.participant, sign_up=row, method=scan.method,
        came_at=came, recorded_at=now, recorded_by_id=by.user_id or None, device=scan.device[:40],
    )  # fmt: skip
    try:
        with transaction.atomic():
            attendance.save(force_insert=True)
            came_after_all([row], now=now)
    except IntegrityError:
        # Another door was faster, or the person is on the paper list: that is the first time.
        first = Attendance.objects.filter(session=row.session, participant=row.participant).first()
        if first is None:
            raise DoorRefused("这一场已经核实，不能再签到。", "locked") from None
        return CheckIn(first, first=False, name=name)
    return CheckIn(attendance, first=True, name=name)


def came_after_all(rows: Iterable[SignUp], *, now: datetime) -> None:
    """Whose scan or line of paper came in after the end has not stayed away."""
    for row in rows:
        if row.state == SignUp.State.NO_SHOW:
            by = house_at(row.session, Permission.SESSION_RUN)
            SIGN_UP.fire(row.pk, "attend", by=by, now=now)


def check_open(session: Session) -> None:
    if session.state in {"open", "full", "planned"}:
        raise DoorRefused("签到还没有开始。", "early")
    if session.state not in MAY_COME:
        raise DoorRefused(f"这一场{session.state_label()}，不能签到。", "closed")


def came_at(session: Session, told: datetime | None, now: datetime) -> datetime:
    """When somebody came, as the door's own clock told it, within what can be."""
    if told is None:
        return now
    if told > now + CLOCKS_DIFFER:
        raise DoorRefused("扫码时间在将来，请校准手机时间。", "clock")
    opened = session.started_at or session.starts_at - timedelta(hours=2)
    return max(opened, min(told, now))


@dataclass(frozen=True)
class Outcome:
    """What became of one scan of a queue; exactly one of the two is there."""

    scan: Scan
    done: CheckIn | None = None
    refusal: DoorRefused | None = None


def check_in_many(
    *, scans: Sequence[Scan], by: Actor, now: datetime, session: int | None = None
) -> list[Outcome]:
    """A door's queue in the order of its scans; each stands for itself."""
    outcomes = []
    for scan in scans:
        try:
            done = check_in(scan=scan, by=by, now=now, session=session)
        except DoorRefused as refusal:
            outcomes.append(Outcome(scan, refusal=refusal))
        else:
            outcomes.append(Outcome(scan, done=done))
    return outcomes


def come_by_door(
    *, session: int, typed: str, by: Actor, now: datetime, tickets: Sequence[str] = ()
) -> list[CheckIn]:
    """Who scans the code at the door comes in, with the family they signed up or by their tickets."""
    row = Session.objects.filter(pk=session).first()
    if row is None or not door_opens(row.pk, row.door_secret, typed, now):
        raise DoorRefused("现场码已更换，请重新扫码。", "stale")
    ups = SignUp.objects.filter(session=row, state__in=SEATED)
    keys = [pk for pk in (read_ticket(code) for code in tickets) if pk is not None]
    ups = ups.filter(pk__in=keys) if keys else ups.filter(made_by=by.user_id or -1)
    mine = ups.select_related("session", "participant", "attendance").order_by("pk")
    scan = Scan(code="", method=Method.DOOR)
    found = [let_in(one, scan, by=by, now=now) for one in mine]
    if not found:
        raise DoorRefused("没有找到您在这一场的报名，请到服务台办理。", "no_seat")
    return found


@transaction.atomic
def walk_in(
    *, session: int, guest: Guest, by: Actor, now: datetime, guardian: Guest | None = None,
    role: str = Attendance.Role.SERVED,
) -> CheckIn:  # fmt: skip
    """Somebody came without a sign-up: entered at the desk, within the seats there are."""
    row = run_here(session, by)
    check_open(row)
    check_guarded(row, guest, guarded=guardian is not None)
    if row.needs_sign_up and role == Attendance.Role.SERVED:
        told = Application(
            guests=[guest], guardian=guardian, agrees=True, channel=SignUp.Channel.DESK
        )
        up = sign_up(session=session, application=told, by=by, now=now)[0]
        return let_in(up, Scan(code="", method=Method.MANUAL), by=by, now=now)
    person = once_more(lambda: enter([tidy(guest)], session_pk=session, since=now, now=now))[0]
    there = Attendance.objects.filter(session=row, participant=person).first()
    if there is not None:
        return CheckIn(there, first=False, name=person.masked_name)
    attendance = Attendance.objects.create(
        session=row, participant=person, method=Method.MANUAL, came_at=now, recorded_at=now,
        recorded_by_id=by.user_id or None, role=role,
    )  # fmt: skip
    return CheckIn(attendance, first=True, name=person.masked_name)


def check_guarded(session: Session, guest: Guest, *, guarded: bool) -> None:
    """A child comes in with somebody who answers for it, also where nobody signs up."""
    age, below = age_on(guest, session), rule().guardian_below
    if age is not None and age < below and not guarded:
        raise DoorRefused(f"{guest.name}未满 {below} 周岁，请填写监护人。", "guardian")


def run_here(pk: int, by: Actor) -> Session:
    """The session, held, if they may run it."""
    rows = Session.objects.filter(run_by(by), pk=pk).select_related("activity", "place")
    return rows.select_for_update(of=("self",), no_key=True).get()


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """A line of a signed list; one without a telephone names nobody we could know again."""

    name: str = ""
    phone: str = ""
    role: str = Attendance.Role.SERVED


@dataclass(frozen=True)
class PaperResult:
    entered: int
    anonymous: int
    doubled: int  # already there, by scan or by an earlier line


@transaction.atomic
def enter_paper(
    *, session: int, lines: Sequence[PaperLine], by: Actor, now: datetime
) -> PaperResult:
    """Type a paper list in, marked as such; raises PersonRefused for a telephone that is none."""
    row = run_here(session, by)
    check_open(row)
    named = [tidy(Guest(name=one.name, phone=one.phone)) for one in lines if one.phone.strip()]
    unique = list(dict.fromkeys(named))
    people = enter(unique, session_pk=session, since=now, now=now) if unique else []
    there = set(
        Attendance.objects.filter(session=row, participant__in=people).values_list(
            "participant_id", flat=True
        )
    )
    ups = SignUp.objects.filter(session=row, participant__in=people, state__in=SEATED)
    ups = ups.select_related("session", "session__place")
    seats = {up.participant_id: up for up in ups}
    roles = dict(zip(named, [one.role for one in lines if one.phone.strip()], strict=True))
    common = {"session": row, "method": Method.PAPER, "recorded_at": now,
              "recorded_by_id": by.user_id or None, "came_at": min(row.starts_at, now)}  # fmt: skip
    new = [
        Attendance(participant=person, sign_up=seats.get(person.pk), role=roles[guest], **common)
        for guest, person in zip(unique, people, strict=True)
        if person.pk not in there
    ]
    nameless = [Attendance(role=one.role, **common) for one in lines if not one.phone.strip()]
    Attendance.objects.bulk_create([*new, *nameless], batch_size=500)
    came_after_all([one.sign_up for one in new if one.sign_up is not None], now=now)
    result = PaperResult(len(new), len(nameless), len(named) - len(new))
    record(
        row, "paper_list", by=by, at=now, path=str(row.place.path),
        changes={"entered": [None, result.entered], "anonymous": [None, result.anonymous]},
    )  # fmt: skip
    return result
