import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from changle.site.documents import PAGES


class Command(BaseCommand):
    help = "写出 docs/ 中由代码生成的几页。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只比较；有出入则退出码为 1")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        stale = []
        for name, write in PAGES.items():
            path = Path(settings.BASE_DIR) / "docs" / name
            text = write()
            if path.exists() and path.read_text("utf-8") == text:
                continue
            stale.append(name)
            if not check:
                path.write_text(text, "utf-8")
        done = "已过时" if check else "已写出"
        self.stdout.write(f"{done}：{'、'.join(stale)}" if stale else "文档是最新的。")
        if stale and check:
            sys.exit(1)
