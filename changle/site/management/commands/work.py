import signal
from typing import Any

from django.core.management.base import BaseCommand

from changle.site.worker import work_until


class Command(BaseCommand):
    help = "只做后台事项：排队的导入导出、日志封存、每夜例行。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        asked: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
        work_until(lambda: bool(asked))
