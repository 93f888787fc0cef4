from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.faces.api.actions import TOKEN_DAYS, issue_token
from changle.ground.accounts.models import User


class Command(BaseCommand):
    help = "发放接口令牌并只打印令牌本身（只显示这一次）。令牌的权限就是该用户的权限。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="用户名")
        parser.add_argument("--name", default="命令行发放", help="用途，便于日后辨认")
        parser.add_argument("--days", type=int, default=TOKEN_DAYS, help="有效天数")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"没有用户 {options['user']}。")
        try:
            clear = issue_token(
                user=user, by=Actor(name="命令行"), now=timezone.now(),
                name=options["name"], days=options["days"],
            )  # fmt: skip
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(clear)
