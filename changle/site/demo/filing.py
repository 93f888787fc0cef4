"""Applications of the sample: something in every state, something waiting for each desk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from changle.core.reach import Actor
from changle.ground.accounts.models import User
from changle.ground.filing.actions import (
    add_paper,
    agree,
    confirm_lapse,
    disagree,
    file,
    keep,
    list_members,
    send_back,
    set_rule,
    start,
    submit,
    withdraw,
    write,
)
from changle.ground.filing.lifecycle import LAPSE
from changle.ground.filing.models import Filing, LapseProposal
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for
from changle.ground.territory.roles import Permission
from changle.site.demo.scene import Scene


STREET = "张家堡街道"
HOME = f"{STREET}/方新社区"
# (name without the community's, category, what they do)
BODIES = [
    ("广场舞之友", "文体活动类", "每晚七点在广场跳舞"),
    ("晨练太极社", "文体活动类", "每天早上打太极"),
    ("旧物修补坊", "生活服务类", "周六为居民修补衣物、小家电"),
    ("阳台种植社", "文体活动类", "交流花草种植，交换花苗"),
    ("楼道美化队", "社区事务类", "清理楼道杂物，画楼道墙"),
    ("银发网课班", "生活服务类", "教老人用手机挂号、缴费"),
    ("故事妈妈团", "公益慈善类", "周末给孩子讲故事"),
    ("护学志愿岗", "社区事务类", "上学放学时段在路口护送"),
    ("读报会", "文体活动类", "每周三下午读报、聊天"),
    ("秦腔票友会", "文体活动类", "每周五排练秦腔"),
    ("爱心厨房", "公益慈善类", "给独居老人送饭"),
    ("宠物文明会", "社区事务类", "劝导文明养犬"),
    ("亲子足球队", "文体活动类", "周日上午带孩子踢球"),
    ("手工编织社", "文体活动类", "编织围巾，义卖捐助"),
    ("口述历史小组", "文体活动类", "记录老街坊的故事"),
    ("夜间巡查队", "社区事务类", "晚上九点到十一点巡逻"),
]
SURNAMES = "何吕施张孔曹严华金魏陶姜"
PEOPLE = 6


@dataclass
class Maker:
    scene: Scene
    writers: list[Actor] = field(default_factory=list)
    serial: int = 0
    bodies: Iterator[tuple[str, str, str]] = field(default_factory=lambda: iter(BODIES))

    def __post_init__(self) -> None:
        scene = self.scene
        self.street = actor_for(scene.accounts["jie-zhangjiabu"])
        clerk = scene.accounts["shequ-fangxin"]
        path = str(scene.nodes[STREET].path)
        # The sample has one community's clerk; in the others of the street they speak for all.
        self.community = Actor(
            user_id=clerk.pk, name=clerk.name, reach={Permission.FILING_OPINION: (path,)}
        )
        self.homes = [node for key, node in scene.nodes.items() if key.startswith(f"{STREET}/")]
        for number in range(PEOPLE):
            user = User(
                username=f"jumin-{number + 1}", name=f"居民 {SURNAMES[number]}示例",
                joined_at=scene.now, is_sample=True,
            )  # fmt: skip
            user.set_unusable_password()
            user.save()
            self.writers.append(actor_for(user))

    def at(self, days: int) -> datetime:
        return self.scene.now - timedelta(days=days)

    def home(self) -> Node:
        return self.homes[self.serial % len(self.homes)]

    def draft(
        self, at: datetime, *, by: Actor | None = None, home: Node | None = None, members: int = 8
    ) -> Filing:
        name, category, activities = next(self.bodies)
        by, home = by or self.writers[self.serial % PEOPLE], home or self.home()
        self.serial += 1
        row = start(name=f"{home.name}{name}", community=home, by=by, now=at)
        values: dict[str, Any] = {
            "category_id": self.scene.classes["community", category].pk, "nature": "association",
            "purpose": "邻里互助，丰富生活（样例）", "activities": f"{activities}（样例）",
            "scope": "community", "premises_address": f"{home.name}活动室（样例地址）",
            "premises_area": 40, "leader_name": f"{SURNAMES[self.serial % len(SURNAMES)]}示例",
            "leader_phone": f"1390001{self.serial:04d}", "member_count": members + 6,
            "party_member_count": 2, "fund_source": "成员自愿分摊",
        }  # fmt: skip
        row = write(pk=row.pk, version=row.version, values=values, by=by, now=at)
        names = [(f"{SURNAMES[n % len(SURNAMES)]}示例{n + 1}", "") for n in range(members)]
        list_members(pk=row.pk, members=names, by=by, now=at)
        Filing.objects.filter(pk=row.pk).update(is_sample=True)
        return row

    def submitted(self, days: int, **fields: Any) -> Filing:
        at = self.at(days)
        row = self.draft(at, **fields)
        return submit(pk=row.pk, by=self.writer_of(row), now=at)

    def writer_of(self, row: Filing) -> Actor:
        return actor_for(User.objects.get(pk=row.initiator_id))

    def reviewed(self, days: int, agreed: int, *, papers: bool = True, **fields: Any) -> Filing:
        """With the street: handed in so many days ago, agreed on so many days ago."""
        at = self.at(days)
        row = self.draft(at, **fields)
        by = self.writer_of(row)
        if papers:
            for paper in Filing.PAPERS:
                row = add_paper(pk=row.pk, paper=paper, upload=page(paper), by=by, now=at)
        row = submit(pk=row.pk, by=by, now=at)
        return agree(
            pk=row.pk, version=row.version, opinion="情况属实，居民认可，同意备案。（样例）",
            confirmer="郑示例", phone_confirmed=True, by=self.community, now=self.at(agreed),
        )  # fmt: skip


def page(paper: str) -> ContentFile:  # type: ignore[type-arg]  # not subscriptable at run time
    """A blank sheet, as a picture."""
    kept = BytesIO()
    Image.new("RGB", (210, 297), "white").save(kept, "PNG")
    return ContentFile(kept.getvalue(), name=f"{Filing.PAPERS[paper]}（样例）.png")


def furnish(scene: Scene) -> None:
    maker = Maker(scene)
    set_rule(
        values={"starts_on": scene.today - timedelta(days=400),
                "number_format": "未社备〔{year}〕{street}{serial}号", "note": "样例"},
        by=scene.by, now=scene.now,
    )  # fmt: skip
    fill_desks(maker)
    propose(scene, maker)


def fill_desks(maker: Maker) -> None:
    home, resident = maker.scene.nodes[HOME], actor_for(maker.scene.accounts["jumin"])
    for days in (50, 36, 22):
        row = maker.reviewed(days, days - 3)
        file(pk=row.pk, version=row.version, by=maker.street, now=maker.at(days - 8), sure="样例")
    mine = maker.reviewed(30, 27, by=resident, home=home)
    file(pk=mine.pk, version=mine.version, by=maker.street, now=maker.at(24), sure="样例")
    for days in (9, 6, 5):
        maker.reviewed(days, days - 2)
    maker.reviewed(4, 2, papers=False)
    maker.submitted(14, home=home)  # late by now
    maker.submitted(2, home=home)
    row = maker.reviewed(12, 10, by=resident, home=home)
    send_back(
        pk=row.pk, version=row.version, by=maker.street, now=maker.at(3),
        reason="请把活动时间写清楚，并补上场地提供方的电话。（样例）",
    )  # fmt: skip
    maker.draft(maker.at(1), by=resident, home=home)
    row = maker.submitted(20)
    disagree(
        pk=row.pk, version=row.version, by=maker.community, now=maker.at(17),
        reason="成员名单里有三位不是本社区居民，请核对。（样例）",
    )  # fmt: skip
    row = maker.submitted(28)
    withdraw(pk=row.pk, by=maker.writer_of(row), now=maker.at(26))


def propose(scene: Scene, maker: Maker) -> None:
    """Five silent bodies: three wait, one was kept, one was found to be no more."""
    rows = Organisation.objects.filter(kind="BA", state="active", street__name=STREET)
    silent = list(rows.select_related("node").order_by("-pk")[60:65])
    for place, body in enumerate(silent):
        found = scene.today - timedelta(days=3 if place < 3 else 40)  # noqa: PLR2004  three wait
        row = LapseProposal(
            organisation=body, months=12, found_on=found,
            last_active_on=found - timedelta(days=400 + 20 * place),
        )  # fmt: skip
        LAPSE.begin(row, LapseProposal.State.PROPOSED, at=scene.now)
        row.save()
        if place == 3:  # noqa: PLR2004  the fourth was kept
            keep(pk=row.pk, reason="走访看到每周仍在活动（样例）", by=maker.street, now=scene.now)
        elif place > 3:  # noqa: PLR2004  the fifth is no more
            confirm_lapse(
                pk=row.pk, reason="负责人搬离，一年无人（样例）", by=maker.street, now=scene.now
            )
