"""What inspection, grades, lists and penalties add up to.

Bodies are counted by the identity that held on the day, so that a later move, rename or conversion
changes no past figure. Illegal bodies that were banned are no organisations of the registry and are
in none of these figures.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.credit.queries.inspecting import (
    bound,
    exempt,
    expected,
    of_the_body,
    results_of,
)
from changle.ground.registry.indicators import (
    CLASS,
    KIND,
    KINDS,
    PLACED,
    STREET,
    Standing,
)
from changle.ground.registry.models import Identity, OfficialFact, Organisation
from changle.ground.registry.queries.eligibility import holding
from changle.ground.registry.queries.rulebook import (
    BASIC,
    FAILED,
    MISSED,
    MISSED_TWICE,
    PASSED,
    RESULTS,
    SUBMITTED,
    numbers,
    years_after,
)


Kind = OfficialFact.Kind
EVERY_KIND = tuple(Organisation.Kind.values)


class Inspected:
    """Of those that had to: who has one of some results for the year of the day asked."""

    def __init__(self, *results: str) -> None:
        self.results = results

    def __call__(self, day: date, _after: date) -> "QuerySet[Identity]":
        return bound(day.year).filter(results_of(day.year, *self.results))


def had_to(day: date, _after: date) -> "QuerySet[Identity]":
    return bound(day.year)


def need_not(day: date, _after: date) -> "QuerySet[Identity]":
    return expected(day.year).filter(exempt(day.year))


def without_result(day: date, _after: date) -> "QuerySet[Identity]":
    return bound(day.year).exclude(results_of(day.year, *RESULTS))


def rectified(day: date, _after: date) -> "QuerySet[Identity]":
    told = of_the_body(kind=Kind.INSPECTION, year=day.year, rectified_on__isnull=False)
    return bound(day.year).filter(Exists(told))


class Listed:
    """The bodies that stand on a list on a day, each once, with the ground told last."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, day: date, after: date) -> "QuerySet[Identity]":
        told = of_the_body(kind=self.kind).filter(holding(day)).order_by("-starts_on", "-pk")
        why = told.annotate(why=Coalesce(NullIf("ground", Value("")), "result"))
        rows = Standing(EVERY_KIND)(day, after).filter(Exists(told))
        return rows.annotate(ground=Subquery(why.values("why")[:1]))


def graded(day: date, after: date) -> "QuerySet[Identity]":
    """The bodies with a grade in force: its own end, or the full term where none is told."""
    term = years_after(day, -numbers(day)["grade_years"])
    lasting = Q(ends_on__gt=day) | Q(ends_on__isnull=True, starts_on__gt=term)
    told = of_the_body(kind=Kind.GRADE, starts_on__lte=day).filter(lasting)
    rows = Standing(EVERY_KIND)(day, after).filter(Exists(told))
    return rows.annotate(grade=Subquery(told.order_by("-starts_on", "-pk").values("result")[:1]))


def penalised(first: date, after: date) -> "QuerySet[OfficialFact]":
    """The penalties of a period, each with what its body was and where it stood that day."""
    then = Identity.objects.filter(
        organisation=OuterRef("organisation"), starts_on__lte=OuterRef("starts_on")
    ).order_by("-starts_on", "-pk")
    columns = {
        "at_path": "place__path", "at_kind": "kind", "at_street_id": "street_id",
        "at_street": "street__name", "at_street_sort": "street__sort",
        "at_class_id": "official_class_id", "at_class": "official_class__name",
        "at_class_sort": "official_class__sort",
    }  # fmt: skip
    rows = OfficialFact.objects.filter(
        kind=Kind.PENALTY, withdrawn_at__isnull=True, starts_on__gte=first, starts_on__lt=after
    )
    return rows.annotate(**{k: Subquery(then.values(v)[:1]) for k, v in columns.items()})


