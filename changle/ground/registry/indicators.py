"""What the registry counts.

Every count is of identities, so that each holds for any past day and no body counts twice: on any
day a body has at most one identity.
"""

from datetime import date

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Left

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.registry.models import ClassList, Identity, Organisation
from changle.ground.territory.models import Node, NodeCode


REGISTERED = Organisation.REGISTERED
KINDS = dict(Organisation.Kind.choices)
STREET = Cut(name="street", label="街道", key="street_id", text="street__name", order="street__sort",
             none="未落到街道")  # fmt: skip
COMMUNITY = Cut(name="community", label="社区", key="community_id", text="community__name",
                order="community__sort", none="未落到社区")  # fmt: skip
KIND = Cut(name="kind", label="类型", key="kind", labels=KINDS)
FIELD = Cut(name="field", label="服务领域", key="field_id", text="field__name", order="field__sort")
CLASS = Cut(name="class", label="行业分类", key="official_class_id", text="official_class__name",
            order="official_class__sort")  # fmt: skip
REGISTRAR = Cut(name="registrar", label="登记机关区划", key="registrar_code", none="未记明")
CATEGORY = Cut(name="category", label="备案类别", key="category_id", text="category__name",
               order="category__sort")  # fmt: skip
# The kinds of the summary table, by the crosswalk from the filing category.
REPORT = Cut(name="report", label="汇总表类别", key="report__target__code",
             text="report__target__name")  # fmt: skip
UNIT = Cut(name="unit", label="主管单位", key="organisation__competent_unit")
ENDING = Cut(name="ending", label="止因", key="closed_by", labels=dict(Identity.Closing.choices))


def standing(kinds: tuple[str, ...]) -> "Standing":
    return Standing(kinds)


