"""The standards of the tiers, and the first version of each."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from changle.services.bases.models import (
    Base,
    BaseMark,
    BasePaper,
    Criterion,
    Evaluation,
    PaperKind,
    Standard,
    Tier,
)


FIRST_DAY = date(2021, 1, 1)
BASIS = "参照安徽省地方标准《社会组织孵化基地建设和服务规范》、闽民管〔2025〕28号；分值为本区设定"
T = Criterion.Theme
# code, theme, name, about, is a must, points at the tiers (district, street, community)
FIRST_CRITERIA = (
    ("location", T.FACILITIES, "位置便利", "公共交通可达，居民容易找到", True, (4, 4, 6)),
    ("premises", T.FACILITIES, "固定场所", "有产权或使用权证明，使用期不短于认定有效期", True, (6, 6, 8)),
    ("person", T.CAPABILITY, "专人负责", "有明确的负责人和日常值守人员", True, (6, 6, 10)),
    ("office", T.FACILITIES, "办公、会议、培训空间", "三类空间齐备，可分时共用", True, (6, 6, 6)),
    ("rooms", T.FACILITIES, "接待、洽谈、展示、活动用房", "按规模设置，功能清楚", False, (6, 6, 6)),
    ("barrier_free", T.FACILITIES, "无障碍通行", "入口、通道、卫生间无障碍", True, (4, 4, 4)),
    ("security", T.RISK, "电子安防", "出入口和公共区域有视频监控，资料柜上锁", True, (4, 4, 4)),
    ("utilities", T.FACILITIES, "水电与网络", "水、电、网络和消防设施正常", True, (4, 4, 6)),
    ("exchange", T.FACILITIES, "思想交流空间", "供入驻组织交流、议事的开放空间", False, (4, 4, 4)),
    ("rules", T.RISK, "制度上墙", "入驻、退出、安全、财务、档案等制度公开", False, (6, 6, 8)),
    ("incubation", T.BUSINESS, "孵化培育", "有入驻、培育、出壳的流程和台账", False, (15, 15, 10)),
    ("training", T.BUSINESS, "能力建设", "每年有培训计划并实施", False, (10, 10, 8)),
    ("sharing", T.BUSINESS, "资源共享", "场地、设备、专家向社会组织开放", False, (10, 10, 8)),
    ("progress", T.PROGRESS, "评价改进", "有服务对象评价和年度总结", False, (10, 10, 6)),
    ("party", T.PARTY, "党建引领", "建立党组织或有党建指导员", False, (5, 5, 6)),
)  # fmt: skip
FIRST_PAPERS = (
    ("认定申请表", "基地名称、层级、面积、功能、运营方式", True),
    ("场所权属或使用证明", "产权证、租赁合同或移交文件", True),
    ("平面图和功能分区说明", "", True),
    ("管理制度", "入驻、退出、安全、财务、档案", True),
    ("消防和房屋安全证明", "", True),
    ("人员名单和岗位说明", "", True),
    ("现场照片", "门头、功能室、无障碍设施", True),
    ("党组织情况说明", "", False),
)
TERMS = {Tier.DISTRICT: 36, Tier.STREET: 36, Tier.COMMUNITY: 24}  # months


def seed_standards() -> None:
    """What is there already is left as the bureau has made it."""
    for place, tier in enumerate(Tier):
        if Standard.objects.filter(tier=tier).exists():
            continue
        row = Standard.objects.create(
            tier=tier, name=f"{tier.label}孵化基地标准", basis=BASIS, valid_months=TERMS[tier],
            starts_on=FIRST_DAY,
        )  # fmt: skip
        Criterion.objects.bulk_create(
            Criterion(
                standard=row, code=code, theme=theme, name=name, about=about, is_must=must,
                points=points[place], sort=number * 10,
            )
            for number, (code, theme, name, about, must, points) in enumerate(FIRST_CRITERIA, 1)
        )  # fmt: skip
        PaperKind.objects.bulk_create(
            PaperKind(standard=row, name=name, about=about, is_required=asked, sort=number * 10)
            for number, (name, about, asked) in enumerate(FIRST_PAPERS, 1)
        )


def in_order(rows: "QuerySet[Standard]") -> "QuerySet[Standard]":
    """With their criteria and papers; three queries."""
    return rows.prefetch_related(
        Prefetch("criteria", Criterion.objects.order_by("sort", "pk")),
        Prefetch("papers", PaperKind.objects.order_by("sort", "pk")),
    )


def all_standards() -> "QuerySet[Standard]":
    return in_order(Standard.objects.order_by("tier", "-starts_on", "-pk"))


def standard(pk: int) -> Standard | None:
    return in_order(Standard.objects.filter(pk=pk)).first()


def standard_for(tier: str, on: date) -> Standard | None:
    """The version of a tier that holds on a day."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    return in_order(Standard.objects.filter(lasting, tier=tier, starts_on__lte=on)).first()


def is_used(row: Standard) -> bool:
    """Whether somebody has been judged by it: then it is changed only by a new version."""
    return (
        Base.objects.filter(standard=row).exists()
        or Evaluation.objects.filter(standard=row).exists()
        or BaseMark.objects.filter(criterion__standard=row).exists()
        or BasePaper.objects.filter(kind__standard=row).exists()
    )


def used(rows: Iterable[Standard]) -> set[int]:
    """The keys of those that are used; four queries for any number."""
    keys = [row.pk for row in rows]
    found: set[int | None] = set(
        Base.objects.filter(standard__in=keys).values_list("standard", flat=True)
    )
    found |= set(Evaluation.objects.filter(standard__in=keys).values_list("standard", flat=True))
    marks = BaseMark.objects.filter(criterion__standard__in=keys)
    found |= set(marks.values_list("criterion__standard", flat=True))
    papers = BasePaper.objects.filter(kind__standard__in=keys)
    found |= set(papers.values_list("kind__standard", flat=True))
    return {key for key in found if key is not None}


def criterion(standard: int, pk: int) -> Criterion | None:
    return Criterion.objects.select_related("standard").filter(pk=pk, standard=standard).first()


def paper_kind(standard: int, pk: int) -> PaperKind | None:
    return PaperKind.objects.select_related("standard").filter(pk=pk, standard=standard).first()
