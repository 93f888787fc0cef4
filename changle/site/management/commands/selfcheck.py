import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from typing import Any

import django
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from changle.core.periods import Period
from changle.oversight.statistics.queries.truth import Checked, check, check_parts
from changle.site import health


MONTHS = 12


def compared(today: date, period: Period, *, by_parts: bool) -> tuple[list[str], int]:
    """The sentences about what differs in a period, and how many values were compared."""
    told = Checked()
    look = check_parts if by_parts else check
    return list(look(today, [period], told=told)), told.values


class Command(BaseCommand):
    help = "自检：配置、数据库约束、日志链、文件；--figures 核对每个数等于它的记录之和。有问题则退出码为 1。"
    looks = health.CHECKS

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--figures", action="store_true", help="核对每个数等于它的记录之和")
        parser.add_argument("--months", type=int, default=MONTHS, help="核对最近几个月，缺省 12")
        parser.add_argument(
            "--jobs",
            type=int,
            default=os.cpu_count() or 1,
            help="同时用几个进程，缺省与处理器核数相同",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        bad = (
            self.figures(options["months"], options["jobs"]) if options["figures"] else self.house()
        )
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

    def figures(self, count: int, jobs: int) -> int:
        wrong = values = 0
        for sentences, compared_here in self.periods(count, jobs):
            values += compared_here
            wrong += len(sentences)
            for sentence in sentences:
                self.stdout.write(f"✗ {sentence}")
        self.stdout.write(f"核对 {values:,} 个数，不符 {wrong:,} 个。")
        return wrong

    def periods(self, count: int, jobs: int) -> Iterator[tuple[list[str], int]]:
        """The year, the latest months, and the parts of the year; side by side."""
        today = timezone.localdate()
        year, months = Period.year(today.year), [Period.month(today.year, today.month)]
        while len(months) < count:
            months.append(months[-1].previous())
        if jobs == 1:
            for period in (year, *months):
                yield compared(today, period, by_parts=False)
            yield compared(today, year, by_parts=True)
            return
        fresh = multiprocessing.get_context("spawn")  # a database connection survives no fork
        with ProcessPoolExecutor(jobs, mp_context=fresh, initializer=django.setup) as pool:
            asked = [pool.submit(compared, today, one, by_parts=False) for one in (year, *months)]
            asked.append(pool.submit(compared, today, year, by_parts=True))
            for one in asked:
                yield one.result()
