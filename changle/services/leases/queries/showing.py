"""Stays and desks as the pages print them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from changle.core.log import LogEntry
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission
from changle.services.commons.models import Centre
from changle.services.leases.models import Desk, Floor, Lease, LeasedDesk
from changle.services.leases.queries.terms import live_on


VIEW, EDIT = Permission.LEASE_VIEW, Permission.LEASE_EDIT
WITH = ("centre__node", "organisation__node", "closure", "renews")
SOON = timedelta(days=60)  # ahead of its end a stay is marked
MOST = 300
WORDS = {
    "free": "空闲",
    "soon": "快到期",
    "taken": "已入驻",
    "promised": "已预留",
    "late": "逾期未退",
}
TONES = {
    "moved_in": "good", "ending": "", "closed": "calm", "declined": "calm", "withdrawn": "calm",
    "lapsed": "calm",
}  # fmt: skip


def tone(state: str) -> str:
    return TONES.get(state, "near")


@dataclass(frozen=True)
class Seat:
    """A desk on a day: who has it, and how it is drawn."""

    desk: Desk
    status: str
    held: LeasedDesk | None

    @property
    def word(self) -> str:
        return WORDS[self.status]

    @property
    def name(self) -> str:
        return self.held.lease.organisation.name if self.held else ""

    @property
    def middle(self) -> int:
        return self.desk.x + self.desk.width // 2

    @property
    def lines(self) -> tuple[int, int]:
        """The base lines of number and word, in decimetres."""
        return self.desk.y + self.desk.height // 2 - 1, self.desk.y + self.desk.height // 2 + 2


def status_of(held: LeasedDesk | None, on: date, today: date) -> str:
    if held is None:
        return "free"
    if held.ends_on <= on:
        return "late"
    if held.lease.state not in Lease.HELD:
        return "promised"
    if held.ends_on <= on + SOON and not (on < today):
        return "soon"
    return "taken"


def seats_of(desks: "QuerySet[Desk]", on: date) -> list[Seat]:
    """Two queries, however many."""
    today = timezone.localdate()
    found = list(
        desks.filter(live_on(on)).select_related("floor", "zone", "space").order_by("number")
    )
    rows = LeasedDesk.objects.filter(desk__in=found, starts_on__lte=on).order_by("starts_on")
    stuck: dict[int, LeasedDesk] = {}
    for row in rows.select_related("lease__organisation"):
        late = on >= today and row.lease.state in {"moved_in", "ending"}
        if row.ends_on > on or late:
            stuck[row.desk_id] = row
    return [Seat(one, status_of(stuck.get(one.pk), on, today), stuck.get(one.pk)) for one in found]


def desks_in(centre: Centre) -> "QuerySet[Desk]":
    return Desk.objects.filter(centre=centre)


def houses_seen(actor: Actor, needs: str = VIEW) -> "QuerySet[Centre]":
    rows = actor.rows(Centre, needs).filter(closed_on__isnull=True)
    return rows.select_related("node").order_by("sort", "pk")


def house_seen(actor: Actor, pk: int, needs: str = VIEW) -> Centre | None:
    return actor.rows(Centre, needs).select_related("node").filter(pk=pk).first()


def houses_to_ask() -> "QuerySet[Centre]":
    """The houses that let desks: those whose plan has any."""
    rows = Centre.objects.filter(closed_on__isnull=True, is_public=True, desks__isnull=False)
    return rows.distinct().order_by("sort", "pk")


def floors_of(centre: Centre) -> list[Floor]:
    return list(Floor.objects.filter(centre=centre).order_by("sort", "pk"))


def floor_seen(actor: Actor, pk: int, needs: str = VIEW) -> Floor | None:
    return actor.rows(Floor, needs).select_related("centre__node").filter(pk=pk).first()


def desk_seen(actor: Actor, pk: int) -> Desk | None:
    rows = actor.rows(Desk, VIEW).select_related("centre__node", "floor", "zone", "space")
    return rows.filter(pk=pk).first()


def past_of(desk: Desk) -> list[LeasedDesk]:
    rows = LeasedDesk.objects.filter(desk=desk).select_related("lease__organisation")
    return list(rows.order_by("-starts_on")[:MOST])


def lease_seen(actor: Actor, pk: int) -> Lease | None:
    return actor.rows(Lease, VIEW).select_related(*WITH).filter(pk=pk).first()


def desks_of(row: Lease) -> list[LeasedDesk]:
    rows = LeasedDesk.objects.filter(lease=row).select_related("desk__floor", "desk__space")
    return list(rows.order_by("desk__number"))


def renewal_of(row: Lease) -> Lease | None:
    return Lease.objects.filter(renews=row).first()


def history_of(label: str, pk: int) -> "QuerySet[LogEntry]":
    return LogEntry.objects.filter(subject_label=label, subject_id=str(pk)).order_by("-id")[:40]


def facts_of(row: Lease) -> list[tuple[str, Any]]:
    told = [
        ("组织", row.organisation.name), ("中心", row.centre.name), ("用途", row.purpose),
        ("方式", "只用地址，不占工位" if row.is_virtual else "实地入驻"),
        ("入驻日期", f"{row.starts_on}"), ("到期日期", f"{row.ends_on}（当日不含）"),
        ("费用", yuan(row.fee_fen) if row.fee_fen else "免费"),
    ]  # fmt: skip
    if row.condition:
        told += [("钥匙", f"{row.keys} 把"), ("交付时的状况", row.condition)]
    if row.ground:
        told.append(("提前结束的原因", row.get_ground_display()))
    if row.handed_back_on:
        told += [("退还日期", f"{row.handed_back_on}"), ("退还时的状况", row.condition_back or "—")]
    return told


@dataclass(frozen=True)
class Line:
    row: Lease
    desks: str
    tone: str
    late: int
    soon: bool


def lines_of(rows: "QuerySet[Lease]", today: date) -> list[Line]:
    found = list(rows.select_related("centre", "organisation")[:MOST])
    numbers: dict[int, list[str]] = {}
    held = LeasedDesk.objects.filter(lease__in=found).order_by("desk__number")
    for pk, number in held.values_list("lease_id", "desk__number"):
        numbers.setdefault(pk, []).append(number)
    return [
        Line(one, "、".join(numbers.get(one.pk, ())), tone(one.state), one.overdue_days(today),
             one.state == "moved_in" and one.ends_on <= today + SOON)
        for one in found
    ]  # fmt: skip


SCOPES = [("open", "在办和在驻"), ("soon", "60 天内到期"), ("over", "已结束"), ("all", "全部")]


def listed(
    actor: Actor, *, scope: str, centre: int | None, state: str, today: date
) -> "QuerySet[Lease]":
    rows = actor.rows(Lease, VIEW)
    if centre:
        rows = rows.filter(centre_id=centre)
    if state in Lease.State.values:
        rows = rows.filter(state=state)
    elif scope == "soon":
        rows = rows.filter(state="moved_in", ends_on__lte=today + SOON)
    elif scope == "over":
        rows = rows.filter(state__in=Lease.OVER)
    elif scope == "open":
        rows = rows.exclude(state__in=Lease.OVER)
    return rows.order_by("ends_on", "pk")


def body_seen(actor: Actor, pk: int, needs: str = VIEW) -> Organisation | None:
    rows = actor.rows(Organisation, needs).select_related("node", "street", "community")
    return rows.filter(pk=pk).first()


def of_body(body: Organisation) -> "QuerySet[Lease]":
    return Lease.objects.filter(organisation=body).order_by("-starts_on", "-pk")


def agreement_of(row: Lease, desks: list[LeasedDesk]) -> dict[str, Any]:
    """The words of the agreement, its desk list and the undertaking."""
    numbers = "、".join(f"{one.desk.number}（{one.desk.get_kind_display()}）" for one in desks)
    signed = [
        f"{side}：{name}{f'，{timezone.localtime(at):%Y-%m-%d} 在线签署' if at else '，尚未签署'}"
        for side, name, at in (
            ("甲方", row.centre.name, row.countersigned_at),
            ("乙方", row.organisation.name, row.signed_at),
        )
    ]
    return {
        "title": "入驻协议",
        "number": f"入驻第 {row.pk} 号",
        "paragraphs": [
            f"甲方：{row.centre.name}；乙方：{row.organisation.name}。",
            f"一、甲方将下列工位提供乙方使用：{numbers or '只用地址，不占工位'}。用途：{row.purpose}。",
            (
                f"二、期限自 {row.starts_on} 起，至 {row.ends_on} 止（当日不再使用）。"
                f"费用：{yuan(row.fee_fen) if row.fee_fen else '免费'}。"
            ),
            "三、交付和退还时双方逐项核对工位、钥匙和状况；协议结束后 15 个工作日内退还。",
            (
                "承诺书：乙方承诺依照章程开展活动；不从事经营性使用，不转租、不转借；爱护设施，"
                "遵守安全规定；所交材料真实。违反承诺的，甲方可按规定提请街道终止入驻。"
            ),
            *signed,
        ],
        "signed": row.centre.name,
        "dated": timezone.localdate(row.countersigned_at) if row.countersigned_at else None,
    }
