"""Months of the sample: two published, the last one half sent in."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.periods import Period, midnight, shifted
from changle.core.reach import Actor
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.oversight.statistics.actions.closing import close, open_month, publish, send_back
from changle.oversight.statistics.actions.telling import issue_bulletin, write_bulletin
from changle.oversight.statistics.models import MonthlyReport
from changle.site.demo.scene import Scene


PUBLISHED = 2  # months before the last one
AT_WORK = "张家堡街道"  # whose last month waits to be closed
NOTE = "样例：已核对，未落到所列各行的是区级组织的活动"
CLOSE, DECIDE = Permission.REPORT_CLOSE, Permission.REPORT_DECIDE


def furnish(scene: Scene) -> None:
    last = shifted(scene.today.replace(day=1), -1)
    calendar = Calendar.load()
    for back in range(PUBLISHED, -1, -1):
        month = shifted(last, -back)
        open_month(month)
        first = shifted(month, 1)
        at = min(
            midnight(calendar.add_working_days(first, 3)) + timedelta(hours=10), timezone.now()
        )
        sent(scene, month, at, whole=back > 0)
    tell(scene, last)


def sent(scene: Scene, month: date, at: datetime, *, whole: bool) -> None:
    rows = MonthlyReport.objects.filter(month=month).select_related("node")
    reports = sorted(rows, key=lambda row: -(row.node.path or "").count("."))
    streets = [row for row in reports if row.node.kind == Node.Kind.STREET]
    for place, row in enumerate(streets):
        if not whole and (row.node.name == AT_WORK or place % 4 == 1):
            continue
        close(pk=row.pk, by=seat(row.node), now=at, note=NOTE)
        if whole:
            publish(pk=row.pk, by=seat(scene.nodes["西安市未央区"]), now=at)
        elif place == len(streets) - 1:
            send_back(pk=row.pk, by=seat(scene.nodes["西安市未央区"]), now=at,
                      note="样例：请核对 A1 表的取消场次")  # fmt: skip
    if whole:
        row = next(one for one in reports if one.node.kind == Node.Kind.DISTRICT)
        close(pk=row.pk, by=seat(row.node), now=at, note=NOTE)
        publish(pk=row.pk, by=seat(row.node), now=at)


TEXT = (
    "截至期末，全区登记社会组织 {registry.registered} = {registry.registered|kind=ST} + "
    "{registry.registered|kind=MF} 家（社会团体与民办非企业单位），备案社区社会组织超过 {registry.filed} 家，"
    "本期新增 {registry.filings} 家。\n"
    "开展活动 {activities.sessions} 场，服务 {activities.person_times} 人次，其中联办 "
    "{activities.cohosted_sessions} 场。应核实的活动 {activities.sessions_over} 场，"
    "按期核实 {activities.verified_in_time} 场，及时率 "
    "{activities.verified_in_time / activities.sessions_over}。"
)


def tell(scene: Scene, last: date) -> None:
    """One issued, one that is being written."""
    root = scene.nodes["西安市未央区"]
    quarter = Period.quarter(last.year, (last.month - 1) // 3 + 1).previous()
    for period, issued in ((quarter, True), (Period.month(last.year, last.month), False)):
        row = write_bulletin(
            node=root, title=f"社会组织工作通报（{period.label}）", text=TEXT, starts_on=period.start,
            ends_on=period.end, by=seat(root), now=timezone.now(),
        )  # fmt: skip
        if issued:
            issue_bulletin(pk=row.pk, by=seat(root), now=timezone.now())


def seat(node: Node) -> Actor:
    return Actor(name="样例", reach={CLOSE: (str(node.path),), DECIDE: (str(node.path),)})
