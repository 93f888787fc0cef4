"""Reports of the sample: every state around today, a large event without its licence, one late."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.matters.actions import (
    Draft,
    Papers,
    Result,
    move,
    report_result,
    start,
    submit,
)
from changle.ground.matters.actions.reviewing import ask_for_result
from changle.ground.matters.lifecycle import MATTER
from changle.ground.matters.models import Matter, MatterType
from changle.ground.matters.queries import seed_types
from changle.ground.registry.models import Organisation
from changle.ground.territory.queries import actor_for
from changle.ground.territory.roles import Permission
from changle.site.demo.scene import Scene


PLAN = "样例安全方案：出入口两处，志愿者二十名，急救点一处，雨天改期。\n"
TITLES = ("重阳敬老文艺汇演", "邻里百家宴", "社区运动会", "消防安全宣传集市", "亲子阅读节", "广场舞展演",
          "健康义诊", "冬至包饺子", "反诈宣传演出", "旧物交换市集")  # fmt: skip
BULK = 60


@dataclass(frozen=True)
class Story:
    """What became of one report: its event lies `days` from today, it came `lead` days earlier."""

    title: str
    kind: str
    days: int
    ends: str  # the state in which it stands
    lead: int = 12
    facts: dict[str, Any] = field(default_factory=dict)
    plan: bool = False
    note: str = "样例：请补充应急联系人和雨天预案"


KNOWN = [  # of the registered body that has an account
    Story("社区治理青年沙龙", "forum", 12, "draft", facts={"place": "", "content": ""}),
    Story("暖冬义卖", "charity", 18, "submitted", lead=20,
          facts={"budget_fen": 12_000_000, "money_source": "企业捐赠", "expected": 150}),
    Story("港澳社工交流参访", "foreign", 25, "guided", lead=30,
          facts={"foreign_about": "邀请香港社工六人参访两日", "approvals": "理事会〔样例〕3号"}),
    Story("社工主题宣传周", "festival", -26, "post_report_due", lead=40),
    Story("中秋邻里音乐会", "festival", -50, "closed", lead=62),
    Story("年度志愿者表彰", "award", -5, "acknowledged", facts={"approvals": "区民政局批复〔样例〕8号"}),
]  # fmt: skip
FILED = [  # of filed bodies of the street
    Story("冬季健步走", "festival", 9, "submitted", lead=10),
    Story("社区书画展", "fair", 14, "submitted", lead=15, facts={"budget_fen": 0}),
    Story("秦腔专场演出", "festival", 16, "submitted", lead=17),
    Story(
        "迎新年万人广场舞大赛",
        "festival",
        28,
        "submitted",
        lead=29,
        plan=True,
        facts={"expected": 1200, "sessions": 2},
    ),
    Story("感恩节义演", "festival", 2, "late", lead=3),
    Story("垃圾分类宣传日", "festival", 6, "acknowledged", lead=15),
    Story("老年人智能手机课堂", "forum", 20, "acknowledged", lead=22),
    Story(
        "夜间烟火晚会",
        "festival",
        10,
        "stopped",
        lead=11,
        note="样例：场地紧邻加油站，请改为无明火节目",
    ),
    Story("露天电影", "festival", 5, "cancelled", lead=14, note="样例：持续降雨"),
    Story("棋牌友谊赛", "festival", 13, "withdrawn", lead=14),
    Story("社区足球联赛", "festival", -1, "held"),
    Story("重阳敬老文艺汇演", "festival", -8, "reported"),
    Story("邻里百家宴", "festival", -5, "post_report_due"),
    Story("防震演练", "festival", -30, "closed"),
    Story("国庆红歌会", "festival", -53, "closed"),
]


def furnish(scene: Scene) -> None:
    seed_types()
    types = {row.code: row for row in MatterType.objects.order_by("pk")}
    bodies = list(
        Organisation.objects.filter(kind="BA", state="active")
        .select_related("node", "street")
        .order_by("pk")
    )
    near = [row for row in bodies if row.street and row.street.name == "张家堡街道"]
    player = Player(scene, types)
    known = Organisation.objects.select_related("node").get(short_name="秋文社工")
    for story in KNOWN:
        player.play(story, known, actor_for(scene.accounts["zuzhi-qiuwen"]), scene.by)
    street = actor_for(scene.accounts["jie-zhangjiabu"])
    for story, body in zip(FILED, near, strict=False):
        player.play(story, body, reporter(body), street)
    charter = replace(KNOWN[0], title="章程修改", kind="charter", days=-40, ends="closed")
    player.decided(charter, known, actor_for(scene.accounts["zuzhi-qiuwen"]))
    Matter.objects.bulk_create(others(scene, types, bodies))


def reporter(body: Organisation) -> Actor:
    """The body's own hand, before it has an account."""
    needs = (Permission.MATTER_REPORT, Permission.MATTER_VIEW)
    return Actor(name="样例", reach=dict.fromkeys(needs, (str(body.node.path),)))


