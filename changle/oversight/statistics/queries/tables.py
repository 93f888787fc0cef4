"""The layouts of the report tables: which lines, which columns, what must sum to what."""

from changle.oversight.statistics.queries.lines import (
    class_lines,
    community_lines,
    field_lines,
    held_lines,
    house_lines,
    kind_lines,
    place_lines,
    street_lines,
)
from changle.oversight.statistics.queries.reports import Measure, TableOf


FILED, COMMUNITIES = "registry.filed", "territory.communities"
REPORT_KINDS = [
    ("行业协会类个数", "trade"),
    ("社会服务类个数", "service"),
    ("公益慈善类个数", "charity"),
    ("其他类个数", "other"),
]
# What comes beside the revocations, which are counted by the identities that they closed.
FINER_PENALTIES = ("警告", "罚款", "没收", "限期停止活动")
INSPECTED = [
    ("合格", "credit.inspection_passed"),
    ("基本合格", "credit.inspection_basic"),
    ("不合格", "credit.inspection_failed"),
    ("一年未检", "credit.inspection_missed"),
    ("两年未检", "credit.inspection_missed_twice"),
    ("尚无结论", "credit.inspection_open"),
]
HELD = (
    Measure("活动场次", "activities.sessions"),
    Measure("活动项数", "activities.activities"),
    Measure("服务人次", "activities.person_times"),
    Measure("其中匿名", "activities.anonymous_person_times"),
    Measure("服务人数", "activities.persons"),
    Measure("已结束场次", "activities.sessions_over"),
    Measure("按期核实场次", "activities.verified_in_time"),
    Measure("取消场次", "activities.cancelled"),
)
HELD_ABOUT = "已核实的活动。联办的场次记在举办地，合计只算一次；项数和人数在各行有重复，不能相加；匿名人次不计入人数。"
TABLES = {
    table.code: table
    for table in (
        TableOf(
            "T1", "社区社会组织汇总", "备案的社区社会组织，按街道或社区。平均数为合计除以社区数；"
            "主管单位为现登记的不同单位数，同一单位在几处的，合计中只算一次；数字由平台实时汇总，未经填报和上报。",
            place_lines,
            (
                Measure("社区数量", COMMUNITIES),
                Measure("社会组织总数", FILED),
                Measure("社会组织平均数", FILED, over=COMMUNITIES),
                Measure("主管单位总数", FILED, distinct="unit"),
                *(Measure(label, FILED, "report", part) for label, part in REPORT_KINDS),
                Measure("未分类", FILED, "report", ""),
                Measure("成员总数", "registry.members"),
                Measure("成员平均数", "registry.members", over=COMMUNITIES),
                Measure("办公场所数量", "registry.premises"),
                Measure("办公场所总面积", "registry.premises_area"),
                Measure("办公场所平均面积", "registry.premises_area", over=COMMUNITIES),
                Measure("填报日期", "", says=lambda day: day.isoformat()),
                Measure("填报状态", "", says=lambda _day: "平台实时"),
                Measure("上报日期", "", says=lambda _day: "平台未上报"),
            ),
            ("社会组织总数", (*(label for label, _part in REPORT_KINDS), "未分类")),
            community_lines,
        ),
        TableOf(
            "T9", "登记存量与行业分布", "登记的社会组织，按社会团体、民办非企业单位、基金会的行业分类。",
            class_lines,
            (
                Measure("期末数", "registry.registered"),
                Measure("新登记", "registry.registrations"),
                Measure("注销", "registry.deregistrations"),
                Measure("撤销登记", "registry.revocations"),
                *(Measure(label, "credit.penalties", "type", label) for label in FINER_PENALTIES),
            ),
        ),
        TableOf(
            "T10", "年检汇总", "登记的社会组织按类型的年检结论；年度是被检年度，即时段最后一天所在的年度，其年检在次年进行。",
            kind_lines,
            (
                Measure("应检", "credit.inspection_must"),
                Measure("不需检", "credit.inspection_exempt"),
                Measure("已参检", "credit.inspection_submitted"),
                *(Measure(label, code) for label, code in INSPECTED),
                Measure("整改完成", "credit.inspection_rectified"),
            ),
            ("应检", tuple(label for label, _code in INSPECTED)),
        ),
        TableOf("A1", "活动与服务（按地区）", HELD_ABOUT, held_lines, HELD),
        TableOf("A2", "活动与服务（按领域）", HELD_ABOUT, field_lines, HELD),
        TableOf(
            "T15", "孵化基地运行", "各街道的孵化基地、运营、工位、孵化和培训；存量是期末数，入驻组织同在几处的，各处都算，合计"
            "只算一次。",
            street_lines,
            (
                Measure("基地", "bases.bases"),
                Measure("已认定", "bases.recognised"),
                Measure("面积（平方米）", "bases.area"),
                Measure("运营合同", "bases.operator_contracts"),
                Measure("工位", "leases.desks"),
                Measure("已用工位", "leases.desks_taken"),
                Measure("入驻组织", "leases.organisations_in"),
                Measure("新孵化", "incubation.admitted"),
                Measure("在孵", "incubation.incubating"),
                Measure("出壳", "incubation.graduated"),
                Measure("强制退出", "incubation.forced_out"),
                Measure("孵化转登记", "incubation.converted"),
                Measure("定制服务次数", "incubation.services"),
                Measure("培训课次", "incubation.lessons"),
                Measure("培训人次", "incubation.lesson_person_times"),
                Measure("微资助（元）", "incubation.grants"),
            ),
        ),
        TableOf(
            "T16", "四共指标", "场地共用与资源共享，按街道或中心；供需对接和捐赠记在街道，不分到中心。",
            house_lines,
            (
                Measure("场地使用次数", "venue.uses"),
                Measure("场地使用分钟", "venue.used_minutes"),
                Measure("爽约", "venue.no_shows"),
                Measure("物资借用", "loans.count"),
                Measure("借出件数", "loans.items"),
                Measure("资源使用次数", "exchange.uses"),
                Measure("资源使用小时", "exchange.use_hours"),
                Measure("捐赠笔数", "exchange.donations"),
                Measure("捐赠价值（元）", "exchange.donation_value"),
            ),
        ),
    )
}  # fmt: skip