YEAR_SAID = "按被检年度统计：所选时段最后一天所在的年度（其年检在次年进行）。应检以该年度末在册的登记组织为准。"
INSPECTION: dict[str, Any] = {
    "unit": "家",
    "kind": "stock",
    "cuts": (KIND, STREET, CLASS),
    **PLACED,
}
GROUND = Cut(name="ground", label="列入事由", key="ground", none="未写明")
GRADE = Cut(name="grade", label="等级", key="grade")
TYPE = Cut(name="type", label="处罚种类", key="result", none="未写明")
PENALTY_CUTS = (
    TYPE,
    Cut(name="kind", label="类型", key="at_kind", labels=KINDS),
    Cut(name="street", label="街道", key="at_street_id", text="at_street", order="at_street_sort",
        none="未落到街道"),
    Cut(name="class", label="行业分类", key="at_class_id", text="at_class", order="at_class_sort"),
)  # fmt: skip

declare(
    Indicator(
        code="credit.inspection_must", name="应参加年检", records=had_to, **INSPECTION,
        definition=f"{YEAR_SAID}当年下半年登记的民办非企业单位不需检，不计入；社会团体、基金会年末前登记的都计入。",
    ),
    Indicator(
        code="credit.inspection_exempt", name="不需年检", records=need_not, **INSPECTION,
        definition=f"{YEAR_SAID}被检年度截止日（默认 6 月 30 日）之后登记的民办非企业单位，以及结论为“刚成立不需检”的。",
    ),
    Indicator(
        code="credit.inspection_submitted", name="已参加年检", records=Inspected(*SUBMITTED), **INSPECTION,
        definition=f"{YEAR_SAID}应检组织中有合格、基本合格或不合格结论的。",
    ),
    *(
        Indicator(code=f"credit.inspection_{code}", name=f"年检{result}", records=Inspected(result),
                  definition=f"{YEAR_SAID}应检组织中结论为“{result}”的。", **INSPECTION)
        for code, result in (("passed", PASSED), ("basic", BASIC), ("failed", FAILED),
                             ("missed", MISSED), ("missed_twice", MISSED_TWICE))
    ),
    Indicator(
        code="credit.inspection_open", name="年检尚无结论", records=without_result, **INSPECTION,
        definition=f"{YEAR_SAID}应检组织中还没有登记任何结论的。",
    ),
    Indicator(
        code="credit.inspection_rectified", name="年检整改完成", records=rectified, **INSPECTION,
        definition=f"{YEAR_SAID}应检组织中结论为基本合格或不合格、已登记整改完成的。",
    ),
    Indicator(
        code="credit.inspection_rate", name="年检率", unit="%", kind="rate",
        definition="已参加年检的组织 ÷ 应参加年检的组织（不需检的不计入分母），按被检年度。",
        above="credit.inspection_submitted", below="credit.inspection_must",
    ),
    Indicator(
        code="credit.abnormal", name="活动异常名录在列", unit="家", kind="stock", records=Listed(Kind.ABNORMAL),
        definition="期末在活动异常名录上的组织；列入当日计入，移出当日不计；多次列入只算一家，事由取最近一次。",
        cuts=(GROUND, KIND, STREET), **PLACED,
    ),
    Indicator(
        code="credit.serious", name="严重违法失信名单在列", unit="家", kind="stock", records=Listed(Kind.SERIOUS),
        definition="期末在严重违法失信名单上的组织；列入当日计入，移出当日不计；与异常名录分别统计，可能同时在列。",
        cuts=(GROUND, KIND, STREET), **PLACED,
    ),
    Indicator(
        code="credit.graded", name="评估等级有效", unit="家", kind="stock", records=graded,
        definition="期末有有效评估等级的组织；已到期、被取消或没有记明起始日期的不计。",
        cuts=(GRADE, KIND, STREET, CLASS), **PLACED,
    ),
    Indicator(
        code="credit.penalties", name="行政处罚", unit="件", kind="flow", records=penalised,
        definition="期间对名录内组织作出的行政处罚，一份决定有两种处罚的算两件，按决定日期；"
        "取缔非法社会组织不在名录内，不计入。",
        cuts=PENALTY_CUTS, place="at_path", label="organisation__name", subject="organisation_id",
    ),
)  # fmt: skip
