"""What is reported, in time or late, and whose results are still owed."""

from datetime import date

from django.db.models import Min, Q, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.matters.models import LicenceRule, Matter
from changle.ground.registry.models import Organisation


STREET = Cut(name="street", label="街道", key="organisation__street_id",
             text="organisation__street__name", order="organisation__street__sort", none="未落到街道")  # fmt: skip
TYPE = Cut(name="type", label="事项类型", key="type_id", text="type__name", order="type__sort")
KIND = Cut(name="kind", label="组织类型", key="organisation__kind",
           labels=dict(Organisation.Kind.choices))  # fmt: skip
CUTS = (STREET, TYPE, KIND)
PLACED = {"place": "organisation__node__path", "label": "title", "subject": "organisation_id"}


def reported(first: date, after: date) -> "QuerySet[Matter]":
    rows = Matter.objects.filter(submitted_on__gte=first, submitted_on__lt=after)
    return rows.exclude(state=Matter.State.WITHDRAWN)


def late(first: date, after: date) -> "QuerySet[Matter]":
    return reported(first, after).filter(is_late=True)


def on_time(first: date, after: date) -> "QuerySet[Matter]":
    return reported(first, after).filter(is_late=False)


def stopped(first: date, after: date) -> "QuerySet[Matter]":
    return Matter.objects.filter(stopped_on__gte=first, stopped_on__lt=after)


def large(first: date, after: date) -> "QuerySet[Matter]":
    least = LicenceRule.objects.aggregate(least=Min("from_people"))["least"]
    rows = reported(first, after)
    return rows.none() if least is None else rows.filter(expected__gte=least, type__is_event=True)


def results_overdue(day: date, _after: date) -> "QuerySet[Matter]":
    owed = Q(reported_on__isnull=True) | Q(reported_on__gt=day)
    rows = Matter.objects.filter(owed, report_due_on__lt=day)
    return rows.exclude(state__in=(Matter.State.CANCELLED, Matter.State.WITHDRAWN))


declare(
    Indicator(
        code="matters.reported", name="重大事项报告", unit="件", kind="flow",
        definition="期间首次提交的重大事项报告，按提交日计；退回补充后再提交的不重复计，已撤回的不计。",
        records=reported, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="matters.late", name="迟报的重大事项", unit="件", kind="flow",
        definition="期间首次提交时已过最迟报告日的重大事项报告。",
        records=late, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="matters.on_time", name="按时报告的重大事项", unit="件", kind="flow",
        definition="期间在最迟报告日及以前首次提交的重大事项报告。",
        records=on_time, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="matters.on_time_rate", name="重大事项按时报告率", unit="%", kind="rate",
        definition="按时报告的重大事项 ÷ 重大事项报告。",
        above="matters.on_time", below="matters.reported",
    ),
    Indicator(
        code="matters.stopped", name="建议停止的重大事项", unit="件", kind="flow",
        definition="期间被建议停止的重大事项，按最近一次建议停止的日期计。",
        records=stopped, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="matters.large", name="须安全许可的大型活动", unit="件", kind="flow",
        definition="期间首次提交、每场预计人数达到安全许可门槛的活动；门槛见重大事项规则。",
        records=large, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="matters.results_overdue", name="逾期未报结果的活动", unit="件", kind="stock",
        definition="期末已过结果报告期限、仍未报告结果的活动。",
        records=results_overdue, cuts=CUTS, **PLACED,
    ),
)  # fmt: skip
