"""The sample's exchange: partners, offers and requests in all states, uses of a year, gifts in kind.

All units are invented; what lies in the past is written straight into the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from changle.core.codes import organisation_check, uscc_check
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for
from changle.services.exchange.actions.asking import RequestDraft, ask, move_request
from changle.services.exchange.actions.offering import OfferDraft, move_offer, offer, verify
from changle.services.exchange.actions.using import move_use, reserve
from changle.services.exchange.lifecycle import USE
from changle.services.exchange.models import Offer, Partner, Request, ResourceKind, Use
from changle.services.exchange.queries.free import moment
from changle.services.exchange.queries.kinds import seed_kinds
from changle.services.exchange.queries.seats import Party
from changle.site.demo import gifts
from changle.site.demo.scene import Scene


STREETS = ("张家堡街道", "辛家庙街道")
PARTNERS = [  # name, nature, street, what it can give
    ("长安示例百货有限公司", "C", 0, "大屏幕、停车场、节日物资"),
    ("未央示例中学", "B", 0, "操场、阶梯教室、退休教师"),
    ("示例银行张家堡支行", "C", 0, "金融知识讲师"),
    ("示例律师事务所", "D", 0, "律师每周六下午咨询"),
    ("示例公交公司三车队", "C", 1, "中巴车、安全员"),
    ("辛家庙示例医院", "B", 1, "义诊医师"),
    ("示例派出所", "A", 1, "反诈宣传"),
    ("示例物流园", "C", 1, "仓库、叉车、搬运志愿者"),
]
OFFERS = [  # giver (body or partner's place in the list), kind, title, quantity, unit, gift, days, state
    ("秋文", "vehicle", "九座面包车（带司机）", 1, "辆", False, (5,), "listed"),
    ("秋文", "expert", "社工督导时间", 2, "人", False, (2, 4), "listed"),
    (0, "goods", "户外帐篷", 12, "顶", False, (), "listed"),
    (0, "media", "商场外墙大屏公益时段", 4, "次", False, (), "listed"),
    (1, "venue", "学校操场（周末）", 1, "处", False, (5, 6), "listed"),
    (2, "expert", "防诈骗与理财讲师", 3, "人", False, (), "listed"),
    (3, "expert", "律师咨询", 2, "人", False, (5,), "listed"),
    (4, "vehicle", "十九座中巴车", 2, "辆", False, (5, 6), "listed"),
    (5, "team", "义诊医疗队", 1, "支", False, (6,), "listed"),
    (0, "goods", "节日礼盒（库存）", 200, "份", True, (), "listed"),
    (7, "goods", "搬运推车", 6, "辆", False, (), "offered"),
    ("秋文", "goods", "移动音响", 2, "套", False, (), "offered"),
    (6, "policy", "反诈案例资料包", 50, "份", True, (), "verified"),
    (1, "goods", "旧课桌椅", 40, "套", True, (), "refused"),
    ("秋文", "policy", "项目书模板与培训课件", 10, "份", True, (), "closed"),
    (2, "goods", "点钞练习机", 1, "台", False, (), "expired"),
    ("秋文", "goods", "展架", 8, "个", False, (), "withdrawn"),
]  # fmt: skip
REQUESTS = [  # asker, kind, title, quantity, unit, weekday, state
    ("秋文", "goods", "重阳活动用帐篷六顶", 6, "顶", None, "open"),
    ("方新", "vehicle", "接老人体检的中巴车", 1, "辆", 5, "matched"),
    ("方新", "goods", "换届会场的推车", 2, "辆", None, "expired"),
    ("方新", "expert", "物业纠纷咨询律师", 1, "人", 5, "open"),
    ("秋文", "media", "公益电影周宣传", 2, "次", None, "fulfilled"),
    ("方新", "team", "独居老人家政帮扶队", 1, "支", None, "withdrawn"),
]
BODY, COMMUNITY, STREET = "zuzhi-qiuwen", "shequ-fangxin", "jie-zhangjiabu"
VAN, BUS = "九座面包车（带司机）", "十九座中巴车"
TENTS, BOXES = "户外帐篷", "节日礼盒（库存）"
NOTES = {"give_back": "完好", "report": "一根支杆折断"}
LENT = (("accept", STREET), ("hand_over", STREET))
NOW_USED = [  # offer, who takes, in how many days (cars: after Saturday), how many, what for, moves
    (VAN, COMMUNITY, 0, 1, "接送独居老人体检", (("accept", BODY),)),
    (VAN, COMMUNITY, 7, 1, "社区邻里节接送", ()),
    (BUS, COMMUNITY, 0, 1, "接老人体检", ()),
    (TENTS, BODY, 6, 4, "义卖市集", (("accept", STREET),)),
    (TENTS, COMMUNITY, 8, 3, "换季义诊", (("cancel", COMMUNITY),)),
    (TENTS, BODY, 1, 2, "户外课堂", LENT),
    (TENTS, COMMUNITY, 2, 2, "便民服务日", (*LENT, ("give_back", COMMUNITY))),
    (TENTS, BODY, 3, 1, "亲子露营日", (*LENT, ("report", STREET))),
    (BOXES, COMMUNITY, 1, 60, "慰问独居老人", (("accept", STREET), ("give", STREET))),
]
PURPOSES = (
    "接送独居老人体检",
    "社区邻里节",
    "亲子运动会",
    "便民服务日",
    "青年志愿者培训",
    "重阳慰问",
)


@dataclass
class Stage:
    """What the rows are hung on."""

    scene: Scene
    streets: list[Node]
    kinds: dict[str, ResourceKind]
    partners: list[Partner]
    known: Organisation
    fangxin: Node

    def party(self, who: object) -> Party:
        if isinstance(who, int):
            row = self.partners[who]
            return Party(row.node, None, row)
        if who == "方新":
            return Party(self.fangxin)
        return Party(self.known.node, self.known)


def furnish(scene: Scene) -> None:
    seed_kinds()
    known = next(one for one in scene.standing if one.short_name == "秋文社工")
    stage = Stage(
        scene, [scene.nodes[name] for name in STREETS],
        {one.code: one for one in ResourceKind.objects.order_by("sort")}, [],
        Organisation.objects.select_related("node__parent", "street").get(pk=known.pk),
        scene.nodes["张家堡街道/方新社区"],
    )  # fmt: skip
    stage.partners.extend(partners(stage))
    rows = [offered(stage, number, facts) for number, facts in enumerate(OFFERS)]
    asked(stage)
    used(stage, rows)
    now_used(stage, rows)
    gifts.furnish(scene, stage.streets, stage.partners, stage.known)


def partners(stage: Stage) -> Iterator[Partner]:
    now, today = stage.scene.now, stage.scene.today
    for number, (name, nature, street, about) in enumerate(PARTNERS):
        begun = today - timedelta(days=400 - 20 * number)
        yield Partner.objects.create(
            node=stage.streets[street], street=stage.streets[street], name=name, nature=nature,
            uscc=code(number), about=about, address=f"{STREETS[street]}示例路{number + 1}号",
            contact_name=f"{'周吴郑王冯陈褚卫'[number]}示例", contact_phone=f"1390001{number:04d}",
            staff_count=40 + 60 * number, area=500 + 900 * number, settled_on=begun - timedelta(days=900),
            agreement_number=f"样例共建〔{begun.year}〕{number + 1:02d}号", starts_on=begun,
            ends_on=today + timedelta(days=25) if number == 3 else begun + timedelta(days=1096),  # noqa: PLR2004  one ends soon
            recorded_at=now, changed_at=now, is_sample=True,
        )  # fmt: skip


def code(number: int) -> str:
    """With both checks right, of no real unit."""
    body = f"MK{number:06d}"
    text = f"91610112{body}{organisation_check(body)}"
    return text + uscc_check(text)


def offered(stage: Stage, number: int, facts: tuple[Any, ...]) -> Offer:
    """A row of the table above."""
    who, kind, title, quantity, unit, is_gift, days, state = facts
    scene, party = stage.scene, stage.party(who)
    by = actor_for(scene.accounts["zuzhi-qiuwen"]) if who == "秋文" else scene.by
    waiting = state == "offered"
    then = scene.now - timedelta(days=2 if waiting else 170 - 9 * number)
    draft = OfferDraft(
        kind=stage.kinds[kind], title=title, quantity=quantity, unit=unit, is_gift=is_gift,
        starts_on=then.date(), ends_on=scene.today + timedelta(days=200 + number),
        about="样例数据：供本区社会组织、社区和服务中心办公益活动使用。", place="样例地址，约定后告知",
        conditions="爱惜使用，按时归还。" if not is_gift else "限公益用途，领取时登记。",
        contact_name=f"{'孙李周吴'[number % 4]}示例", contact_phone=f"1380002{number:04d}",
        times=tuple((day, time(8), time(18)) for day in days),
    )  # fmt: skip
    row = offer(party=party, draft=draft, by=by, now=then)
    Offer.objects.filter(pk=row.pk).update(is_sample=True)
    street = "jie-xinjiamiao" if row.street_id == stage.streets[1].pk else "jie-zhangjiabu"
    checker = actor_for(scene.accounts[street])
    if state == "refused":
        move_offer(
            pk=row.pk,
            name="refuse",
            by=checker,
            now=then + timedelta(days=1),
            note="数量和存放地点与说明不符，请补充",
        )
    elif state == "withdrawn":
        move_offer(pk=row.pk, name="withdraw", by=by, now=then + timedelta(days=1))
    elif not waiting:
        verify(pk=row.pk, by=checker, now=then + timedelta(days=1), listing=state != "verified")
    if state == "closed":
        move_offer(pk=row.pk, name="close", by=by, now=then + timedelta(days=60))
    elif state == "expired":
        Offer.objects.filter(pk=row.pk).update(
            state="expired", due_on=None, ends_on=scene.today - timedelta(days=3)
        )
    return Offer.objects.select_related("node", "street").get(pk=row.pk)


def asked(stage: Stage) -> None:
    scene = stage.scene
    for number, (who, kind, title, quantity, unit, weekday, state) in enumerate(REQUESTS):
        name = "zuzhi-qiuwen" if who == "秋文" else "shequ-fangxin"
        by, then = actor_for(scene.accounts[name]), scene.now - timedelta(days=3 + 6 * number)
        row = ask(
            party=stage.party(who), by=by, now=then,
            draft=RequestDraft(
                kind=stage.kinds[kind], title=title, quantity=quantity, unit=unit, weekday=weekday,
                starts_on=scene.today, ends_on=scene.today + timedelta(days=35),
                about="样例数据：供推荐合适的资源。", contact_name="郑示例", contact_phone=f"1380003{number:04d}",
            ),
        )  # fmt: skip
        if state in {"fulfilled", "withdrawn"}:
            move = "fulfil" if state == "fulfilled" else "withdraw"
            move_request(pk=row.pk, name=move, by=by, now=then + timedelta(days=2))
        elif state == "expired":
            Request.objects.filter(pk=row.pk).update(
                state=state, starts_on=scene.today - timedelta(days=20), ends_on=scene.today
            )


def used(stage: Stage, rows: list[Offer]) -> None:
    """A year of closed uses, by bodies of the two streets, each on days of its offer."""
    scene, draw = stage.scene, stage.scene.random
    takers = list(
        Organisation.objects.filter(
            street__in=stage.streets, state="active", pk__in=[one.pk for one in scene.standing]
        ).exclude(pk=stage.known.pk).select_related("node").order_by("pk")[:40]
    )  # fmt: skip
    past: list[Use] = []
    for number, facts in enumerate(OFFERS):
        is_gift, days, state = facts[5:]
        if state != "listed" or is_gift:
            continue
        for week in range(1, 30):
            if draw.random() < 0.55:  # noqa: PLR2004  used every other week
                continue
            day = scene.today - timedelta(weeks=week)
            day -= timedelta(days=(day.weekday() - (days[0] if days else 5)) % 7)
            past.append(closed(rows[number], draw.choice(takers), day, draw, scene.now))
    Use.objects.bulk_create(past, batch_size=500)


def closed(row: Offer, taker: Organisation, day: date, draw: Any, now: datetime) -> Use:
    start = moment(day, time(9))
    length = draw.choice((2, 3, 4, 6))
    end = start + timedelta(hours=length)
    use = Use(
        offer=row, node=taker.node, organisation=taker, quantity=1, starts_at=start, ends_at=end,
        holds_until=end, on=day, hours=length, purpose=draw.choice(PURPOSES), reserved_at=start - timedelta(days=4),
        handed_at=start, returned_at=end, condition="完好",
    )  # fmt: skip
    USE.begin(use, Use.State.CLOSED, at=min(now, end + timedelta(days=1)))
    return use


def now_used(stage: Stage, rows: list[Offer]) -> None:
    """The weeks around today, in every state."""
    scene = stage.scene
    keys = {facts[2]: row for facts, row in zip(OFFERS, rows, strict=True)}
    hands = {name: actor_for(scene.accounts[name]) for name in (COMMUNITY, BODY, STREET)}
    places = {COMMUNITY: stage.fangxin, BODY: stage.known.node}
    saturday = (5 - scene.today.weekday()) % 7 or 7
    for title, who, days, quantity, purpose, moves in NOW_USED:
        day = scene.today + timedelta(days=saturday + days if title in {VAN, BUS} else days)
        wish = Request.objects.filter(title="接老人体检的中巴车").first() if title == BUS else None
        use = taken(stage, keys[title], places[who], hands[who], day, quantity, purpose, wish)
        for name, by in moves:
            note = NOTES.get(name, "")
            move_use(pk=use.pk, name=name, by=hands[by], now=scene.now, note=note)


def taken(
    stage: Stage,
    row: Offer,
    node: Node,
    by: Any,
    day: date,
    quantity: int,
    purpose: str,
    wish: Request | None = None,
) -> Use:
    body = stage.known if node == stage.known.node else None
    start = moment(day, time(9))
    return reserve(
        offer=row.pk, party=Party(node, body), quantity=quantity, starts_at=start,
        ends_at=start + timedelta(hours=6), purpose=purpose, by=by, now=stage.scene.now,
        contact_name="郑示例", contact_phone="13800040001", request=wish,
    )  # fmt: skip
