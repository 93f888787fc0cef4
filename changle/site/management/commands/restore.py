from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from changle.core.refusals import Refused
from changle.site import backup


class Command(BaseCommand):
    help = "把备份恢复到空的数据文件夹（CHANGLE_DATA）和空的数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"找不到备份文件 {file}")
        call_command("migrate", interactive=False, verbosity=0)
        try:
            told = backup.restore(file, say=self.stdout.write)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"已恢复；日志 {told['log_entries']} 条，链头 {told['log_head'][:16]}")
