"""What grows in the sample's houses: needs, plans, services, appraisals, visits, courses."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from changle.core.periods import shifted
from changle.ground.accounts.models import User
from changle.services.activities.models import Session
from changle.services.commons.models import Centre
from changle.services.incubation.lifecycle import PLAN_ITEM
from changle.services.incubation.models import (
    DIMENSIONS,
    Appraisal,
    Call,
    Course,
    CourseSession,
    Delivery,
    Diagnosis,
    FollowUp,
    Incubatee,
    Mentor,
    Mentoring,
    PlanItem,
)
from changle.services.incubation.queries.growing import Facts, met, rules
from changle.services.incubation.queries.leaving import FOLLOW_UP_MONTHS
from changle.services.incubation.queries.scoring import points_of, rubric
from changle.site.demo.scene import Scene


S = Incubatee.State
DAY = timedelta(days=1)
TOPICS = ("现场辅导", "材料修改", "模拟演练", "小组讨论", "一对一答疑")


@dataclass
class Hand:
    """What the furnishing needs again and again; rows of one kind are written together."""

    scene: Scene
    experts: list[User]
    calls: dict[int, list[Call]] = field(default_factory=dict)
    mentors: dict[int, list[Mentor]] = field(default_factory=dict)
    rows: dict[type[Any], list[Any]] = field(default_factory=dict)

    def at(self, day: date, hour: int = 10) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour)))

    def put(self, *rows: Any) -> None:
        for row in rows:
            self.rows.setdefault(type(row), []).append(row)

    def write(self, *kinds: type[Any]) -> None:
        for kind in kinds:
            kind._default_manager.bulk_create(self.rows.pop(kind, []), batch_size=500)


def scored(hand: Hand, card: str, share: float) -> dict[str, int]:
    return {
        code: max(0, min(most, round(most * (share + hand.scene.random.uniform(-0.1, 0.1)))))
        for code, most in points_of(rubric(card, 1)).items()
    }


def served(hand: Hand, house: Centre, row: Incubatee, when: dict[str, date]) -> None:
    """Both views of the needs, the plan by the rules, and what was given until today."""
    if "diagnose" not in when or row.state == S.AGREED:
        return
    start, random = when["diagnose"] + 2 * DAY, hand.scene.random
    first = {code: random.randrange(1, 4) for code in DIMENSIONS}
    look(hand, row, first, min(start, hand.scene.today))
    if "start" not in when:
        return
    hand.put(Mentoring(
        incubatee=row, mentor=random.choice(hand.mentors[house.pk]), starts_on=when["start"]
    ))  # fmt: skip
    if "continue" in when:
        look(hand, row, {code: min(5, level + random.randrange(3)) for code, level in first.items()},
             when["continue"])  # fmt: skip
    end = min(hand.scene.today, *(when[one] for one in ("graduate", "withdraw", "force_out")
                                  if one in when), row.ends_on or hand.scene.today)  # fmt: skip
    low = {code: (level, "中心评估") for code, level in first.items()}
    known = Facts(row, low, {"charter", "bank", "sessions"})
    for rule in rules():
        if not (why := met(rule["when"], known)):
            continue
        item = PlanItem(
            incubatee=row, kind=rule["kind"], title=rule["title"], rule=rule["code"], why=why[:300],
            minutes=rule["minutes"], provider=house.name, wanted_by=shifted(when["start"], 6),
            amount_fen=500_000 if rule["kind"] == "grant" else 0,
        )  # fmt: skip
        roll = random.random()
        over = end >= shifted(when["start"], 6)
        state = "dropped" if roll < 0.2 else "done" if over and roll < 0.7 else "chosen"  # noqa: PLR2004
        PLAN_ITEM.begin(item, state, at=hand.at(when["start"])).save()
        if state != "dropped":
            given(hand, item, when["start"], end, done=state == "done")


def look(hand: Hand, row: Incubatee, levels: dict[str, int], on: date) -> None:
    random = hand.scene.random
    for side in Diagnosis.Side.values:
        told = {
            code: max(0, min(5, level + (random.randrange(2) if side == "body" else 0)))
            for code, level in levels.items()
        }
        hand.put(Diagnosis(incubatee=row, side=side, on=on, levels=told, made_at=hand.at(on)))


def given(hand: Hand, item: PlanItem, first: date, last: date, *, done: bool) -> None:
    random, span = hand.scene.random, max(1, (last - first).days)
    for n in range(random.randrange(1, 4) if done else random.randrange(3)):
        on = min(last, first + random.randrange(span) * DAY)
        waits = not done and on > hand.scene.today - 14 * DAY
        hand.put(Delivery(
            incubatee=item.incubatee, item=item, on=on, minutes=random.choice((60, 90, 120, 180)),
            provider=item.provider, topic=f"{item.title}：{TOPICS[n]}", recorded_at=hand.at(on, 17),
            confirmed_at=None if waits else hand.at(min(on + 2 * DAY, hand.scene.today), 9),
            satisfaction=None if waits else random.choice((3, 4, 4, 5, 5, 5)),
        ))  # fmt: skip


def left(hand: Hand, row: Incubatee, when: dict[str, date]) -> None:
    if "midterm" in when:
        scores = scored(hand, "midterm", 0.5 if row.state == S.PROBATION else 0.8)
        done = {"continue", "probation"} & set(when)
        told = {
            "scores": scores, "total": sum(scores.values()), "remark": "样例意见",
            "scored_at": hand.at(when["midterm"] + 5 * DAY),
        } if done else {}  # fmt: skip
        hand.put(Appraisal(
            incubatee=row, stage="midterm", report="每月活动不少于一次，账目公开（样例）。",
            reported_at=hand.at(when["midterm"] + DAY), **told,
        ))  # fmt: skip
    if "probation" in when:
        hand.put(Appraisal(incubatee=row, stage="midterm", round=2))
    if "exit_review" in when:
        told = {"remark": "评审组一致同意出壳（样例）", "scored_at": hand.at(when["graduate"])} if (
            "graduate" in when
        ) else {}  # fmt: skip
        hand.put(Appraisal(
            incubatee=row, stage="exit", report="治理、服务和财务已能独立运转（样例）。",
            reported_at=hand.at(when["exit_review"] + 2 * DAY), **told,
        ))  # fmt: skip
    if row.graduated_on is None:
        return
    for month in FOLLOW_UP_MONTHS:
        due = shifted(row.graduated_on, month)
        # One visit of those that are due is late.
        late = not row.pk % 3 and month == FOLLOW_UP_MONTHS[0]
        visited = row.state == S.CLOSED or (not late and due + 3 * DAY < hand.scene.today)
        hand.put(FollowUp(
            incubatee=row, month=month, due_on=due,
            **({"done_on": min(due + 2 * DAY, hand.scene.today), "is_alive": row.pk % 7 != 0,
                "note": "电话回访，活动照常（样例）"} if visited else {}),
        ))  # fmt: skip


def teach(hand: Hand, house: Centre) -> None:
    """A course of the sessions that were held at the house or in its street."""
    hand.write(Delivery)
    course = Course.objects.create(
        centre=house, title="社会组织财务入门", content="票据、记账、公开；现场练习。",
        organiser=house.name, minutes=240, least_share=50,
    )  # fmt: skip
    held = Session.objects.filter(state__in=Session.COUNTING, lesson__isnull=True).filter(
        place__path__under=house.node.parent.path if house.node.parent else house.node.path
    )
    CourseSession.objects.bulk_create(
        CourseSession(course=course, session=one) for one in held.order_by("-on", "pk")[:4]
    )
