"""Make the sample district: the same day and database give the same district."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from changle.core.engine import refresh_statistics
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.actions import (
    Draft,
    add_many,
    convert_organisation,
    move,
    rename_organisation,
)
from changle.ground.registry.models import ClassItem, OfficialFact, Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for, district
from changle.site.demo import (
    activities,
    annual,
    bases,
    commons,
    credit,
    custody,
    exchange,
    filing,
    incubation,
    leases,
    loans,
    matters,
    merging,
    people,
    places,
    posts,
    reports,
    things,
)
from changle.site.demo.bodies import Maker, at_close
from changle.site.demo.scene import Scene


Say = Callable[[int, int, str], None]
STEPS = 7
ROOMS: tuple[Callable[[Scene], None], ...] = (
    posts.furnish,
    custody.furnish,
    credit.furnish,
    matters.furnish,
    annual.furnish,
    filing.furnish,
    merging.furnish,
    commons.furnish,
    things.furnish,
    loans.furnish,
    leases.furnish,
    bases.furnish,
    exchange.furnish,
    activities.furnish,
    incubation.furnish,
    reports.furnish,
)  # in this order, each on what stands before it


class DemoRefused(Refused):
    """The sample district is only made where there is nothing yet."""


@transaction.atomic
def make(*, now: datetime, say: Say) -> None:
    if district() is not None:
        raise DemoRefused("这里已有辖区，样例区只能建在空的数据库里。")
    today = timezone.localdate(now)
    random = Random(610112)  # noqa: S311  a sample, not a secret
    say(0, STEPS, "街道、社区与工作日历")
    nodes = places.plant(now=now)
    classes = {(item.list, item.name): item for item in ClassItem.objects.order_by("pk")}
    maker = Maker(random, nodes, classes)
    by = Actor(name="样例", reach=everything(nodes))
    say(1, STEPS, "登记的社会组织与备案的社区社会组织")
    standing = add_many(drafts=list(at_close(maker)), by=by, now=now)
    refresh_statistics()  # or a planner that remembers empty tables makes minutes of what follows
    say(2, STEPS, "账户与授权")
    nodes["秋文"] = next(o.node for o in standing if o.short_name == "秋文社工")
    accounts = people.invite(nodes, today=today, now=now)
    by = actor_for(accounts["qu"])
    say(3, STEPS, "历年变动")
    past(maker, by=by, now=now)
    say(4, STEPS, "最近八周")
    recent(maker, standing, today=today, by=by, now=now)
    say(5, STEPS, "年检、等级与名录")
    facts(random, standing, now=now)
    say(6, STEPS, "备案、人员、信用与报告")
    scene = Scene(random, nodes, classes, accounts, standing, today, now, by)
    for furnish in ROOMS:
        furnish(scene)
    say(STEPS, STEPS, "完成")


def everything(nodes: dict[str, Node]) -> dict[str, tuple[str, ...]]:
    """What the hand that makes the sample may do, before anybody has a grant."""
    root = str(nodes["西安市未央区"].path)
    return dict.fromkeys(
        ("organisation.view", "organisation.edit", "organisation.move", "node.edit"), (root,)
    )


def past(maker: Maker, *, by: Actor, now: datetime) -> None:
    """Bodies that had ended before the close of 2021: what the table of stocks calls 注销 and 撤销."""
    gone = [("MF", "教育", 2021), ("MF", "民政", 2021), ("ST", "文体", 2021), ("MF", "文体", 2020),
            ("MF", "教育", 2019), ("ST", "科技", 2019), ("MF", "卫健", 2018)]  # fmt: skip
    drafts = [
        maker.registered(
            kind,
            field,
            maker.name(field, {field: ["服务中心" if kind == "MF" else "协会"]}),
            maker.day(2008, 2015),
        )
        for kind, field, _year in gone
    ]
    for organisation, (_kind, _field, year) in zip(
        add_many(drafts=drafts, by=by, now=now), gone, strict=True
    ):
        on = maker.day(year, year)
        if year == 2020:  # noqa: PLR2004  one of them lost its registration
            move(organisation.pk, "revoke", by=by, now=now, on=on, note="样例：被撤销登记")
        else:
            move(
                organisation.pk,
                "liquidate",
                by=by,
                now=now,
                on=on - timedelta(days=40),
                note="样例：开始清算",
            )
            move(organisation.pk, "deregister", by=by, now=now, on=on, note="样例：清算结束")


def recent(
    maker: Maker, standing: list[Organisation], *, today: date, by: Actor, now: datetime
) -> None:
    """Eight weeks of ordinary work; the registered are as many at its end as at its beginning."""
    ago = {week: today - timedelta(weeks=week, days=1) for week in range(9)}
    units = [o for o in standing if o.kind == "MF" and not o.short_name]
    for organisation, week in zip(maker.random.sample(units, 2), (7, 5), strict=True):
        move(organisation.pk, "liquidate", by=by, now=now, on=ago[8], note="样例：开始清算")
        move(organisation.pk, "deregister", by=by, now=now, on=ago[week], note="样例：清算结束")
    filed = [o for o in standing if o.kind == "BA"]
    for organisation, week in zip(maker.random.sample(filed, 4), (8, 6, 3, 1), strict=True):
        move(organisation.pk, "cancel", by=by, now=now, on=ago[week], note="样例：成员迁离")
    for organisation in maker.random.sample([o for o in filed if o.ended_on is None], 3):
        move(organisation.pk, "pause", by=by, now=now, on=ago[2], note="样例：场地维修")
    drafts: list[Draft] = [
        maker.registered(
            "MF", "社会问题", maker.name("社会问题", {"社会问题": ["心理服务中心"]}), ago[4]
        )
    ]
    seats = [maker.seat() for _each in range(16)]
    drafts += [maker.filed(seat, ago[number % 8]) for number, seat in enumerate(seats[:12])]
    drafts += [maker.team(seat, ago[number]) for number, seat in enumerate(seats[12:])]
    add_many(drafts=drafts, by=by, now=now)
    team = next(o for o in filed if o.name.endswith("为老服务队") and o.state == "active")
    convert_organisation(
        pk=team.pk, kind="MF", uscc=maker.uscc("MF"), on=ago[2], by=by, now=now,
        name=f"西安市未央区{team.community.label if team.community else ''}为老服务中心",
    )  # fmt: skip
    dance = next(o for o in filed if o.name.endswith("舞蹈队") and o.state == "active")
    rename_organisation(pk=dance.pk, name=f"{dance.name[:-3]}艺术团", on=ago[1], by=by, now=now)


def facts(random: Random, standing: list[Organisation], *, now: datetime) -> None:
    registered = [o for o in standing if o.is_registered]
    common = {"authority": "未央区民政局", "source": "样例", "recorded_at": now}
    results = random.choices(["合格", "基本合格", "不合格"], [92, 6, 2], k=len(registered))
    rows = [
        OfficialFact(organisation=o, kind="inspection", year=2020, result=result, **common)
        for o, result in zip(registered, results, strict=True)
        if o.registered_on and o.registered_on.year < 2020  # noqa: PLR2004
    ]
    rows += [
        OfficialFact(
            organisation=o, kind="grade", year=2020, result=random.choice(["5A", "4A", "3A", "3A"]),
            starts_on=date(2020, 12, 1), ends_on=date(2025, 12, 1), **common,
        )
        for o in random.sample(registered, 36)
    ]  # fmt: skip
    rows += [
        OfficialFact(
            organisation=o, kind="abnormal", year=2021, result="未按规定报送年度工作报告",
            starts_on=date(2021, 8, 2), **common,
        )
        for o in random.sample([o for o in registered if not o.short_name], 3)
    ]  # fmt: skip
    OfficialFact.objects.bulk_create(rows, batch_size=500)
