"""The sample's activities: the past year, the weeks around today, and something in every state."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from changle.core.engine import refresh_statistics
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for
from changle.services.activities.actions.deciding import approve, publish, send_back, submit
from changle.services.activities.actions.people import Guest, keep_companion
from changle.services.activities.actions.planning import ActivityDraft, SessionDraft, plan
from changle.services.activities.actions.sharing import ShareDraft, answer
from changle.services.activities.actions.signing import Application, sign_up
from changle.services.activities.lifecycle import ACTIVITY, SESSION, SIGN_UP
from changle.services.activities.models import Activity, Cohost, Companion, Series, Session, SignUp
from changle.services.commons.actions.booking import BookingRefused
from changle.services.commons.models import Space
from changle.site.demo import crowds, gatherings
from changle.site.demo.gatherings import Year, at
from changle.site.demo.scene import Scene


SESSIONS, PER_SESSION, PEOPLE = 6200, 20, 12_000
RUNNING = 260  # sessions within the next four weeks
# A test makes a small year; what it is made of is the same.
SMALL = 25


def furnish(scene: Scene) -> None:
    part = SMALL if settings.CHANGLE_TESTING else 1
    year = gatherings.year_of(scene)
    crowds.people(year, PEOPLE // part)
    series = gatherings.named_series(year)
    gatherings.plan_year(year, series, SESSIONS // part)
    crowds.size(year, PER_SESSION)
    crowds.confirm(year)
    gatherings.write(year)
    refresh_statistics()
    crowds.attend(year)
    crowds.count_heads(year)
    crowds.lock()
    run(year, series, RUNNING // part)
    plans(scene, series)
    refresh_statistics()


def run(year: Year, series: dict[str, Series], count: int) -> None:
    """The next four weeks: published, with who has signed up, some full and with a line."""
    scene, random = year.scene, year.random
    coming = replace(year, first=scene.today, last=scene.today + timedelta(days=28), activities=[],
                     shares=[], sessions=[], days=[], weights=[])  # fmt: skip
    gatherings.plan_year(coming, series, count)
    for session in coming.sessions:
        session.needs_sign_up = True
        session.capacity = random.choice((12, 16, 20, 30, 40))
        session.summary, session.started_at = "", None
        session.door_secret = f"{random.getrandbits(128):032x}"
        state = "open" if session.starts_at > scene.now else "planned"
        SESSION.begin(session, state, at=session.activity.planned_at)
    sessions = [one for one in coming.sessions if one.state == "open"]
    kept = {id(one.activity) for one in sessions}
    coming.sessions = sessions
    coming.activities = [one for one in coming.activities if id(one) in kept]
    coming.shares = [one for one in coming.shares if id(one.activity) in kept]
    for activity in coming.activities:
        ACTIVITY.begin(activity, "open", at=scene.now)
    gatherings.write(coming)
    join(coming)


def join(coming: Year) -> None:
    """Neighbours who have a seat or wait for one; the counters follow by themselves."""
    random, scene, rows = coming.random, coming.scene, []
    for session in coming.sessions:
        crowd = coming.crowds[session.street.name if session.street else "张家堡街道"]
        seats = session.capacity or 0
        wished = round(seats * random.choice((0.2, 0.4, 0.5, 0.7, 0.9, 1.0, 1.2)))
        for number, pk in enumerate(random.sample(crowd, min(wished, len(crowd)))):
            row = SignUp(
                session=session, participant_id=pk, asked_at=scene.now - timedelta(hours=wished - number),
                photo_ok=True, is_sample=True,
            )  # fmt: skip
            rows.append(
                SIGN_UP.begin(row, "confirmed" if number < seats else "waitlisted", at=row.asked_at)
            )
    SignUp.objects.bulk_create(rows, batch_size=gatherings.BATCH)
    Session.objects.filter(state="open", capacity__lte=F("held")).update(state="full")


def plans(scene: Scene, series: dict[str, Series]) -> None:
    """By the hands of the sample's own people: a plan in every state, and a family that signs up."""
    body = next((o for o in scene.standing if o.short_name == "秋文社工"), None)
    if body is None or body.community is None or body.street is None:
        return
    lead = actor_for(scene.accounts["zuzhi-qiuwen"])
    street = actor_for(scene.accounts["jie-zhangjiabu"])
    community, centre = (
        scene.nodes["张家堡街道/方新社区"],
        scene.nodes["张家堡街道社会组织服务中心"],
    )
    common = {"theme": None, "contact_name": "秋文 冯示例", "is_sample": True}
    love, mothers = series["爱语行动"], series["唯爱妈妈+幸福赋能计划"]
    stages = (
        ("爱语行动 · 家庭非暴力沟通", love, 9, body.street, "open"),
        ("唯爱妈妈+幸福赋能计划 · 春季分享会", mothers, 12, body.street, "approved"),
        ("爱语行动 · 社区家庭日", love, 16, community, "submitted"),
        ("爱语行动 · 亲子沟通讲座", love, 18, community, "returned"),
        ("秦女子 · 手作传承市集", series["秦女子"], 20, body.street, "shared"),
        ("秦女子 · 女子成长沙龙", series["秦女子"], 24, body.street, "draft"),
    )
    for title, one, days, place, stage in stages:
        begins = at(scene.today + timedelta(days=days), 14)
        facts = {**common, "series": one, "about": f"{title}，免费参加（样例）。"}
        draft = ActivityDraft(
            title=title, place=place, lead=body.node, organisation=body, expected=16, facts=facts
        )
        shares = [ShareDraft(node=community, role="support", venue="提供场地和宣传")]
        if stage == "shared":
            shares.append(ShareDraft(node=centre, role="cohost", people=2))
        row = planned(scene, draft, begins, [] if stage == "draft" else shares)
        if stage not in {"draft", "shared"}:
            agree(scene, row)
            submit(pk=row.pk, by=lead, now=scene.now)
        if stage == "returned":
            send_back(pk=row.pk, reason="请补充现场秩序安排", by=street, now=scene.now)
        if stage in {"approved", "open"}:
            approve(pk=row.pk, by=street, now=scene.now)
        if stage == "open":
            publish(pk=row.pk, by=lead, now=scene.now)
            neighbours(scene, row)
    invited(scene, community)


