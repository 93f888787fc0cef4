"""Who is in incubation, who left how, and what was done for them (domain rules 5.1, T15)."""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.registry.models import Organisation
from changle.services.activities.models import Session
from changle.services.incubation.models import (
    Certificate,
    CourseSession,
    Delivery,
    FollowUp,
    Incubatee,
    PlanItem,
)
from changle.services.leases.indicators import Days, of_house


FORCED = ("handing_over", "forced_exit")


def of_body(way: str = "") -> tuple[Cut, ...]:
    body = f"{way}organisation"
    return (
        *of_house(f"{way}call__centre"),
        Cut(name="organisation", label="组织", key=f"{body}_id", text=f"{body}__name"),
        Cut(name="kind", label="组织类型", key=f"{body}__kind", labels=dict(Organisation.Kind.choices)),
        Cut(name="virtual", label="方式", key=f"{way}is_virtual",
            labels={"True": "虚拟孵化", "False": "实地孵化"}),
    )  # fmt: skip


def admitted(first: date, after: date) -> "QuerySet[Incubatee]":
    return Incubatee.objects.filter(admitted_on__gte=first, admitted_on__lt=after)


def inside(day: date, _after: date) -> "QuerySet[Incubatee]":
    """From the first day of the term until the day of graduating or leaving."""
    gone = Q(graduated_on__lte=day) | Q(left_on__lte=day)
    return Incubatee.objects.filter(starts_on__lte=day).exclude(gone)


def graduated(first: date, after: date) -> "QuerySet[Incubatee]":
    rows = Incubatee.objects.filter(graduated_on__gte=first, graduated_on__lt=after)
    return rows.annotate(days=Days(F("graduated_on"), F("starts_on")))


def forced(first: date, after: date) -> "QuerySet[Incubatee]":
    return Incubatee.objects.filter(state__in=FORCED, left_on__gte=first, left_on__lt=after)


def ended(first: date, after: date) -> "QuerySet[Incubatee]":
    out = Q(graduated_on__gte=first, graduated_on__lt=after)
    return Incubatee.objects.filter(
        out | Q(state__in=FORCED, left_on__gte=first, left_on__lt=after)
    ).annotate(over_on=F("graduated_on"))


def converted(first: date, after: date) -> "QuerySet[Incubatee]":
    """Bodies in or after incubation that were registered in the time, each by its latest stay."""
    return Incubatee.objects.filter(
        starts_on__isnull=False, starts_on__lte=F("organisation__registered_on"),
        organisation__kind__in=Organisation.REGISTERED,
        organisation__registered_on__gte=first, organisation__registered_on__lt=after,
    )  # fmt: skip


def delivered(first: date, after: date) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(on__gte=first, on__lt=after, confirmed_at__isnull=False)


def rated(first: date, after: date) -> "QuerySet[Delivery]":
    return delivered(first, after).filter(satisfaction__isnull=False)


def lessons(first: date, after: date) -> "QuerySet[CourseSession]":
    return CourseSession.objects.filter(
        session__on__gte=first, session__on__lt=after, session__state__in=Session.COUNTING
    )


def certificates(first: date, after: date) -> "QuerySet[Certificate]":
    rows = Certificate.objects.filter(issued_on__gte=first, issued_on__lt=after)
    return rows.filter(revoked_on__isnull=True)


def grants(first: date, after: date) -> "QuerySet[PlanItem]":
    """Micro-grants of plans by the day on which they were done."""
    rows = PlanItem.objects.filter(kind=PlanItem.Kind.GRANT, state=PlanItem.State.DONE)
    return rows.filter(wanted_by__gte=first, wanted_by__lt=after).annotate(
        yuan=F("amount_fen") / 100
    )


def visits(first: date, after: date) -> "QuerySet[FollowUp]":
    return FollowUp.objects.filter(done_on__gte=first, done_on__lt=after)


def alive(first: date, after: date) -> "QuerySet[FollowUp]":
    return visits(first, after).filter(is_alive=True)


BODY: dict[str, Any] = {
    "place": "call__centre__node__path", "label": "organisation__name", "subject": "pk",
    "opens": "incubation:incubatee", "cuts": of_body(),
}  # fmt: skip
OF_BODY: dict[str, Any] = {
    "place": "incubatee__call__centre__node__path", "label": "incubatee__organisation__name",
    "subject": "incubatee_id", "opens": "incubation:incubatee",
}  # fmt: skip
KIND = Cut(name="service", label="服务类别", key="item__kind", labels=dict(PlanItem.Kind.choices))
SERVICE = {**OF_BODY, "cuts": (*of_body("incubatee__"), KIND), "dated": "on"}
LESSON: dict[str, Any] = {
    "place": "course__centre__node__path", "label": "course__title", "subject": "course_id",
    "opens": "incubation:course", "cuts": (
        *of_house("course__centre"),
        Cut(name="course", label="课程", key="course_id", text="course__title"),
    ),
}  # fmt: skip

