"""The sample's pipeline: sixty bodies in four houses, in every state, some of them late."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from changle.core.log import LogEntry
from changle.core.periods import shifted
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.services.commons.models import Centre
from changle.services.incubation.lifecycle import INCUBATEE
from changle.services.incubation.models import (
    DIMENSIONS,
    Appraisal,
    Call,
    Diagnosis,
    FollowUp,
    Incubatee,
    Mentor,
    Mentoring,
    Sheet,
)
from changle.site.demo.growing import DAY, Hand, left, scored, served, teach
from changle.site.demo.leases import HOUSES
from changle.site.demo.scene import Scene


S = Incubatee.State
# A state, the deed that leads to it, and the days that a body stays in it.
WAY = (
    (S.APPLIED, "apply", 4), (S.REVIEW, "accept", 9), (S.PUBLICISED, "publicise", 8),
    (S.ADMITTED, "admit", 7), (S.AGREED, "sign", 5), (S.DIAGNOSING, "diagnose", 9),
    (S.INCUBATING, "start", 175), (S.MIDTERM, "midterm", 9), (S.INCUBATING, "continue", 165),
    (S.EXIT_REVIEW, "exit_review", 30), (S.FOLLOW_UP, "graduate", 366), (S.CLOSED, "close", 0),
)  # fmt: skip
ASIDE = {
    S.RETURNED: (1, ((S.RETURNED, "return"),)),
    S.REJECTED: (2, ((S.REJECTED, "reject"),)),
    S.WITHDRAWN: (7, ((S.WITHDRAWN, "withdraw"),)),
    S.PROBATION: (8, ((S.PROBATION, "probation"),)),
    S.HANDING_OVER: (7, ((S.HANDING_OVER, "force_out"),)),
    S.FORCED_EXIT: (7, ((S.HANDING_OVER, "force_out"), (S.FORCED_EXIT, "hand_over"))),
}  # fmt: skip
# A state, how far along the way where it comes twice, and the days since of each body in it.
TODAY: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    (S.APPLIED, 1, (1, 2, 4, 13)), (S.RETURNED, 0, (3,)), (S.REVIEW, 2, (1, 3, 6, 9, 15)),
    (S.PUBLICISED, 3, (2, 5)), (S.ADMITTED, 4, (3, 9, 31)), (S.AGREED, 5, (2, 8)),
    (S.DIAGNOSING, 6, (3, 6, 24)), (S.INCUBATING, 7, (12, 30, 55, 80, 110, 140, 160, 190)),
    (S.MIDTERM, 8, (2, 6, 21)), (S.PROBATION, 0, (10, 48)),
    (S.INCUBATING, 9, (15, 40, 75, 100, 120, 155)), (S.EXIT_REVIEW, 10, (4, 12, 70)),
    (S.FOLLOW_UP, 11, (20, 60, 105, 150, 210, 300)), (S.CLOSED, 12, (30, 120, 300, 420)),
    (S.REJECTED, 0, (25, 200, 380)), (S.WITHDRAWN, 0, (90, 260)), (S.HANDING_OVER, 0, (9,)),
    (S.FORCED_EXIT, 0, (100, 330)),
)  # fmt: skip
MENTORS = ("样例导师甲", "样例导师乙", "样例导师丙")
EXPERTS = ("丁", "戊", "己", "庚", "辛")
PLANS = (
    "为小区老年人提供助餐、陪诊和节日活动，两年内形成稳定的志愿者队伍。",
    "放学后的儿童托管和兴趣小组，做到每周三次，家长参与管理。",
    "楼院环境和垃圾分类自治，培训楼门长，建立议事规则。",
    "为新就业群体提供歇脚、法律咨询和技能课程。",
)


def furnish(scene: Scene) -> None:
    houses = [
        house
        for street in HOUSES
        if (house := Centre.objects.filter(
            node__parent__name=street, node__kind="centre"
        ).select_related("node").order_by("pk").first())
    ]  # fmt: skip
    if not houses:
        return
    hand = Hand(scene, experts_of(scene))
    for house in houses:
        open_house(hand, house)
    bodies = {house.pk: bodies_of(scene, house) for house in houses}
    turn = 0
    for state, place, ages in TODAY:
        for age in ages:
            house = houses[turn % len(houses)]
            turn += 1
            body = next(bodies[house.pk], None)
            if body is not None:
                grow(hand, house, body, path_to(state, place), age)
    own = next((one for one in scene.standing if one.short_name == "秋文社工"), None)
    if own is not None:  # whose people try the pages
        grow(hand, houses[0], own, path_to(S.INCUBATING, 7), 40)
    hand.write(Sheet, Diagnosis, Appraisal, FollowUp, Mentoring, LogEntry)
    for house in houses[:2]:
        teach(hand, house)


def experts_of(scene: Scene) -> list[User]:
    """Five beside the one whose account is for trying."""
    root = next(iter(scene.nodes.values()))
    while root.parent is not None:
        root = root.parent
    people = []
    for n, name in enumerate(EXPERTS, start=2):
        user = User(
            username=f"zhuanjia-{n}", name=f"样例专家{name}", joined_at=scene.now, is_sample=True
        )
        user.set_unusable_password()
        user.save()
        Grant.objects.create(
            user=user, node=root, role="EXP", post="评审专家", starts_on=date(2021, 1, 1),
            reason="样例", recorded_at=scene.now,
        )  # fmt: skip
        people.append(user)
    return people


def open_house(hand: Hand, house: Centre) -> None:
    """A call each half-year, the last still open; three mentors."""
    today = hand.scene.today
    hand.calls[house.pk] = [
        Call.objects.create(
            centre=house, title=f"{starts.year} 年{'上' if starts.month <= 6 else '下'}半年入驻招募",  # noqa: PLR2004  June
            opens_on=starts, closes_on=ends, conditions=["move_in"], places=10, virtual_places=10,
        )
        for months in range(-36, 1, 6)
        for starts in [shifted(today, months)]
        for ends in [starts + 60 * DAY]
    ]  # fmt: skip
    codes = list(DIMENSIONS)
    hand.mentors[house.pk] = Mentor.objects.bulk_create(
        Mentor(
            centre=house, name=name, about="从事社会组织工作十年以上（样例）",
            dimensions=codes[n * 3 : n * 3 + 3],
        )
        for n, name in enumerate(MENTORS)
    )  # fmt: skip


def bodies_of(scene: Scene, house: Centre) -> Iterator[Organisation]:
    """Small bodies of the street, each once: two filed groups to one registered body."""
    here = [
        one
        for one in scene.standing
        if one.street_id == house.node.parent_id
        and one.state == "active"
        and one.short_name != "秋文社工"
    ]
    filed = iter([one for one in here if one.kind == "BA"][5:])
    registered = iter([one for one in here if one.kind != "BA"][1:])
    while True:
        taken = [
            one for one in (next(filed, None), next(filed, None), next(registered, None)) if one
        ]
        if not taken:
            return
        yield from taken


def path_to(state: str, place: int) -> list[tuple[str, str, int]]:
    """The states up to one with their deeds; the days of the last are its age."""
    if place:
        return list(WAY[:place])
    length, rest = ASIDE[S(state)]
    return [*WAY[:length], *((one, deed, 12) for one, deed in rest)]


def grow(
    hand: Hand, house: Centre, body: Organisation, path: Sequence[tuple[str, str, int]], age: int
) -> None:
    """A body as its deeds would have left it, `age` days after the last of them."""
    days = [age]
    for _state, _deed, stay in reversed(path[:-1]):
        days.append(
            days[-1] + max(1, stay + hand.scene.random.randrange(-stay // 4, stay // 4 + 1))
        )
    since = [hand.scene.today - ago * DAY for ago in reversed(days)]
    when = {deed: day for (_state, deed, _stay), day in zip(path, since, strict=True)}
    row = Incubatee(
        call=call_at(hand, house, since[0]), organisation=body, plan=hand.scene.random.choice(PLANS),
        is_virtual=hand.scene.random.random() < 0.4, applied_at=hand.at(since[0], 9),  # noqa: PLR2004
        **facts(when),
    )  # fmt: skip
    INCUBATEE.begin(row, path[-1][0], at=hand.at(since[-1])).save()
    told = ""
    for (state, deed, _stay), day in zip(path, since, strict=True):
        hand.put(LogEntry(
            at=hand.at(day), actor_id=0, actor_name="样例", verb=deed, source=told, target=state,
            subject_label=Incubatee._meta.label, subject_id=str(row.pk), subject_text=str(row),
            path=house.node.path or "",
        ))  # fmt: skip
        told = state
    judged(hand, row, when)
    served(hand, house, row, when)
    left(hand, row, when)


def call_at(hand: Hand, house: Centre, day: date) -> Call:
    calls = hand.calls[house.pk]
    return next((one for one in reversed(calls) if one.opens_on <= day), calls[0])


def facts(when: dict[str, date]) -> dict[str, Any]:
    told: dict[str, Any] = {"admitted_on": when.get("admit"), "graduated_on": when.get("graduate")}
    if "sign" in when:
        told |= {"starts_on": when["sign"], "ends_on": shifted(when["sign"], 12)}
    if "exit_review" in when:
        told["round"] = 1
    if "force_out" in when:
        told["exit_ground"] = "idle"
    if "hand_over" in when:
        told |= {"left_on": when["hand_over"], "handed_over": "钥匙一把，账目和服务记录各一册"}
    if "withdraw" in when:
        told["left_on"] = when["withdraw"]
    return told


def judged(hand: Hand, row: Incubatee, when: dict[str, date]) -> None:
    """The panels: complete where the body went on, half of them in where it waits."""
    for deed, then, turn, card in (
        ("accept", ("publicise", "reject"), 0, "admission"),
        ("exit_review", ("graduate",), 1, "exit"),
    ):
        if deed not in when:
            continue
        done = any(one in when for one in then)
        share = 0.55 if "reject" in when else 0.85
        for n, expert in enumerate(hand.scene.random.sample(hand.experts, 3)):
            given = done or n < hand.scene.random.randrange(3)
            hand.put(Sheet(
                incubatee=row, reviewer=expert, round=turn,
                scores=scored(hand, card, share) if given else {},
                submitted_at=hand.at(when[deed] + 3 * DAY) if given else None,
            ))  # fmt: skip
