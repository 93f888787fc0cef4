"""The sample's gifts in kind: received, handed out, one by mistake, some in an emergency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node
from changle.services.exchange.actions.donating import (
    DonationDraft,
    ItemDraft,
    disclose,
    hand_out,
    receive,
    start_emergency,
    void,
)
from changle.services.exchange.models import Donation, Partner
from changle.site.demo.scene import Scene


GIFTS = [  # donor (partner or a body's short name or a person), street, things, earmark, handed out
    (0, 0, (("大米", 100, "袋", 680_000, "invoice"), ("食用油", 100, "桶", 750_000, "invoice")), "困难家庭慰问", 60),
    ("秋文", 0, (("儿童绘本", 300, "册", 600_000, "market"),), "社区图书角", 100),
    ("赵示例", 0, (("轮椅", 2, "辆", 130_000, "market"),), "", 50),
    (4, 1, (("反光背心", 200, "件", 300_000, "invoice"),), "志愿巡逻", 25),
    (5, 1, (("急救包", 60, "个", 540_000, "appraisal"),), "", 0),
]  # fmt: skip


@dataclass
class Givers:
    """Who gives and who receives."""

    scene: Scene
    streets: list[Node]
    partners: list[Partner]
    known: Organisation


def furnish(
    scene: Scene, streets: list[Node], partners: list[Partner], known: Organisation
) -> None:
    stage = Givers(scene, streets, partners, known)
    flood = start_emergency(
        node=stage.streets[0], name="样例：强降雨应急响应", about="演练用的样例数据",
        starts_on=scene.today - timedelta(days=7), by=scene.by, now=scene.now - timedelta(days=7),
    )  # fmt: skip
    for number, (who, street, things, earmark, share) in enumerate(GIFTS):
        then = scene.now - timedelta(days=200 - 40 * number)
        handed(stage, received(stage, who, street, things, earmark, then), share, then)
    water = (("瓶装水", 50, "箱", 150_000, "invoice"), ("雨衣", 100, "件", 200_000, "market"))
    then = scene.now - timedelta(days=5)
    handed(stage, received(stage, 0, 0, water, "应急点使用", then, emergency=flood), 40, then)
    disclose(pk=flood.pk, by=scene.by, now=scene.now - timedelta(days=4))
    slip = received(stage, "钱示例", 0, (("旧衣物", 1, "包", 0, "market"),), "", scene.now)
    void(pk=slip.pk, reason="样例：重复录入", by=scene.by, now=scene.now)


def received(
    stage: Givers, who: object, street: int, things: Any, earmark: str, then: datetime, **more: Any
) -> Donation:
    donor: dict[str, Any] = {"donor_name": str(who)}
    if isinstance(who, int):
        donor = {"partner": stage.partners[who]}
    elif who == "秋文":
        donor = {"organisation": stage.known}
    items = tuple(
        ItemDraft(name=name, quantity=many, unit=unit, value_fen=fen, basis=basis)
        for name, many, unit, fen, basis in things
    )
    draft = DonationDraft(
        node=stage.streets[street],
        received_on=then.date(),
        items=items,
        earmark=earmark,
        **donor,
        **more,
    )
    row = receive(draft=draft, by=stage.scene.by, now=then)
    Donation.objects.filter(pk=row.pk).update(is_sample=True)
    return row


def handed(stage: Givers, row: Donation, share: int, then: datetime) -> None:
    """So many percent of each thing, some days later."""
    if not share:
        return
    for thing in row.items.order_by("pk"):
        hand_out(
            item=thing.pk, quantity=max(1, thing.quantity * share // 100),
            given_on=min(stage.scene.today, then.date() + timedelta(days=3)),
            recipient=row.earmark or "各社区", purpose=row.earmark, by=stage.scene.by,
            now=min(stage.scene.now, then + timedelta(days=3)),
        )  # fmt: skip
