import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from changle.core.refusals import Refused
from changle.site.founding import found_district


class Command(BaseCommand):
    help = "建立辖区和第一位管理员（区民政局角色）。没有默认密码：密码由您输入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", help="用户名")
        parser.add_argument("--name", help="姓名")
        parser.add_argument("--district", help="区名，如：西安市未央区")
        parser.add_argument("--code", help="六位区划代码，如：610112")
        parser.add_argument("--password-stdin", action="store_true", help="从标准输入读密码")

    def handle(self, *_args: Any, **options: Any) -> None:
        facts = {
            key: options[key] or self.ask(question)
            for key, question in [
                ("username", "用户名："),
                ("name", "姓名："),
                ("district", "区名（如：西安市未央区）："),
                ("code", "六位区划代码（如：610112）："),
            ]
        }
        password = self.password(from_stdin=options["password_stdin"])
        try:
            found_district(password=password, now=timezone.now(), **facts)
        except (Refused, ValidationError) as refusal:
            raise CommandError("；".join(getattr(refusal, "messages", [str(refusal)]))) from None
        self.stdout.write(
            f"已建立管理员 {facts['username']}（{facts['district']}）。请用 changle serve 启动后登录。"
        )

    def ask(self, question: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError(
                f"缺少参数：{question}请用 --username --name --district --code 给出。"
            )
        return input(question).strip()

    def password(self, *, from_stdin: bool) -> str:
        if from_stdin or not sys.stdin.isatty():
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass("密码（至少 10 位）：")
            if password != getpass.getpass("再输一次："):
                raise CommandError("两次输入不一致。")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from None
        return password
