"""An activity is planned with its sessions, rooms and shares: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils import timezone

from changle.core.log import changed, record
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import eligible
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.sharing import ShareDraft, invite_all
from changle.services.activities.lifecycle import ACTIVITY, COHOST, SESSION
from changle.services.activities.models import Activity, Cohost, Question, Session
from changle.services.commons.actions.booking import Wish, book
from changle.services.commons.models import Booking
from changle.services.commons.queries.layout import layout_of_spaces


EDIT = Permission.ACTIVITY_EDIT


class ActivityRefused(Refused):
    """The activity may not be planned or changed so; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class SessionDraft:
    """One gathering: rooms of one house, or a place in words, or a room online."""

    starts_at: datetime
    ends_at: datetime
    rooms: tuple[int, ...] = ()  # keys of spaces (commons)
    venue: str = ""
    address: str = ""
    online_room: str = ""
    place: Node | None = None  # none: the activity's
    capacity: int | None = None
    needs_sign_up: bool = True
    sign_up_from: datetime | None = None
    sign_up_until: datetime | None = None
    age_from: int | None = None
    age_to: int | None = None
    for_place: Node | None = None
    subtitle: str = ""


@dataclass(frozen=True, kw_only=True)
class ActivityDraft:
    """What an activity is; `facts` are columns of Activity beside those named here."""

    title: str
    place: Node  # the community, street or district in which it takes place
    lead: Node
    organisation: Organisation | None = None
    expected: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    groups: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class QuestionDraft:
    text: str
    kind: str = Question.Kind.TEXT
    choices: Sequence[str] = ()
    is_required: bool = False
    why: str = ""


@transaction.atomic
def plan(
    *,
    draft: ActivityDraft,
    sessions: Sequence[SessionDraft],
    shares: Sequence[ShareDraft] = (),
    own: ShareDraft | None = None,
    questions: Sequence[QuestionDraft] = (),
    by: Actor,
    now: datetime,
) -> Activity:
    """Plan it whole. A venue that refuses refuses the session, and with it the plan."""
    check_lead(draft, by, now)
    if not sessions:
        raise ActivityRefused("请至少安排一场。")
    activity = Activity(
        title=draft.title, place=draft.place, lead=draft.lead, organisation=draft.organisation,
        expected=draft.expected, planned_at=now, planned_by_id=by.user_id or None, **draft.facts,
    )  # fmt: skip
    activity.asks = bool(questions)
    ACTIVITY.begin(activity, Activity.State.DRAFT, at=now).save(force_insert=True)
    activity.groups.set(draft.groups)
    host_itself(activity, own, by=by, now=now)
    record(activity, "plan", by=by, at=now, target=activity.state)
    ask(activity, questions)
    invite_all(activity, shares, by=by, now=now)
    for one in sessions:
        add(activity, one, by=by, now=now)
    return activity


def check_lead(draft: ActivityDraft, by: Actor, now: datetime) -> None:
    """Whether they may plan in the name of the lead, and the lead may hold activities."""
    if not by.holds_at(EDIT, str(draft.lead.path)):
        raise ActivityRefused("您不能以这个单位的名义策划活动。")
    if draft.organisation is not None:
        if draft.organisation.node_id != draft.lead.pk:
            raise ActivityRefused("主办组织与主办单位不一致。")
        verdict = eligible(draft.organisation, "venue", timezone.localdate(now))
        if not verdict.ok:
            raise ActivityRefused("".join(verdict.reasons))


def host_itself(activity: Activity, own: ShareDraft | None, *, by: Actor, now: datetime) -> Cohost:
    """The lead's own share, agreed to by planning it."""
    share = Cohost(
        activity=activity, node=activity.lead, organisation=activity.organisation,
        role=Cohost.Role.LEAD, invited_at=now, accepted_at=now, answered_by_id=by.user_id or None,
        **(own.given() if own else {}),
    )  # fmt: skip
    COHOST.begin(share, Cohost.State.ACCEPTED, at=now).save(force_insert=True)
    return share


def ask(activity: Activity, questions: Sequence[QuestionDraft]) -> None:
    Question.objects.bulk_create(
        [
            Question(
                activity=activity, text=one.text, kind=one.kind, choices=list(one.choices),
                is_required=one.is_required, why=one.why, sort=place,
            )
            for place, one in enumerate(questions)
        ]
    )  # fmt: skip


def held(pk: int, by: Actor, needs: str = EDIT) -> Activity:
    """The activity, as the only hand on it; strangers find none."""
    rows = by.rows(Activity, needs).select_related("lead", "place", "organisation")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=pk)


