"""Things of the sample that are carried away: a year of loans, and one in each state around today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import eligible, standing_of
from changle.ground.territory.queries import actor_for
from changle.services.commons.actions.loans import approve_loan, ask_loan, cancel_loan, reject_loan
from changle.services.commons.actions.loans_late import fall_overdue, keep_late
from changle.services.commons.actions.loans_lost import settle_loss
from changle.services.commons.actions.loans_out import Back, confirm_receipt, hand_over, take_back
from changle.services.commons.lifecycle import LOAN
from changle.services.commons.models import (
    Centre,
    Loan,
    LoanDamage,
    LoanLine,
    LoanRule,
    Pool,
    Thing,
)
from changle.services.commons.queries.lending import LoanWish
from changle.site.demo.scene import Scene


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HERE = ("张家堡街道", "辛家庙街道")
THINGS = {  # name -> how many, fen for one, longest days, about
    "户外帐篷": (8, 68_000, 7, "3 米 × 3 米，带围布"),
    "折叠长桌": (20, 18_000, 7, "1.8 米，两人搬"),
    "户外音响": (3, 120_000, 5, "带两支无线话筒，用后充电"),
    "宣传展架": (12, 6_000, 14, "80 × 200 厘米"),
    "急救箱": (4, 25_000, 3, "用过的药品请登记"),
}
TITLES = (
    "便民服务日",
    "义诊进小区",
    "反诈宣传",
    "垃圾分类市集",
    "邻里节",
    "趣味运动会",
    "暖冬义卖",
)
PLACES = ("社区广场", "小区中心花园", "街心公园", "学校操场")
PERSON = ("样例", "13900000001")  # in a range of numbers that nobody has


@dataclass
class Shed:
    """The things of a house, who borrows them and who hands them out."""

    scene: Scene
    centre: Centre
    things: dict[str, Thing]
    body: Organisation  # that has an account
    others: list[Organisation]
    clerk: Actor  # of the body
    keeper: Actor  # of the house
    street: Actor

    @property
    def now(self) -> datetime:
        """The last full hour: people agree on those."""
        return self.scene.now.replace(minute=0, second=0, microsecond=0)

    def wish(
        self, body: Organisation, start: datetime, days: int, title: str, **pieces: int
    ) -> LoanWish:
        return LoanWish(
            centre=self.centre.pk, starts_at=start, ends_at=start + days * DAY, title=title,
            place=self.scene.random.choice(PLACES), contact_name=PERSON[0], contact_phone=PERSON[1],
            things=tuple((self.things[name].pool_id, count) for name, count in pieces.items()),
            organisation=body,
        )  # fmt: skip

    def out(
        self, body: Organisation, start: datetime, days: int, title: str, **pieces: int
    ) -> Loan:
        """Entered at the counter the day before, fetched and signed for when it began."""
        loan = self.approved(body, start, days, title, **pieces)
        hand_over(pk=loan.pk, given={}, receiver=PERSON[0], by=self.keeper, now=start)
        return Loan.objects.get(pk=loan.pk)

    def approved(
        self, body: Organisation, start: datetime, days: int, title: str, **pieces: int
    ) -> Loan:
        wish = self.wish(body, start, days, title, **pieces)
        return ask_loan(wish=wish, by=self.keeper, now=start - DAY)


def furnish(scene: Scene) -> None:
    """After the houses stand."""
    centres = Centre.objects.filter(closed_on__isnull=True).select_related("node__parent")
    for centre in centres.order_by("sort", "pk"):
        street = centre.node.parent.name if centre.node.parent else ""
        things = stock(centre, whole=street in HERE)
        bodies = in_standing(scene, street)
        past(scene, centre, list(things.values()), bodies)
        if street == HERE[0]:
            around_today(scene, centre, things, bodies)
    Loan.objects.update(is_sample=True)


def stock(centre: Centre, *, whole: bool) -> dict[str, Thing]:
    """Things that may leave; those that the house has already are told so."""
    told = {}
    for place, (name, (count, fen, days, about)) in enumerate(THINGS.items()):
        if not whole and place > 1:
            break
        thing = Thing.objects.filter(centre=centre, name=name).first()
        if thing is None:
            pool = Pool.objects.create(
                centre=centre, kind=Pool.Kind.EQUIPMENT, name=name, quantity=count
            )
            thing = Thing.objects.create(
                centre=centre, pool=pool, name=name, about=about, value_fen=fen, may_leave=True,
                longest_days=days, sort=50 + place, is_sample=True,
            )  # fmt: skip
        told[name] = thing
    LoanRule.objects.get_or_create(centre=centre)
    Centre.objects.filter(pk=centre.pk).update(layout_stamp=F("layout_stamp") + 1)
    return told


def in_standing(scene: Scene, street: str) -> list[Organisation]:
    rows = [
        one
        for one in scene.standing
        if one.street is not None and one.street.name == street and one.state == "active"
    ][:30]
    standings = standing_of([one.pk for one in rows], scene.today)
    return [
        one for one in rows if eligible(one, "venue", scene.today, standing=standings[one.pk]).ok
    ]


def past(
    scene: Scene, centre: Centre, things: Sequence[Thing], bodies: Sequence[Organisation]
) -> None:
    """The published year and the last weeks, all back and closed."""
    if not bodies:
        return
    days = [date(2021, 1, 4) + step * 15 * DAY for step in range(24)]
    days += [scene.today - step * 9 * DAY for step in range(2, 7)]
    loans, lines = [], []
    for on in days:
        start = timezone.make_aware(datetime.combine(on, time(9)))
        length = scene.random.randrange(1, 4)
        loan = closed(scene, centre, scene.random.choice(bodies), start, length)
        loans.append(loan)
        for thing in scene.random.sample(list(things), min(2, len(things))):
            count = scene.random.randrange(1, 4)
            lines.append(
                LoanLine(
                    loan=loan, pool_id=thing.pool_id, quantity=count, out=count, back=count,
                    condition_out="完好", piece_days=count * length,
                )
            )  # fmt: skip
    Loan.objects.bulk_create(loans)
    LoanLine.objects.bulk_create(lines)


def closed(scene: Scene, centre: Centre, body: Organisation, start: datetime, days: int) -> Loan:
    back = start + days * DAY - HOUR
    loan = Loan(
        centre=centre, organisation=body, title=scene.random.choice(TITLES),
        place=scene.random.choice(PLACES), contact_name=PERSON[0], contact_phone=PERSON[1],
        starts_at=start, ends_at=start + days * DAY, asked_at=start - 3 * DAY, handed_at=start,
        handed_on=timezone.localdate(start), received_at=start, receiver_name=PERSON[0],
        returned_at=back, returner_name=PERSON[0], is_sample=True,
    )  # fmt: skip
    return LOAN.begin(loan, Loan.State.CLOSED, at=back)


def around_today(
    scene: Scene, centre: Centre, things: dict[str, Thing], bodies: Sequence[Organisation]
) -> None:
    accounts = scene.accounts
    body = next((one for one in scene.standing if one.short_name == "秋文社工"), None)
    needed = {"zuzhi-qiuwen", "zhongxin-zhangjiabu", "jie-zhangjiabu"}
    others = [one for one in bodies if body is None or one.pk != body.pk]
    if body is None or not needed <= set(accounts) or len(others) < 6:  # noqa: PLR2004
        return
    shed = Shed(
        scene, centre, things, body, others, actor_for(accounts["zuzhi-qiuwen"]),
        actor_for(accounts["zhongxin-zhangjiabu"]), actor_for(accounts["jie-zhangjiabu"]),
    )  # fmt: skip
    waiting(shed)
    on_the_way(shed)
    late(shed)
    come_back(shed)


def waiting(shed: Shed) -> None:
    now = shed.now
    ask_loan(wish=shed.wish(shed.body, now + 5 * DAY, 2, "邻里节", 户外帐篷=3, 折叠长桌=6),
             by=shed.clerk, now=now - 5 * HOUR)  # fmt: skip
    no = ask_loan(wish=shed.wish(shed.body, now + 9 * DAY, 1, "暖冬义卖", 户外音响=1), by=shed.clerk,
                  now=now - 2 * DAY)  # fmt: skip
    reject_loan(pk=no.pk, reason="当天音响由街道使用，可改借次日", by=shed.keeper, now=now - DAY)
    given_up = ask_loan(wish=shed.wish(shed.body, now + 7 * DAY, 1, "义诊进小区", 急救箱=1),
                        by=shed.clerk, now=now - 3 * DAY)  # fmt: skip
    cancel_loan(pk=given_up.pk, reason="活动改期", by=shed.clerk, now=now - 2 * DAY)


def on_the_way(shed: Shed) -> None:
    """Promised for today, handed over and not yet confirmed, out and due today, out for longer."""
    now = shed.now
    shed.approved(shed.others[0], now - HOUR, 2, "反诈宣传", 宣传展架=4, 折叠长桌=2)
    wish = shed.wish(shed.body, now - 3 * HOUR, 2, "垃圾分类市集", 户外帐篷=1, 折叠长桌=4)
    mine = ask_loan(wish=wish, by=shed.clerk, now=now - 2 * DAY)
    approve_loan(pk=mine.pk, by=shed.keeper, now=now - DAY)
    hand_over(pk=mine.pk, given={}, by=shed.keeper, now=now - 2 * HOUR)
    shed.out(shed.others[1], now - 2 * DAY + HOUR, 2, "便民服务日", 急救箱=1, 宣传展架=2)
    shed.out(shed.others[2], now - DAY, 4, "趣味运动会", 户外音响=1)


def late(shed: Shed) -> None:
    """One is three days late; a use of the day after tomorrow may miss its tents."""
    now = shed.now
    shed.approved(shed.others[4], now + 2 * DAY, 1, "邻里运动会", 户外帐篷=6)
    shed.out(shed.others[3], now - 5 * DAY, 2, "消夏晚会", 户外帐篷=3)
    fall_overdue(now)
    keep_late(now)


def come_back(shed: Shed) -> None:
    """Taken back and to be looked over; a loss found; a loss settled."""
    now = shed.now
    kept = shed.out(shed.others[5], now - 4 * DAY, 3, "健康讲座", 宣传展架=3)
    take_back(pk=kept.pk, back={}, returner=PERSON[0], checked=False, by=shed.keeper,
              now=now - 2 * HOUR)  # fmt: skip
    lost(shed, shed.now - 6 * DAY, "科普大篷车", "话筒丢了一支，外壳开裂")
    done = lost(shed, shed.now - 20 * DAY, "社区春晚", "摔坏，不能充电")
    settle_loss(
        pk=LoanDamage.objects.get(loan=done).pk, name="settle", how="照价赔偿，已收到赔款",
        amount_fen=120_000, by=shed.street, now=done.ends_at + 3 * DAY,
    )  # fmt: skip


def lost(shed: Shed, start: datetime, title: str, what: str) -> Loan:
    wish = shed.wish(shed.body, start, 2, title, 户外音响=1)
    loan = ask_loan(wish=wish, by=shed.clerk, now=start - 2 * DAY)
    approve_loan(pk=loan.pk, by=shed.keeper, now=start - DAY)
    hand_over(pk=loan.pk, given={}, by=shed.keeper, now=start)
    confirm_receipt(pk=loan.pk, by=shed.clerk, now=start)
    line = loan.lines.get()
    take_back(pk=loan.pk, back={line.pk: Back(1, 1, what)}, returner=PERSON[0], by=shed.keeper,
              now=start + DAY)  # fmt: skip
    return loan
