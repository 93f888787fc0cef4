from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from changle.site.serving import serve


class Command(BaseCommand):
    help = "启动服务；后台事项由同一条命令带起。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-worker", action="store_true", help="不带后台进程（另行 changle work）"
        )

    def handle(self, *_args: Any, no_worker: bool, **_options: Any) -> None:
        serve(with_worker=not no_worker)
