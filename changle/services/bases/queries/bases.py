"""Bases as a list and as a page: what each is, and what it lacks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from changle.core.files import IMAGES, StoredFile
from changle.core.log import LogEntry
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.registry.queries import key_of
from changle.ground.territory.models import Node
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission
from changle.services.bases.models import (
    Base,
    BaseMark,
    BasePaper,
    BasePhoto,
    Budget,
    Criterion,
    OperatorContract,
    PaperKind,
    Standard,
    Tier,
)
from changle.services.bases.queries.rules import standard_for
from changle.services.commons.models import Centre, SafetyCheck, Zone
from changle.services.commons.queries.houses import latest_checks


WITH = ("node__parent", "street", "centre__node", "standard")
PAGE = 40
SOON = timedelta(days=90)  # ahead of the end of its term a base is marked
TONES = {
    "planned": "calm", "built": "calm", "applied": "near", "recognised": "good",
    "operating": "good", "under_evaluation": "near", "rectifying": "", "withdrawn": "calm",
}  # fmt: skip
MOST_DEEDS = 40
# Where a base of a tier may stand; a house of its own may be of any tier.
KINDS = {
    Tier.DISTRICT: (Node.Kind.DISTRICT, Node.Kind.CENTRE),
    Tier.STREET: (Node.Kind.STREET, Node.Kind.CENTRE),
    Tier.COMMUNITY: (Node.Kind.COMMUNITY, Node.Kind.CENTRE),
}
verbs.update(
    {
        "plan_base": "登记基地", "set_budget": "登记经费", "drop_budget": "删去经费",
        "hand_paper": "提交材料", "claim": "自查条件", "confirm": "核实条件", "photo": "添加照片",
        "drop_photo": "删去照片", "sign_contract": "签订运营合同", "end_contract": "终止运营合同",
        "replace_operator": "更换运营机构", "add_staff": "添加运营人员", "end_staff": "结束运营人员",
        "add_target": "添加运营目标", "drop_target": "删去运营目标", "declare_target": "申报目标完成值",
        "verify_target": "核实目标完成值", "check_operator": "检查运营机构", "open_hand_over": "开始交接",
        "add_item": "添加交接事项", "give": "移交确认", "receive": "接收确认", "score": "评分",
        "save_self": "保存自评", "open_evaluation": "开始评估",
    }
)  # fmt: skip


def tone(state: str) -> str:
    return TONES.get(state, "calm")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the list; the names are those of the address."""

    tier: str = ""
    state: str = ""
    street: int | None = None
    due: str = ""  # "1": the term ends soon, or a deadline has passed

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Filters":
        """From the address; what cannot be meant is left out."""
        text = {name: str(told.get(name, "")).strip()[:30] for name in cls.__dataclass_fields__}
        return cls(
            tier=text["tier"] if text["tier"] in Tier.values else "",
            state=text["state"] if text["state"] in Base.State.values else "",
            street=key_of(text["street"]),
            due="1" if text["due"] == "1" else "",
        )

    def asked(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}


def listed(actor: Actor, filters: Filters, today: date) -> "QuerySet[Base]":
    rows = actor.rows(Base, Permission.BASE_VIEW)
    if filters.tier:
        rows = rows.filter(tier=filters.tier)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.street:
        rows = rows.filter(street_id=filters.street)
    if filters.due:
        ending = Q(valid_until__lte=today + SOON, state__in=Base.TITLED)
        rows = rows.filter(ending | Q(due_on__lt=today))
    return rows.order_by("-pk")


@dataclass(frozen=True)
class Line:
    """A base as the list prints it."""

    row: Base
    tone: str
    term: str  # what is said of its term, "" where nothing presses
    term_tone: str
    overdue: int
    operator: str


def term_of(row: Base, today: date) -> tuple[str, str]:
    """What is to be said of the term of a title, and in which colour."""
    if not row.is_titled or row.valid_until is None:
        return "", ""
    left = (row.valid_until - today).days
    if left <= 0:
        return f"认定已于 {row.valid_until} 到期", "late"
    if row.valid_until <= today + SOON:
        return f"还有 {left} 天到期", "near"
    return "", ""


def lines_of(rows: "QuerySet[Base]", today: date, after: str = "") -> tuple[list[Line], int | None]:
    """Two queries, however many; with the key of the next page."""
    last = key_of(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.select_related("street", "node")[: PAGE + 1])
    shown = found[:PAGE]
    held = OperatorContract.objects.filter(
        base__in=[row.pk for row in shown], starts_on__lte=today, ends_on__gt=today
    )
    operators = {one.base_id: one.organisation.name for one in held.select_related("organisation")}
    told = []
    for row in shown:
        term, term_tone = term_of(row, today)
        overdue = row.overdue_days(today)
        name = operators.get(row.pk, "")
        told.append(Line(row, tone(row.state), term, term_tone, overdue, name))
    return told, (shown[-1].pk if len(found) > PAGE else None)


def base_seen(actor: Actor, pk: int, needs: str = Permission.BASE_VIEW) -> Base | None:
    return actor.rows(Base, needs).select_related(*WITH).filter(pk=pk).first()