class Standing:
    """The identities of some kinds that hold on a day."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds

    def __call__(self, day: date, _after: date) -> "QuerySet[Identity]":
        holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        return Identity.objects.filter(holds, kind__in=self.kinds, starts_on__lte=day)


def filed(day: date, after: date) -> "QuerySet[Identity]":
    # A category leads into several lists; only its one way into the summary table is followed here.
    report = FilteredRelation(
        "category__leads_to", condition=Q(category__leads_to__target_list=ClassList.REPORT)
    )
    return Standing(("BA",))(day, after).annotate(report=report)


def registered_here(day: date, after: date) -> "QuerySet[Identity]":
    """Those whose registrar is the district itself; not those that merely have their seat in it."""
    here = NodeCode.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day),
        node__kind=Node.Kind.DISTRICT, system=NodeCode.System.STATS, starts_on__lte=day,
    )  # fmt: skip
    regions = here.values(region=Left("code", 6))  # GB/T 2260; the statistical code goes on to 12
    return Standing(REGISTERED)(day, after).filter(registrar_code__in=regions)


def opened(kinds: tuple[str, ...], *openings: str) -> "Opened":
    return Opened(kinds, openings)


class Opened:
    """The identities that began in a period for one of some reasons."""

    def __init__(self, kinds: tuple[str, ...], openings: tuple[str, ...]) -> None:
        self.kinds, self.openings = kinds, openings

    def __call__(self, first: date, after: date) -> "QuerySet[Identity]":
        begun = Identity.objects.filter(starts_on__gte=first, starts_on__lt=after)
        # A slip put right on its first day left an empty span that opened nothing; so did a record
        # that was a second one of its body.
        lasting = Q(ends_on__isnull=True) | ~Q(ends_on=F("starts_on"))
        lasting |= ~Q(closed_by__in=(Identity.Closing.CHANGED, Identity.Closing.MERGED))
        return begun.filter(lasting, kind__in=self.kinds, opened_by__in=self.openings)


class Closed:
    """The identities that ended in a period for one of some reasons."""

    def __init__(self, kinds: tuple[str, ...], closings: tuple[str, ...]) -> None:
        self.kinds, self.closings = kinds, closings

    def __call__(self, first: date, after: date) -> "QuerySet[Identity]":
        return Identity.objects.filter(
            ends_on__gte=first, ends_on__lt=after, kind__in=self.kinds, closed_by__in=self.closings
        )


def closed(kinds: tuple[str, ...], *closings: str) -> Closed:
    return Closed(kinds, closings)


def communities(day: date, _after: date) -> "QuerySet[Node]":
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    return Node.objects.filter(begun, lasting, kind=Node.Kind.COMMUNITY)


PLACED = {"place": "place__path", "label": "name", "subject": "organisation_id"}

declare(
    Indicator(
        code="registry.registered", name="登记的社会组织", unit="家", kind="stock",
        definition="期末仍有效的登记组织（社会团体、民办非企业单位、基金会），含各级登记机关登记而在本地名录上的；"
        "每个组织只算一次。按登记机关看，用“登记机关区划”分组。",
        records=standing(REGISTERED), cuts=(KIND, STREET, COMMUNITY, FIELD, CLASS, REGISTRAR), **PLACED,
    ),
    Indicator(
        code="registry.registered_by_district", name="本区登记的社会组织", unit="家", kind="stock",
        definition="期末仍有效、登记机关为本区的组织。登记机关看代码第 3 至 8 位，与住所在哪里无关。",
        records=registered_here, cuts=(KIND, STREET, COMMUNITY, FIELD, CLASS), **PLACED,
    ),
    Indicator(
        code="registry.filed", name="备案的社区社会组织", unit="家", kind="stock",
        definition="期末仍在备案的社区社会组织；转登记的自转登记之日起不再计入，长期未活动和注销备案的不计。",
        records=filed, cuts=(STREET, COMMUNITY, CATEGORY, REPORT, UNIT), **PLACED,
    ),
    Indicator(
        code="registry.teams", name="拟成立团队", unit="个", kind="stock",
        definition="期末既未登记也未备案、正在筹备的团队。",
        records=standing(("PRE",)), cuts=(STREET, COMMUNITY), **PLACED,
    ),
    Indicator(
        code="registry.registrations", name="新登记", unit="家", kind="flow",
        definition="期间登记成立的组织，含备案转登记和分立、合并成立的；变更不计。",
        records=opened(REGISTERED, "registered", "converted", "succeeded"), cuts=(KIND, STREET, FIELD, CLASS), **PLACED,
    ),
    Indicator(
        code="registry.filings", name="新备案", unit="家", kind="flow",
        definition="期间新备案的社区社会组织；改名、迁址不计。",
        records=opened(("BA",), "filed"), cuts=(STREET, COMMUNITY, CATEGORY), **PLACED,
    ),
    Indicator(
        code="registry.conversions", name="备案转登记", unit="家", kind="flow",
        definition="期间由备案转为登记的组织；同时计入“新登记”。",
        records=opened(REGISTERED, "converted"), cuts=(KIND, STREET), **PLACED,
    ),
    Indicator(
        code="registry.deregistrations", name="注销登记", unit="家", kind="flow",
        definition="期间注销登记的组织，含因分立、合并终止的，不含撤销登记。",
        records=closed(REGISTERED, "deregistered", "absorbed", "split"), cuts=(KIND, STREET, FIELD, CLASS), **PLACED,
    ),
    Indicator(
        code="registry.revocations", name="撤销登记", unit="家", kind="flow",
        definition="期间被撤销登记的组织。",
        records=closed(REGISTERED, "revoked"), cuts=(KIND, STREET, FIELD, CLASS), **PLACED,
    ),
    Indicator(
        code="registry.filing_endings", name="备案终止", unit="家", kind="flow",
        definition="期间注销备案或认定长期未活动的社区社会组织；转登记不计。",
        records=closed(("BA",), "cancelled", "lapsed"), cuts=(STREET, COMMUNITY, ENDING), **PLACED,
    ),
    Indicator(
        code="territory.communities", name="社区", unit="个", kind="stock",
        definition="期末存在的社区和村。",
        records=communities, place="path", label="name", subject="pk", opens="territory:node",
        cuts=(Cut(name="community", label="社区", key="pk", text="name", order="sort"),
              Cut(name="street", label="街道", key="parent_id", text="parent__name", order="parent__sort"),
              Cut(name="residence", label="城乡", key="residence", labels=dict(Node.Residence.choices))),
    ),
    Indicator(
        code="registry.filed_per_community", name="平均每社区备案组织", unit="家", kind="rate",
        definition="备案的社区社会组织数 ÷ 社区数；由分子分母直接相除，不用平均数再平均。",
        above="registry.filed", below="territory.communities",
    ),
    Indicator(
        code="registry.members", name="备案组织成员", unit="人次", kind="stock",
        definition="期末在备案的社区社会组织现有成员数之和；一人参加两个组织算两次，取最近填报数。",
        records=standing(("BA",)), measure="organisation__member_count", cuts=(STREET, COMMUNITY, CATEGORY), **PLACED,
    ),
    Indicator(
        code="registry.premises", name="备案组织办公场所", unit="处", kind="stock",
        definition="期末在备案的社区社会组织现有办公场所数之和，取最近填报数。",
        records=standing(("BA",)), measure="organisation__premises_count", cuts=(STREET, COMMUNITY), **PLACED,
    ),
    Indicator(
        code="registry.premises_area", name="备案组织办公场所面积", unit="平方米", kind="stock",
        definition="期末在备案的社区社会组织现有办公场所面积之和，取最近填报数。",
        records=standing(("BA",)), measure="organisation__premises_area", cuts=(STREET, COMMUNITY), **PLACED,
    ),
)  # fmt: skip