def planned(
    scene: Scene, draft: ActivityDraft, begins: datetime, shares: list[ShareDraft]
) -> Activity:
    """In a room of the centre where one is free, else at the community."""
    by = actor_for(scene.accounts["zuzhi-qiuwen"])
    rooms = Space.objects.filter(centre__node__name="张家堡街道社会组织服务中心", name="共享会议室")
    wished = SessionDraft(
        starts_at=begins, ends_at=begins + timedelta(hours=2), capacity=16,
        rooms=tuple(rooms.values_list("pk", flat=True)[:1]) if not_at(draft.place) else (),
        venue="" if not_at(draft.place) else "方新社区活动室",
    )  # fmt: skip
    try:
        return plan(draft=draft, sessions=[wished], shares=shares, by=by, now=scene.now)
    except BookingRefused:
        elsewhere = replace(wished, rooms=(), venue="张家堡街道文化广场")
        return plan(draft=draft, sessions=[elsewhere], shares=shares, by=by, now=scene.now)


def not_at(place: Node) -> bool:
    return place.kind != Node.Kind.COMMUNITY


def agree(scene: Scene, row: Activity) -> None:
    by = actor_for(scene.accounts["shequ-fangxin"])
    for pk in Cohost.objects.filter(activity=row, state="invited").values_list("pk", flat=True):
        answer(pk=pk, accepts=True, by=by, now=scene.now)


def neighbours(scene: Scene, row: Activity) -> None:
    """The sample's resident comes with a child; the rest of the seats go, and two wait."""
    session = row.sessions.get()
    by = actor_for(scene.accounts["jumin"])
    me = Guest(name="韩示例", phone="19900009999", birth_year=scene.today.year - 38)
    child = Guest(name="韩小示例", phone="19900009999", birth_year=scene.today.year - 9)
    for guest, relation in ((me, Companion.Relation.SELF), (child, Companion.Relation.CHILD)):
        keep_companion(guest=guest, relation=relation, by=by, now=scene.now)
    family = Application(guests=[me, child], guardian=me, agrees=True, photo_ok=True)
    sign_up(session=session.pk, application=family, by=by, now=scene.now)
    for number in range(16):
        guest = Guest(name=f"邻居示例{number}", phone=f"1990000{8000 + number}")
        told = Application(guests=[guest], agrees=True)
        sign_up(session=session.pk, application=told, by=Actor(name="访客"), now=scene.now)


def invited(scene: Scene, community: Node) -> None:
    """What waits for 秋文: an invitation of the community to take a part."""
    body = next(o for o in scene.standing if o.short_name == "秋文社工")
    by = actor_for(scene.accounts["shequ-fangxin"])
    begins = at(scene.today + timedelta(days=22), 9)
    draft = ActivityDraft(
        title="方新社区邻里节", place=community, lead=community, expected=60,
        facts={"about": "邻里展演、便民服务（样例）。", "is_sample": True},
    )  # fmt: skip
    wish = SessionDraft(
        starts_at=begins, ends_at=begins + timedelta(hours=3), venue="方新社区广场", capacity=80
    )
    part = ShareDraft(node=body.node, organisation=body, role="cohost", people=4)
    plan(draft=draft, sessions=[wish], shares=[part], by=by, now=scene.now)