def nodes_for_bases(actor: Actor) -> "QuerySet[Node]":
    """Where somebody may plan a base: places of theirs that have none."""
    kinds = (Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY, Node.Kind.CENTRE)
    rows = actor.rows(Node, Permission.BASE_EDIT).filter(kind__in=kinds, ends_on__isnull=True)
    taken = Base.objects.exclude(state=Base.State.WITHDRAWN).values("node")
    return rows.exclude(pk__in=taken).order_by("path")


def street_above(node: Node) -> Node | None:
    """The street in which a place stands; none for the district's own."""
    step: Node | None = node
    while step is not None and step.kind != Node.Kind.STREET:
        step = step.parent
    return step


def house_at(node: Node) -> Centre | None:
    return Centre.objects.filter(node=node).first()


@dataclass(frozen=True)
class Checklist:
    """What the standard asks, what is there, and what is missing."""

    standard: Standard | None
    papers: list[tuple[PaperKind, BasePaper | None]] = field(default_factory=list)
    criteria: list[tuple[Criterion, BaseMark | None]] = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """What stands in the way of an application."""
        if self.standard is None:
            return ["这一层级还没有标准"]
        papers = [f"材料“{kind}”" for kind, one in self.papers if kind.is_required and one is None]
        musts = [
            f"必备条件“{one}”"
            for one, mark in self.criteria
            if one.is_must and (mark is None or not mark.is_claimed)
        ]
        return papers + musts

    @property
    def unconfirmed(self) -> list[str]:
        """The musts that nobody has found fulfilled on the spot."""
        return [
            str(one)
            for one, mark in self.criteria
            if one.is_must and (mark is None or not mark.is_confirmed)
        ]


def checklist_of(row: Base, today: date) -> Checklist:
    """By the standard under which it applied, or by that of today; five queries."""
    held = standard_for(row.tier, today) if row.standard_id is None else row.standard
    if held is None:
        return Checklist(None)
    papers = {one.kind_id: one for one in row.papers.select_related("file", "kind")}
    marks = {one.criterion_id: one for one in row.marks.select_related("confirmed_by")}
    return Checklist(
        held,
        [(kind, papers.get(kind.pk)) for kind in held.papers.order_by("sort", "pk")],
        [(one, marks.get(one.pk)) for one in held.criteria.order_by("sort", "pk")],
    )


def facts_of(row: Base) -> list[tuple[str, str]]:
    """Label and value, empty ones left out."""
    told = [
        ("层级", row.get_tier_display()),
        ("所在", row.node.name),
        ("地址", row.address),
        ("总面积", f"{row.area_total:,} 平方米" if row.area_total else ""),
        ("共享面积", f"{row.area_shared:,} 平方米" if row.area_shared else ""),
        ("建设单位", row.builder),
        ("党组织", row.party_organisation),
        ("上墙制度", row.wall_rules),
    ]
    return [(label, value) for label, value in told if value]


def zones_of(row: Base) -> list[Zone]:
    """The functional zones, as the house has them."""
    if row.centre_id is None:
        return []
    return list(Zone.objects.filter(centre=row.centre_id).order_by("sort", "pk"))


def safety_of(row: Base) -> list[SafetyCheck]:
    if row.centre_id is None:
        return []
    rows = latest_checks(SafetyCheck.objects.filter(centre=row.centre_id))
    return list(rows.order_by("next_on", "pk"))


@dataclass(frozen=True)
class YearOfMoney:
    year: int
    total: str
    rows: list[tuple[Budget, str]]


def money_of(row: Base) -> list[YearOfMoney]:
    found: dict[int, list[Budget]] = {}
    for one in Budget.objects.filter(base=row).order_by("-year", "source"):
        found.setdefault(one.year, []).append(one)
    return [
        YearOfMoney(
            year, yuan(sum(one.amount_fen for one in rows)), [(one, yuan(one.amount_fen)) for one in rows]
        )
        for year, rows in found.items()
    ]  # fmt: skip


def photos_of(row: Base) -> "QuerySet[BasePhoto]":
    return BasePhoto.objects.filter(base=row).select_related("file").order_by("pk")


def history_of(row: Base) -> "QuerySet[LogEntry]":
    entries = LogEntry.objects.filter(subject_label=Base._meta.label, subject_id=str(row.pk))
    return entries.exclude(verb="file").order_by("-id")[:MOST_DEEDS]


def sums(actor: Actor) -> dict[str, int]:
    """How many bases of a person's places bear a title, and how large they are together."""
    rows = actor.rows(Base, Permission.BASE_VIEW).filter(state__in=Base.TITLED)
    told = rows.aggregate(area=Sum("area_total"))
    return {"titled": rows.count(), "area": int(told["area"] or 0)}


def public_bases() -> "QuerySet[Base]":
    """The bases that bear a title: everybody may know them."""
    return Base.objects.filter(state__in=Base.TITLED).select_related(*WITH)


def public_photo(public_id: UUID) -> StoredFile | None:
    row = StoredFile.objects.filter(public_id=public_id, type__in=IMAGES).first()
    if row is None:
        return None
    shown = BasePhoto.objects.filter(file=row, base__state__in=Base.TITLED)
    return row if shown.exists() else None
