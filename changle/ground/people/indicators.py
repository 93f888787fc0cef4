"""What is counted of people and party building.

The rows are posts and bodies, never names: a drill-down leads to the body, and no figure tells
of one person's age or politics by name.
"""

from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.people.models import JOINED, KINDS, LEADING, PartyFact, Person, Post
from changle.ground.people.queries import in_office, works
from changle.ground.registry.models import Identity, Organisation


ENOUGH = 3  # formal party members among the full-time staff, from which a branch is due (党章)
KIND = Cut(
    name="kind", label="组织类型", key="organisation__kind", labels=dict(Organisation.Kind.choices)
)
STREET = Cut(
    name="street",
    label="街道",
    key="organisation__street_id",
    text="organisation__street__name",
    order="organisation__street__sort",
    none="未落到街道",
)
POST = Cut(name="post", label="职务", key="kind", labels={k.code: k.label for k in KINDS.values()})
TIME = Cut(name="time", label="用工", key="time", labels={"full": "专职", "part": "兼职"})
SEX = Cut(name="sex", label="性别", key="person__sex", labels=dict(Person.Sex.choices))
AGE = Cut(
    name="age",
    label="年龄",
    key="age",
    labels={"35": "35 岁及以下", "45": "36 至 45 岁", "55": "46 至 55 岁", "56": "56 岁及以上"},
)
EDUCATION = Cut(
    name="education", label="学历", key="person__education", labels=dict(Person.Education.choices)
)
GRADE = Cut(
    name="grade",
    label="社会工作者职业水平",
    key="person__grade",
    labels=dict(Person.Grade.choices),
    none="无",
)
PARTY = Cut(
    name="party",
    label="是否中共党员",
    key="party",
    labels={"yes": "中共党员（含预备）", "no": "其他或未填"},
)
BODY_KIND = Cut(name="kind", label="组织类型", key="kind", labels=dict(Organisation.Kind.choices))
BODY_STREET = Cut(
    name="street",
    label="街道",
    key="street_id",
    text="street__name",
    order="street__sort",
    none="未落到街道",
)


def once(day: date, which: Q) -> "QuerySet[Post]":
    """Of each person in each living body one post of those that fit: each counts once a body."""
    held = Post.objects.filter(which, in_office(day))
    earlier = held.filter(
        organisation_id=OuterRef("organisation_id"),
        person_id=OuterRef("person_id"),
        pk__lt=OuterRef("pk"),
    )
    return held.filter(standing(day), ~Exists(earlier))


def standing(day: date) -> Q:
    """Posts of bodies that stand on a day."""
    holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    found = Identity.objects.filter(
        holds, organisation_id=OuterRef("organisation_id"), starts_on__lte=day
    )
    return Q(Exists(found))


def officers(day: date, _after: date) -> "QuerySet[Post]":
    return once(day, Q(kind__in=LEADING))


def staff(day: date, _after: date) -> "QuerySet[Post]":
    full = Post.objects.filter(
        in_office(day),
        works(),
        is_full_time=True,
        organisation_id=OuterRef("organisation_id"),
        person_id=OuterRef("person_id"),
    )
    bands = [
        When(person__birth_year__gte=day.year - bound, then=Value(str(bound)))
        for bound in (35, 45, 55)
    ]
    return once(day, works()).annotate(
        time=Case(
            When(Exists(full), then=Value("full")), default=Value("part"), output_field=CharField()
        ),
        age=Case(
            When(person__birth_year=None, then=Value("")),
            *bands,
            default=Value("56"),
            output_field=CharField(),
        ),
        party=Case(
            When(person__politics__in=("party", "probationary"), then=Value("yes")),
            default=Value("no"),
            output_field=CharField(),
        ),
    )


def full_time(day: date, after: date) -> "QuerySet[Post]":
    rows: QuerySet[Any] = staff(day, after)
    return rows.filter(time="full")


def members(day: date, _after: date) -> "QuerySet[Post]":
    return Post.objects.filter(standing(day), in_office(day), kind__in=JOINED)


def registered(day: date, _after: date) -> "QuerySet[Identity]":
    holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    return Identity.objects.filter(holds, kind__in=Organisation.REGISTERED, starts_on__lte=day)


def stated(day: date) -> "QuerySet[PartyFact]":
    """The statement on party building that holds for a body on a day."""
    return PartyFact.objects.filter(in_office(day), organisation_id=OuterRef("organisation_id"))


