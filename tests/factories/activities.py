from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from changle.core.files import store
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.people import Guest
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan
from changle.services.activities.actions.signing import Application, sign_up
from changle.services.activities.models import Activity, Evidence, Session, SignUp
from changle.services.activities.queries.words import seed_terms


_count = iter(range(1, 10**9))
# A Saturday, 10:00 in Xi'an, far enough ahead for every rule.
SATURDAY = datetime(2027, 3, 13, 2, 0, tzinfo=UTC)
NOW = SATURDAY - timedelta(days=20)
HOUR = timedelta(hours=1)
LEADS = (
    Permission.ACTIVITY_VIEW, Permission.ACTIVITY_EDIT, Permission.SESSION_RUN,
    Permission.SIGN_UP_VIEW, Permission.BOOKING_MAKE, Permission.BOOKING_VIEW,
)  # fmt: skip


def seat_at(node: Node, *needs: str, user_id: int = 0) -> Actor:
    """Somebody with these permissions at one place, without a grant in the database."""
    path = (str(node.path),)
    return Actor(user_id=user_id, name="样例丙", reach={str(need): path for need in needs})


def organiser(body: Organisation, *, user_id: int = 0) -> Actor:
    return seat_at(body.node, *LEADS, user_id=user_id)


def make_session_draft(days: int = 0, **fields: Any) -> SessionDraft:
    start = SATURDAY + timedelta(days=days)
    told = {"starts_at": start, "ends_at": start + 2 * HOUR, "venue": "样例广场", "capacity": 10}
    return SessionDraft(**{**told, **fields})


def make_activity(
    place: Node, body: Organisation | None = None, *, lead: Node | None = None,
    sessions: list[SessionDraft] | None = None, facts: dict[str, Any] | None = None,
    state: str = "open", by: Actor | None = None, now: datetime = NOW, **fields: Any,
) -> Activity:  # fmt: skip
    """An activity planned by the action, put into its state as history would have left it."""
    seed_terms(timezone.localdate(now))
    lead = lead or (body.node if body else place)
    draft = ActivityDraft(
        title=f"样例活动{next(_count)}", place=place, lead=lead, organisation=body, expected=20,
        facts=facts or {},
    )  # fmt: skip
    by = by or seat_at(lead, *LEADS)
    row = plan(draft=draft, sessions=sessions or [make_session_draft()], by=by, now=now, **fields)
    if state != "draft":
        told: dict[str, Any] = {"state": state}
        if state in {"open", "ended", "counted"}:
            told["published_at"] = now
        Activity.objects.filter(pk=row.pk).update(**told)
        if state == "open":
            Session.objects.filter(activity=row).update(state="open")
        row.refresh_from_db()
    return row


def make_session(
    place: Node, body: Organisation | None = None, *, state: str = "open", **fields: Any
) -> Session:
    """The one session of an activity of its own."""
    told = {name: fields.pop(name) for name in ("facts", "now") if name in fields}
    activity = make_activity(place, body, sessions=[make_session_draft(**fields)], **told)
    Session.objects.filter(activity=activity).update(state=state)
    return Session.objects.select_related("activity", "activity__lead", "place").get(
        activity=activity
    )


def make_guest(name: str = "", phone: str = "", **fields: Any) -> Guest:
    number = next(_count)
    return Guest(
        name=name or f"样例居民{number}", phone=phone or f"138{number % 10**8:08d}", **fields
    )


def join(
    session: Session, *guests: Guest, by: Actor | None = None, now: datetime = NOW, **fields: Any
) -> list[SignUp]:
    """Sign guests up, or one of whom nothing is known."""
    told = {"guests": list(guests) or [make_guest()], "agrees": True, **fields}
    application = Application(**told)
    return sign_up(
        session=session.pk, application=application, by=by or Actor(name="访客"), now=now
    )


def make_evidence(session: Session, *, kind: str = "photo", **fields: Any) -> Evidence:
    """A picture beside a session, stored as an upload is, whatever the session's state."""
    made = BytesIO()
    Image.new("RGB", (16, 12), "#8a2").save(made, "PNG")
    upload = SimpleUploadedFile("photo.png", made.getvalue())
    by = seat_at(session.place, *LEADS)
    file = store(upload=upload, subject=session, needs=Permission.ACTIVITY_VIEW, by=by, now=NOW)
    told: dict[str, Any] = {"taken_at": session.starts_at, "recorded_at": session.ends_at}
    return Evidence.objects.create(session=session, file=file, kind=kind, **(told | fields))
