import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from changle.core.periods import Period
from changle.oversight.statistics.queries.truth import Checked, check, check_parts
from changle.site import health


MONTHS = 12


class Command(BaseCommand):
    help = "自检：配置、数据库约束、日志链、文件；--figures 核对每个数等于它的记录之和。有问题则退出码为 1。"
    looks = health.CHECKS

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--figures", action="store_true", help="核对每个数等于它的记录之和")
        parser.add_argument("--months", type=int, default=MONTHS, help="核对最近几个月，缺省 12")

    def handle(self, *_args: Any, **options: Any) -> None:
        bad = self.figures(options["months"]) if options["figures"] else self.house()
        if bad:
            sys.exit(1)

    def house(self) -> int:
        bad = 0
        for look in self.looks:
            for finding in look():
                self.stdout.write(f"{'✓' if finding.well else '✗'} {finding.text}")
                bad += not finding.well
        self.stdout.write("一切正常。" if not bad else f"发现 {bad} 个问题。")
        return bad

    def figures(self, count: int) -> int:
        today, told = timezone.localdate(), Checked()
        year, months = Period.year(today.year), [Period.month(today.year, today.month)]
        while len(months) < count:
            months.append(months[-1].previous())
        for sentence in check(today, [year, *months], told=told):
            self.stdout.write(f"✗ {sentence}")
        for sentence in check_parts(today, [year], told=told):
            self.stdout.write(f"✗ {sentence}")
        self.stdout.write(f"核对 {told.values:,} 个数，不符 {told.wrong:,} 个。")
        return told.wrong
