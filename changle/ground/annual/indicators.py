"""What annual reports count. Money is told in whole yuan a report, so that parts sum to the whole."""

from datetime import date

from django.db.models import BigIntegerField, Case, F, QuerySet, Value, When

from changle.core.indicators import Cut, Indicator, declare
from changle.core.money import FEN
from changle.ground.annual.models import AnnualReport
from changle.ground.registry.models import Organisation


REPORTED = AnnualReport.REPORTED
KIND = Cut(name="kind", label="类型", key="kind", labels=dict(Organisation.Kind.choices))
STREET = Cut(name="street", label="街道", key="organisation__street_id", text="organisation__street__name",
             order="organisation__street__sort", none="未落到街道")  # fmt: skip
FIELD = Cut(name="field", label="服务领域", key="organisation__field_id", text="organisation__field__name",
            order="organisation__field__sort")  # fmt: skip
STATE = Cut(name="state", label="状态", key="state", labels=dict(AnnualReport.State.choices))
CUTS = (KIND, STREET, FIELD)
MONEY = ("income", "expense", "net", "donation", "fee")


def whole_yuan(name: str) -> Case:
    """Fen to yuan, rounded half away from nought, as the books round."""
    up = (F(name) + Value(FEN // 2)) / Value(FEN)
    down = (F(name) - Value(FEN // 2)) / Value(FEN)
    column = BigIntegerField()
    return Case(
        When(**{f"{name}__gte": 0}, then=up), When(**{f"{name}__lt": 0}, then=down),
        default=None, output_field=column,
    )  # fmt: skip


def due(first: date, after: date) -> "QuerySet[AnnualReport]":
    """The reports whose day fell in the period, the excused left out."""
    rows = AnnualReport.objects.filter(report_by__gte=first, report_by__lt=after)
    return rows.exclude(state=AnnualReport.State.EXCUSED)


def reported(first: date, after: date) -> "QuerySet[AnnualReport]":
    return due(first, after).filter(state__in=REPORTED)


def in_time(first: date, after: date) -> "QuerySet[AnnualReport]":
    return reported(first, after).filter(submitted_on__lte=F("report_by"))


def of_years(first: date, after: date) -> "QuerySet[AnnualReport]":
    """The reports of the calendar years that ended in the period, with their money in yuan."""
    years = [y for y in range(first.year - 1, after.year + 1) if first <= date(y, 12, 31) < after]
    rows = AnnualReport.objects.filter(year__in=years, state__in=REPORTED)
    return rows.annotate(**{f"{name}_yuan": whole_yuan(f"{name}_fen") for name in MONEY})


PLACED = {
    "place": "organisation__node__path",
    "label": "organisation__name",
    "subject": "organisation_id",
}
PER_REPORT = "报告年度的 12 月 31 日落在期间内、已提交的年度报告"

declare(
    Indicator(
        code="annual.due", name="应报年度报告", unit="份", kind="flow",
        definition="报送截止日期落在期间内的年度报告。6 月 30 日后登记的民非、当年未登记的和经核准免报的不计。",
        records=due, cuts=(*CUTS, STATE), **PLACED,
    ),
    Indicator(
        code="annual.submitted", name="已报年度报告", unit="份", kind="flow",
        definition="报送截止日期落在期间内、已登记上报官方系统的年度报告，含逾期上报的；退回修改中的不计。",
        records=reported, cuts=(*CUTS, STATE), **PLACED,
    ),
    Indicator(
        code="annual.in_time", name="按时报送", unit="份", kind="flow",
        definition="已报年度报告中，上报日期不晚于截止日期的。",
        records=in_time, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="annual.rate", name="年报率", unit="%", kind="rate",
        definition="已报年度报告 ÷ 应报年度报告（免报的不在分母里）；由分子分母直接相除。",
        above="annual.submitted", below="annual.due",
    ),
    Indicator(
        code="annual.in_time_rate", name="按时年报率", unit="%", kind="rate",
        definition="按时报送 ÷ 应报年度报告。",
        above="annual.in_time", below="annual.due",
    ),
    *(
        Indicator(
            code=f"annual.{name}", name=label, unit="元", kind="flow",
            definition=f"{PER_REPORT}的{what}之和；每份报告按元四舍五入后相加，分毫不差的数见统计台账。",
            records=of_years, measure=f"{name}_yuan", cuts=CUTS, **PLACED,
        )
        for name, label, what in (
            ("income", "社会组织收入", "本年收入合计"),
            ("expense", "社会组织费用", "本年费用合计"),
            ("net", "社会组织净资产", "年末净资产"),
            ("donation", "社会组织捐赠收入", "捐赠收入"),
            ("fee", "会费收入", "会费收入"),
        )
    ),
    Indicator(
        code="annual.staff", name="从业人员", unit="人", kind="flow",
        definition=f"{PER_REPORT}的年末从业人数之和；一人在两家任职算两次。",
        records=of_years, measure="staff_count", cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="annual.typed", name="年报手工填写项", unit="项", kind="flow",
        definition=f"{PER_REPORT}中靠人手工填写、平台没有替填的项目数；越少越好。",
        records=of_years, measure="typed_count", cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="annual.reports", name="已报报告（按报告年度）", unit="份", kind="flow",
        definition=f"{PER_REPORT}。",
        records=of_years, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="annual.typed_per_report", name="每份年报手工填写项", unit="项", kind="rate",
        definition="年报手工填写项 ÷ 已报报告；平台的考核数，逐年应下降。",
        above="annual.typed", below="annual.reports",
    ),
)  # fmt: skip