@transaction.atomic
def revise(
    *, pk: int, facts: Mapping[str, Any], by: Actor, now: datetime,
    groups: Sequence[int] | None = None,
) -> Activity:  # fmt: skip
    """Change a plan that has not been handed in, or was returned."""
    activity = held(pk, by)
    only_draft(activity)
    before = {name: getattr(activity, name) for name in facts}
    for name, value in facts.items():
        setattr(activity, name, value)
    activity.save(update_fields=list(facts))
    if groups is not None:
        activity.groups.set(groups)
    record(activity, "revise", by=by, at=now, changes=changed(before, dict(facts)))
    return activity


def only_draft(activity: Activity) -> None:
    if activity.state not in Activity.EDITABLE:
        raise ActivityRefused("已经提交的活动不能直接修改，请先由审批单位退回。")


@transaction.atomic
def set_questions(
    *, pk: int, questions: Sequence[QuestionDraft], by: Actor, now: datetime
) -> Activity:
    activity = held(pk, by)
    only_draft(activity)
    Question.objects.filter(activity=activity).delete()
    ask(activity, questions)
    activity.asks = bool(questions)
    activity.save(update_fields=["asks"])
    record(activity, "ask", by=by, at=now, changes={"questions": [None, len(questions)]})
    return activity


@transaction.atomic
def add_session(*, pk: int, draft: SessionDraft, by: Actor, now: datetime) -> Session:
    """One more session of a plan that is still a draft."""
    activity = held(pk, by)
    only_draft(activity)
    return add(activity, draft, by=by, now=now)


def add(activity: Activity, draft: SessionDraft, *, by: Actor, now: datetime) -> Session:
    check_times(draft, now)
    place = draft.place or activity.place
    if not (place.path or "").startswith(str(activity.place.path)):
        raise ActivityRefused("场次应在活动所在地之内。")
    booking = booked(activity, draft, by=by, now=now) if draft.rooms else None
    street, community = around(place)
    room = "、".join(str(one) for one in booking.spaces.order_by("sort")) if booking else ""
    session = Session(
        activity=activity, title=f"{activity.title}{' · ' + draft.subtitle if draft.subtitle else ''}",
        place=place, street=street, community=community, booking=booking,
        venue=draft.venue or (f"{booking.centre} {room}" if booking else ""),
        address=draft.address or (booking.centre.address if booking else ""),
        is_online=bool(draft.online_room), online_room=draft.online_room, starts_at=draft.starts_at,
        ends_at=draft.ends_at, capacity=draft.capacity, needs_sign_up=draft.needs_sign_up,
        sign_up_from=draft.sign_up_from, sign_up_until=draft.sign_up_until, age_from=draft.age_from,
        age_to=draft.age_to, for_place=draft.for_place, door_secret=token_hex(16),
        **days_of(draft.starts_at),
    )  # fmt: skip
    if not (session.venue or session.is_online):
        raise ActivityRefused("请写明地点，或预约场地，或填写线上会议。")
    SESSION.begin(session, Session.State.PLANNED, at=now).save(force_insert=True)
    record(session, "plan", by=by, at=now, target=session.state)
    return session


def days_of(starts_at: datetime) -> dict[str, Any]:
    """The columns by which figures go."""
    on = timezone.localdate(starts_at)
    return {"on": on, "month": f"{on:%Y-%m}"}


def check_times(draft: SessionDraft, now: datetime) -> None:
    if draft.ends_at <= draft.starts_at:
        raise ActivityRefused("结束应晚于开始。")
    if draft.starts_at <= now:
        raise ActivityRefused("不能安排在已经过去的时间。")
    if draft.sign_up_until is not None and draft.sign_up_until > draft.ends_at:
        raise ActivityRefused("报名截止不能晚于活动结束。")


def around(place: Node) -> tuple[Node | None, Node | None]:
    """The street and the community in which a place lies."""
    steps = [int(step) for step in str(place.path).rstrip(".").split(".")]
    kinds = {node.kind: node for node in Node.objects.filter(pk__in=steps)}
    return kinds.get(Node.Kind.STREET), kinds.get(Node.Kind.COMMUNITY)


def booked(activity: Activity, draft: SessionDraft, *, by: Actor, now: datetime) -> Booking:
    """The rooms, in the same transaction; raises what the house says against it."""
    house = layout_of_spaces(list(draft.rooms))
    if house is None:
        raise ActivityRefused("请选择同一个中心的场地。")
    wish = Wish(
        rooms=draft.rooms, starts_at=draft.starts_at, ends_at=draft.ends_at, title=activity.title,
        people=draft.capacity or activity.expected, organisation=activity.organisation,
        on_behalf=None if activity.organisation else activity.lead, is_open=True,
        contact_name=activity.contact_name, contact_phone=activity.contact_phone,
    )  # fmt: skip
    return book(layout=house, wish=wish, by=by, now=now)