declare(
    Indicator(
        code="incubation.admitted", name="新孵化", unit="家", kind="flow",
        definition="期间准入的孵化对象，按准入日期。", records=admitted, dated="admitted_on", **BODY,
    ),
    Indicator(
        code="incubation.incubating", name="在孵", unit="家", kind="stock",
        definition="期末在孵化期内的组织：协议开始以后，出壳或离开以前。", records=inside, **BODY,
    ),
    Indicator(
        code="incubation.graduated", name="出壳", unit="家", kind="flow",
        definition="期间出壳的组织，按出壳日期。", records=graduated, dated="graduated_on", **BODY,
    ),
    Indicator(
        code="incubation.forced_out", name="强制退出", unit="家", kind="flow",
        definition="期间完成交接的强制退出，含到期出壳评估不合格的。", records=forced,
        dated="left_on", **BODY,
    ),
    Indicator(
        code="incubation.ended", name="孵化结束", unit="家", kind="flow",
        definition="期间出壳的和强制退出的；自愿退出的不算。", records=ended, **BODY,
    ),
    Indicator(
        code="incubation.graduation_rate", name="出壳率", unit="%", kind="rate",
        definition="出壳 ÷（出壳 + 强制退出）。", above="incubation.graduated",
        below="incubation.ended",
    ),
    Indicator(
        code="incubation.graduated_days", name="出壳组织的孵化天数", unit="天", kind="flow",
        definition="期间出壳的组织从协议开始到出壳的天数之和。", records=graduated, measure="days",
        dated="graduated_on", **BODY,
    ),
    Indicator(
        code="incubation.average_days", name="平均孵化天数", unit="天", kind="rate",
        definition="出壳组织的孵化天数 ÷ 出壳。", above="incubation.graduated_days",
        below="incubation.graduated",
    ),
    Indicator(
        code="incubation.converted", name="孵化转登记", unit="家", kind="flow",
        definition="孵化开始以后成为登记的社会组织的，按登记日期。", records=converted, **BODY,
    ),
    Indicator(
        code="incubation.services", name="定制服务次数", unit="次", kind="flow",
        definition="期间提供并经组织确认的服务记录。", records=delivered, **SERVICE,
    ),
    Indicator(
        code="incubation.service_minutes", name="定制服务时长", unit="分钟", kind="flow",
        definition="期间经组织确认的服务的分钟数之和。", records=delivered, measure="minutes", **SERVICE,
    ),
    Indicator(
        code="incubation.rated_services", name="已评价服务", unit="次", kind="flow",
        definition="经组织确认并打了满意度的服务记录。", records=rated, **SERVICE,
    ),
    Indicator(
        code="incubation.satisfaction_points", name="满意度总分", unit="分", kind="flow",
        definition="组织给服务打的满意度（1 至 5 分）之和。", records=rated, measure="satisfaction",
        **SERVICE,
    ),
    Indicator(
        code="incubation.satisfaction", name="服务满意度", unit="分", kind="rate",
        definition="满意度总分 ÷ 已评价服务，满分 5 分。", above="incubation.satisfaction_points",
        below="incubation.rated_services",
    ),
    Indicator(
        code="incubation.lessons", name="培训课次", unit="次", kind="flow",
        definition="期间举办并经核实的课次。", records=lessons, dated="session__on", **LESSON,
    ),
    Indicator(
        code="incubation.lesson_person_times", name="培训人次", unit="人次", kind="flow",
        definition="期间经核实的课次的服务人次之和。", records=lessons,
        measure="session__person_times", dated="session__on", **LESSON,
    ),
    Indicator(
        code="incubation.certificates", name="结业证书", unit="份", kind="flow",
        definition="期间颁发、没有撤销的结业证书。", records=certificates, dated="issued_on", **LESSON,
    ),
    Indicator(
        code="incubation.grants", name="微资助", unit="元", kind="flow",
        definition="计划中已完成的微资助金额，按约定的完成日期；每笔取整元。", records=grants, measure="yuan",
        dated="wanted_by", **OF_BODY, cuts=of_body("incubatee__"),
    ),
    Indicator(
        code="incubation.visits", name="出壳回访", unit="次", kind="flow",
        definition="期间完成的出壳回访。", records=visits, dated="done_on", **OF_BODY,
        cuts=of_body("incubatee__"),
    ),
    Indicator(
        code="incubation.alive", name="回访时仍活跃", unit="次", kind="flow",
        definition="期间完成的出壳回访中，组织仍在开展活动的。", records=alive, dated="done_on", **OF_BODY,
        cuts=of_body("incubatee__"),
    ),
    Indicator(
        code="incubation.survival", name="出壳后存活率", unit="%", kind="rate",
        definition="回访时仍活跃 ÷ 出壳回访。", above="incubation.alive", below="incubation.visits",
    ),
)  # fmt: skip
