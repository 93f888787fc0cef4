import sys
from typing import Any

from django.core.management.base import BaseCommand

from changle.site import health


class Command(BaseCommand):
    help = "自检：配置、数据库约束、日志链、文件。有问题则退出码为 1。"
    looks = health.CHECKS

    def handle(self, *_args: Any, **_options: Any) -> None:
        bad = 0
        for look in self.looks:
            for finding in look():
                self.stdout.write(f"{'✓' if finding.well else '✗'} {finding.text}")
                bad += not finding.well
        self.stdout.write("一切正常。" if not bad else f"发现 {bad} 个问题。")
        if bad:
            sys.exit(1)
