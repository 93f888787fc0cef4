import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from changle.core.engine import refresh_statistics
from changle.core.log import seal_all
from changle.core.refusals import Refused
from changle.site.demo.making import make


BAR = 24


class Command(BaseCommand):
    help = "造样例区：西安市未央区的街道社区，其余皆为虚构。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            make(now=timezone.now(), say=self.say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        seal_all()
        refresh_statistics()
        self.stdout.write("样例区已建成 The sample district is ready.")

    def say(self, done: int, total: int, text: str) -> None:
        filled = BAR * done // total
        bar = "█" * filled + "░" * (BAR - filled)
        if sys.stdout.isatty():
            self.stdout.write(
                f"\r\x1b[K造样例区 [{bar}] {done}/{total} {text}",
                ending="\n" if done == total else "",
            )
            self.stdout.flush()
        else:
            self.stdout.write(f"造样例区 [{bar}] {done}/{total} {text}")
