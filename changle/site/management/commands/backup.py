from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from changle.core.refusals import Refused
from changle.site import backup


class Command(BaseCommand):
    help = "把数据库和文件备份成一个压缩包；可在使用中进行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件，如 changle-2026-11-23.tar.gz")
        parser.add_argument(
            "--without-keys", action="store_true",
            help="不含密钥（密钥另行保管；没有密钥就读不出密封字段）",
        )  # fmt: skip

    def handle(self, *_args: Any, file: Path, without_keys: bool, **_options: Any) -> None:
        try:
            told = backup.back_up(file, with_keys=not without_keys, say=self.stdout.write)
        except (Refused, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        rows = sum(table["count"] for table in told["tables"].values())
        self.stdout.write(f"已备份 {rows} 行、{told['files']} 个文件到 {file}")
        self.stdout.write(f"日志 {told['log_entries']} 条，链头 {told['log_head'][:16]}")