def with_party(day: date, after: date) -> "QuerySet[Identity]":
    return registered(day, after).filter(Exists(stated(day).filter(has_organisation=True)))


def party_members(day: date, after: date) -> "QuerySet[Identity]":
    facts = stated(day).annotate(members=F("full_time") + F("part_time") + F("probationary"))
    told = Coalesce(Subquery(facts.values("members")[:1]), 0)
    return registered(day, after).annotate(members=told).filter(members__gt=0)


def due(day: date, after: date) -> "QuerySet[Identity]":
    """应建未建, by what was stated or by the staff on record, whichever shows more."""
    on_record = (
        Post.objects.filter(
            in_office(day),
            works(),
            is_full_time=True,
            person__politics="party",
            organisation_id=OuterRef("organisation_id"),
        )
        .order_by()
        .values("organisation_id")
        .annotate(count=Count("person_id", distinct=True))
    )
    said = Exists(stated(day).filter(full_time__gte=ENOUGH))
    rows = registered(day, after).annotate(
        on_record=Coalesce(Subquery(on_record.values("count")[:1]), 0)
    )
    return rows.filter(Q(said) | Q(on_record__gte=ENOUGH)).exclude(
        Exists(stated(day).filter(has_organisation=True))
    )


POSTS: dict[str, Any] = {
    "place": "organisation__node__path",
    "label": "organisation__name",
    "subject": "organisation_id",
}
BODIES: dict[str, Any] = {
    "place": "place__path",
    "label": "name",
    "subject": "organisation_id",
    "cuts": (BODY_KIND, BODY_STREET),
}

declare(
    Indicator(
        code="people.officers", name="在任负责人", unit="人次", kind="stock",
        definition="期末在任的法定代表人（负责人）、会长（理事长）、副会长（副理事长）、秘书长；"
        "一人在一个组织兼任几职算一次，在几个组织任职各算一次。",
        records=officers, cuts=(KIND, STREET, SEX), **POSTS,
    ),
    Indicator(
        code="people.staff", name="从业人员", unit="人次", kind="stock",
        definition="期末在组织工作的人：工作人员、财务负责人，以及专职的负责人、理事、监事；会员和骨干不算。"
        "一人在一个组织算一次。年龄为年内所满周岁。",
        records=staff, cuts=(KIND, STREET, TIME, SEX, AGE, EDUCATION, GRADE, PARTY), **POSTS,
    ),
    Indicator(
        code="people.full_time", name="专职人员", unit="人次", kind="stock",
        definition="从业人员中任一职务为专职的人；一人在一个组织算一次。",
        records=full_time, cuts=(KIND, STREET, SEX, AGE, EDUCATION, GRADE, PARTY), **POSTS,
    ),
    Indicator(
        code="people.staff_per_body", name="平均每家专职人员", unit="人", kind="rate",
        definition="专职人员 ÷ 期末登记的社会组织；由分子分母直接相除。",
        above="people.full_time", below="registry.registered",
    ),
    Indicator(
        code="people.members", name="会员与骨干", unit="人次", kind="stock",
        definition="期末名单上的个人会员、单位会员和志愿者骨干；参加几个组织各算一次。"
        "与组织自报的成员数（registry.members）分列，不相加。",
        records=members, cuts=(KIND, STREET, POST), **POSTS,
    ),
    Indicator(
        code="people.party_organisations", name="建立党组织的社会组织", unit="家", kind="stock",
        definition="期末登记的社会组织中，党建情况登记为已建立党组织的（含联合、临时党组织）。",
        records=with_party, **BODIES,
    ),
    Indicator(
        code="people.party_coverage", name="党组织覆盖率", unit="%", kind="rate",
        definition="建立党组织的社会组织 ÷ 期末登记的社会组织。",
        above="people.party_organisations", below="registry.registered",
    ),
    Indicator(
        code="people.party_members", name="社会组织党员", unit="人次", kind="stock",
        definition="期末登记的社会组织自报的专职、兼职正式党员与预备党员之和；只计人数。",
        records=party_members, measure="members", **BODIES,
    ),
    Indicator(
        code="people.party_due", name="应建未建", unit="家", kind="stock",
        definition=f"期末登记的社会组织中，专职人员有正式党员 {ENOUGH} 名以上（自报数或在册人数）而没有党组织的。",
        records=due, **BODIES,
    ),
)  # fmt: skip