@dataclass(frozen=True)
class Player:
    """Plays a report through the actions, each deed on its own day."""

    scene: Scene
    types: dict[str, MatterType]

    def at(self, days: int, hour: int) -> datetime:
        day = timezone.localtime(self.scene.now) + timedelta(days=days)
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)

    def draft(self, story: Story) -> Draft:
        facts: dict[str, Any] = {
            "title": story.title, "content": f"样例：{story.title}，面向辖区居民。", "form": "现场活动",
            "expected": 80, "sessions": 1, "place": "社区广场", "starts_at": self.at(story.days, 9),
            "ends_at": self.at(story.days, 17), "contact_name": "冯示例",
            "contact_phone": "13900000011",
        }  # fmt: skip
        return Draft(**(facts | story.facts))

    def play(self, story: Story, body: Organisation, own: Actor, judge: Actor) -> None:
        sent = min(self.at(story.days - story.lead, 10), self.scene.now)
        papers = Papers(safety_plan=plan()) if story.plan else Papers()
        row = start(
            organisation=body.pk, kind=self.types[story.kind], draft=self.draft(story), by=own,
            now=sent, papers=papers,
        )  # fmt: skip
        if story.ends == "draft":
            return
        submit(pk=row.pk, by=own, now=sent, late_reason="样例：场地临时确定")
        read = min(sent + timedelta(days=1), self.scene.now)
        if story.ends in {"guided", "stopped"}:
            name = "guide" if story.ends == "guided" else "stop"
            move(row.pk, name, by=judge, now=read, note=story.note)
        elif story.ends == "withdrawn":
            move(row.pk, "withdraw", by=own, now=read)
        elif story.ends not in {"submitted", "late"}:
            move(row.pk, "acknowledge", by=judge, now=read)
            self.after(row.pk, story, own, judge)

    def after(self, pk: int, story: Story, own: Actor, judge: Actor) -> None:
        morning = min(self.at(story.days + 1, 9), self.scene.now)
        if story.ends == "cancelled":
            move(pk, "cancel", by=own, now=self.scene.now, note=story.note)
        if story.ends in {"held", "reported", "closed"}:
            move(pk, "hold", by=own, now=morning)
        if story.ends == "post_report_due":
            ask_for_result(pk, by=own, now=morning)
        if story.ends in {"reported", "closed"}:
            day = self.scene.today + timedelta(days=story.days)
            result = Result(
                held_on=day, real_participants=self.scene.random.randint(50, 110),
                effect="样例：居民参与踊跃，秩序良好。", next_steps="样例：每年举办一次。",
            )  # fmt: skip
            report_result(pk=pk, result=result, by=own, now=morning + timedelta(days=3))
        if story.ends == "closed":
            move(pk, "close", by=judge, now=morning + timedelta(days=4))

    def decided(self, story: Story, body: Organisation, own: Actor) -> None:
        """A decision, not an event: taken note of is closed."""
        day = self.scene.today + timedelta(days=story.days)
        draft = Draft(
            title=story.title, content="样例：修改业务范围条款。", decided_on=day,
            approvals="会员大会〔样例〕1号决议", contact_name="冯示例", contact_phone="13900000011",
        )  # fmt: skip
        kind, sent = self.types[story.kind], self.at(story.days + 2, 10)
        row = start(organisation=body.pk, kind=kind, draft=draft, by=own, now=sent)
        submit(pk=row.pk, by=own, now=sent)
        move(row.pk, "acknowledge", by=self.scene.by, now=sent + timedelta(days=1))


def plan() -> SimpleUploadedFile:
    return SimpleUploadedFile("安全方案.txt", PLAN.encode())


def others(
    scene: Scene, types: dict[str, MatterType], bodies: list[Organisation]
) -> Iterator[Matter]:
    """The ordinary rest of the district over twelve weeks, in bulk."""
    player = Player(scene, types)
    for body in scene.random.sample(bodies, BULK):
        days = scene.random.randint(-56, 27)
        kind = types[scene.random.choice(("festival", "festival", "forum", "fair"))]
        story = Story(scene.random.choice(TITLES), kind.code, days, "")
        on = scene.today + timedelta(days=days)
        sent = min(on - timedelta(days=scene.random.randint(8, 16)), scene.today)
        late = (on - sent).days < kind.lead_days
        row = Matter(
            organisation=body, type=kind, recorded_at=scene.now, submitted_on=sent, is_late=late,
            late_reason="样例：场地临时确定" if late else "", latest_on=on - timedelta(days=kind.lead_days),
            **vars(player.draft(story)),
        )  # fmt: skip
        state = Matter.State.ACKNOWLEDGED
        if days < 0:
            state = Matter.State.CLOSED
            row.held_on, row.reported_on, row.closed_on = (
                on,
                min(on + timedelta(3), scene.today),
                scene.today,
            )
            row.real_participants, row.effect = scene.random.randint(30, 160), "样例：按计划完成。"
        yield MATTER.begin(row, state, at=scene.now)
