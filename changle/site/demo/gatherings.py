"""The sample's year of activities: some 6,000 sessions and 120,000 attendances, believably spread.

Titles of the named series and who holds them are as published; sessions, people and numbers are
invented. People have no family names of their own: "示例" stands in each.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.activities.lifecycle import ACTIVITY, COHOST, SESSION
from changle.services.activities.models import (
    Activity,
    Cohost,
    Series,
    Session,
    Term,
)
from changle.site.demo.bodies import FILED_BY_STREET
from changle.site.demo.scene import Scene


@dataclass(frozen=True)
class Kind:
    """What is held, for whom and how often in a hundred."""

    title: str
    field: str
    theme: str
    group: str
    method: str = "activity"
    share: int = 5
    size: tuple[int, int] = (10, 28)
    hours: tuple[int, ...] = (9, 10, 14, 15)


KINDS = (
    Kind("老年人智能手机课", "elders", "neighbours", "elderly", "training", 9, (10, 24)),
    Kind("便民义诊", "health", "neighbours", "elderly", "activity", 7, (20, 50), (9,)),
    Kind("四点半课堂", "study", "shared", "child", "group", 12, (8, 22), (16,)),
    Kind("亲子阅读会", "study", "culture", "child", "group", 7, (8, 24)),
    Kind("便民理发", "elders", "neighbours", "elderly", "activity", 6, (12, 30), (9,)),
    Kind("广场舞排练与展演", "joy", "culture", "general", "activity", 10, (16, 40), (19,)),
    Kind("秦腔自乐", "joy", "culture", "elderly", "activity", 7, (12, 36), (15, 19)),
    Kind("书画沙龙", "joy", "culture", "general", "group", 5, (8, 18)),
    Kind("太极晨练", "health", "culture", "elderly", "activity", 6, (14, 34), (7,)),
    Kind("楼院清洁日", "clean", "shared", "general", "activity", 7, (10, 34), (9,)),
    Kind("法律咨询进社区", "law", "peace", "general", "visit", 5, (6, 22), (9, 14)),
    Kind("邻里议事会", "governance", "shared", "general", "community", 5, (8, 20), (19,)),
    Kind("防诈骗宣讲", "safety", "peace", "elderly", "training", 5, (16, 44), (10,)),
    Kind("助残手工坊", "disabled", "neighbours", "disabled", "group", 4, (6, 14)),
    Kind("健康讲座", "health", "neighbours", "general", "training", 5, (16, 46), (10, 15)),
)
NAMED = {  # series -> (lead by short name, kinds of session, field, theme, group)
    "周末去哪里": ("益人行", ("亲子社区寻宝", "渭河边的自然课", "博物馆小讲解员"), "study", "culture", "child"),
    "在城长": ("常青藤社工", ("儿童自护课", "小小议事员", "暑期成长营"), "study", "peace", "child"),
    "爱语行动": ("秋文社工", ("家庭非暴力沟通", "亲密关系工作坊"), "law", "peace", "women"),
    "唯爱妈妈+幸福赋能计划": ("秋文社工", ("妈妈支持小组", "幸福赋能分享会"), "skills", "neighbours", "women"),
    "秦女子": ("秋文社工", ("女子成长沙龙", "手作传承课"), "skills", "culture", "women"),
}  # fmt: skip
WEEKDAYS = (5, 6, 8, 6, 7, 17, 13)
MONTHS = (5, 4, 10, 11, 11, 10, 9, 7, 10, 11, 9, 7)
LENGTHS = ((1, 40), (2, 14), (4, 18), (6, 14), (8, 10), (12, 4))  # sessions of one activity
NAMED_SESSIONS = 0.05  # of all
HOLIDAY_SHARE = 0.35  # of a usual day
CHILD, ELDER, GROWN = (8, 4), (70, 6), (42, 12)  # mean age and its spread
ON_HOLIDAY_TRIES = 3
BATCH = 900


@dataclass
class Year:
    """What the year is made from, and what has been made of it."""

    scene: Scene
    first: date
    last: date
    terms: dict[tuple[str, str], Term]
    calendar: Calendar
    bodies: dict[str, list[Organisation]]  # by street
    crowds: dict[str, list[int]] = field(default_factory=dict)  # by street: keys of people
    activities: list[Activity] = field(default_factory=list)
    shares: list[Cohost] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        span = (self.last - self.first).days
        self.days = [self.first + timedelta(days=step) for step in range(span)]
        free = [self.calendar.is_holiday(day) for day in self.days]
        self.weights = [
            int(WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * (HOLIDAY_SHARE if off else 1))
            for day, off in zip(self.days, free, strict=True)
        ]

    @property
    def random(self) -> Random:
        return self.scene.random

    def day(self) -> date:
        return self.random.choices(self.days, self.weights)[0]


def year_of(scene: Scene) -> Year:
    bodies: dict[str, list[Organisation]] = {}
    for body in scene.standing:
        if body.street is not None and body.community is not None and body.state == "active":
            bodies.setdefault(body.street.name, []).append(body)
    terms = {(one.list, one.code): one for one in Term.objects.order_by("pk")}
    first = scene.today - timedelta(days=365)
    return Year(scene, first, scene.today, terms, Calendar.load(), bodies)


def named_series(year: Year) -> dict[str, Series]:
    leads = {body.short_name: body for body in year.scene.standing if body.short_name}
    return {
        name: Series.objects.create(
            lead=leads[short].node, name=name, theme=year.terms["theme", theme], is_sample=True,
            about=f"{leads[short].name}的系列活动（样例）",
        )
        for name, (short, _titles, _field, theme, _group) in NAMED.items()
        if short in leads
    }  # fmt: skip


def plan_year(year: Year, series: dict[str, Series], count: int) -> None:
    """Activities one after the other until there are sessions enough."""
    random, streets = year.random, list(FILED_BY_STREET)
    leads = {body.short_name: body for body in year.scene.standing if body.short_name}
    for name, one in series.items():
        short, titles, code, theme, group = NAMED[name]
        for step in range(max(1, int(count * NAMED_SESSIONS / len(series) / 4))):
            kind = Kind(titles[step % len(titles)], code, theme, group, "group", size=(14, 36))
            enter(year, kind, leads[short], one, sessions=4)
    kinds, shares = list(KINDS), [kind.share for kind in KINDS]
    lengths, often = zip(*LENGTHS, strict=True)
    while len(year.sessions) < count:
        street = random.choices(streets, list(FILED_BY_STREET.values()))[0]
        body = random.choice(year.bodies[street])
        kind = random.choices(kinds, shares)[0]
        enter(year, kind, body, None, sessions=random.choices(lengths, often)[0])


def enter(
    year: Year, kind: Kind, body: Organisation, series: Series | None, *, sessions: int
) -> None:
    """An activity whose sessions fall around a day of the year; those beyond its ends are not held."""
    random, step = year.random, year.random.choice((7, 7, 7, 14))
    begins = year.day() - timedelta(days=step * random.randrange(sessions))
    title = f"{series.name} · {kind.title}" if series else kind.title
    place = body.community or body.node
    activity = Activity(
        series=series, place=place, lead=body.node, organisation=body, title=title,
        field=year.terms["field", kind.field], theme=year.terms["theme", kind.theme],
        method=year.terms["method", kind.method], expected=sum(kind.size) // 2,
        for_minors=kind.group == "child", checked_on=begins - timedelta(days=60),
        planned_at=at(begins - timedelta(days=20), 10), submitted_at=at(begins - timedelta(days=15), 10),
        published_at=at(begins - timedelta(days=12), 10), about=f"{title}，免费参加（样例）。",
        is_sample=True,
    )  # fmt: skip
    ACTIVITY.begin(activity, "counted", at=at(begins, 12))
    kept: list[Session] = []
    for number in range(sessions):
        on = begins + timedelta(days=step * number)
        if year.calendar.is_holiday(on) and random.random() > HOLIDAY_SHARE:
            on += timedelta(days=ON_HOLIDAY_TRIES)
        if year.first <= on < year.last:
            kept.append(held(year, activity, kind, on, number, sessions))
    if kept:
        year.activities.append(activity)
        year.sessions += kept
        sides(year, activity, body)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def sides(year: Year, activity: Activity, body: Organisation) -> None:
    """The lead; in two of five a co-host: the community, the centre, or a body next door."""
    year.shares.append(share(activity, activity.lead, body, "lead"))
    random = year.random
    if body.street is None or random.random() > 0.4:  # noqa: PLR2004
        return
    nodes: list[tuple[Node, Organisation | None]] = [
        (activity.place, None),
        (year.scene.nodes[f"{body.street}社会组织服务中心"], None),
    ]
    mate = random.choice(year.bodies[body.street.name])
    if mate.pk != body.pk:
        nodes.append((mate.node, mate))
    for number, (node, mate_body) in enumerate(random.sample(nodes, random.choice((1, 1, 2)))):
        role = "support" if mate_body is None else ("host", "cohost")[number % 2]
        year.shares.append(share(activity, node, mate_body, role))


def share(activity: Activity, node: Node, body: Organisation | None, role: str) -> Cohost:
    row = Cohost(
        activity=activity, node=node, organisation=body, role=role, people=3,
        invited_at=activity.planned_at, accepted_at=activity.planned_at,
    )  # fmt: skip
    return COHOST.begin(row, "accepted", at=activity.planned_at)


def held(year: Year, activity: Activity, kind: Kind, on: date, number: int, of: int) -> Session:
    random = year.random
    start = at(on, random.choice(kind.hours), random.choice((0, 0, 30)))
    title = f"{activity.title}（第 {number + 1} 次）" if of > 1 else activity.title
    place = activity.place
    end = start + timedelta(minutes=random.choice((60, 90, 90, 120)))
    row = Session(
        activity=activity, title=title, place=place, street=place.parent, community=place,
        venue=f"{place}{random.choice(('活动室', '党群服务中心', '文化广场', '共享空间'))}",
        starts_at=start, ends_at=end, on=on, month=f"{on:%Y-%m}", capacity=None, is_sample=True,
        needs_sign_up=False, summary=f"{title}如期开展，居民参与积极（样例）。", started_at=start,
    )  # fmt: skip
    SESSION.begin(row, "recording", at=end)
    row.due_on = None
    return row


def write(year: Year) -> None:
    Activity.objects.bulk_create(year.activities, batch_size=BATCH)
    Cohost.objects.bulk_create(year.shares, batch_size=BATCH)
    Session.objects.bulk_create(year.sessions, batch_size=BATCH)
