from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from changle.core.jobs import Progress
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.accounts.models import User
from changle.ground.registry.actions.importing import check, upload
from changle.ground.registry.actions.writing import write
from changle.ground.registry.importing import Options
from changle.ground.registry.models import ImportBatch, ImportRow
from changle.ground.territory.models import Node
from changle.ground.territory.queries import actor_for, district
from changle.ground.territory.roles import Permission


Verdict = ImportRow.Verdict
MOST_SHOWN = 200  # rows told one by one
SHOWN = (Verdict.REFUSED, Verdict.DOUBTFUL)


class Command(BaseCommand):
    help = "导入组织名录（xlsx、xls、csv）。有行被拒绝时什么也不写入，除非 --good-only。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="表格文件")
        parser.add_argument("--node", help="导入到哪里：区、街道或社区的名称（默认：本区）")
        parser.add_argument("--as", dest="user", help="以哪个用户的身份（默认：命令行）")
        parser.add_argument("--sheet", default="", help="工作表的名称")
        parser.add_argument("--good-only", action="store_true", help="只导入合格行")
        parser.add_argument("--doubtful", action="store_true", help="存疑的行也导入")
        parser.add_argument("--inspection-year", type=int, help="年检结论的年度")
        parser.add_argument("--list", choices=["abnormal", "serious"], default="", dest="listing",
                            help="表格是活动异常名录（abnormal）或严重违法失信名单（serious）")  # fmt: skip
        parser.add_argument("--kind", choices=["BA", "PRE"], default="",
                            help="没有代码的行是备案组织（BA）或拟成立团队（PRE）")  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="只试算，不写入")

    def handle(self, *_args: Any, **options: Any) -> None:
        node = self.node(options["node"])
        by = self.actor(options["user"], node)
        try:
            batch = self.tried(node, by, options)
            self.tell(batch)
            if not options["dry_run"]:
                self.imported(batch, by, options)
        except Refused as refusal:
            raise CommandError(f"没有导入：{refusal}") from None
        except OSError as error:
            raise CommandError(f"打不开文件 {options['file']}：{error.strerror}") from None

    def node(self, name: str | None) -> Node:
        if name is None:
            root = district()
            if root is None:
                raise CommandError("还没有辖区，请先运行 changle createadmin。")
            return root
        kinds = [Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY]
        found = list(
            Node.objects.filter(name=name, kind__in=kinds, ends_on=None).order_by("pk")[:2]
        )
        if len(found) != 1:
            raise CommandError(f"{'有不止一处叫' if found else '没有'}“{name}”的区、街道或社区。")
        return found[0]

    def actor(self, username: str | None, node: Node) -> Actor:
        """The named user with what is granted to them, or the operator of this machine."""
        if username is None:
            needs = (
                Permission.ORGANISATION_IMPORT,
                Permission.ORGANISATION_EDIT,
                Permission.ORGANISATION_VIEW,
            )
            return Actor(name="命令行", reach={str(each): (node.path or "",) for each in needs})
        user = User.objects.filter(username__iexact=username, is_active=True).first()
        if user is None:
            raise CommandError(f"没有用户 {username}。")
        return actor_for(user)

    def tried(self, node: Node, by: Actor, options: dict[str, Any]) -> ImportBatch:
        told = Options(
            kind=options["kind"],
            inspection_year=options["inspection_year"],
            listing=options["listing"],
        )
        path: Path = options["file"]
        with path.open("rb") as content:
            batch = upload(
                file=File(content, name=path.name), node=node, by=by, now=timezone.now(),
                sheet=options["sheet"], options=told,
            )  # fmt: skip
        return check(pk=batch.pk, by=by, now=timezone.now(), progress=self.progress())

    def imported(self, batch: ImportBatch, by: Actor, options: dict[str, Any]) -> None:
        if not any(batch.counts.get(each) for each in (Verdict.NEW, Verdict.UPDATE, *SHOWN)):
            self.stdout.write("没有变化，不必导入。")
            return
        batch = write(
            pk=batch.pk, good_only=options["good_only"], doubtful=options["doubtful"], by=by,
            now=timezone.now(), progress=self.progress(),
        )  # fmt: skip
        done = batch.counts
        self.stdout.write(
            f"已导入（批次 {batch.pk}）：新增 {done['added']}，更新 {done['changed']}。"
        )

    def tell(self, batch: ImportBatch) -> None:
        counts = [(label, batch.counts.get(name, 0)) for name, label in Verdict.choices]
        self.stdout.write(
            f"{batch.file_name} → {batch.node}：{batch.counts['rows']} 行，"
            + "，".join(f"{label} {count}" for label, count in counts if count)
        )
        rows = batch.rows.filter(verdict__in=SHOWN).order_by("number")
        for row in rows[:MOST_SHOWN]:
            told = "；".join("：".join(filter(None, reason)) for reason in row.reasons)
            self.stdout.write(f"  第 {row.number} 行 {row.get_verdict_display()}：{told}")
        more = sum(batch.counts.get(each, 0) for each in SHOWN) - MOST_SHOWN
        if more > 0:
            self.stdout.write(f"  ……另有 {more} 行，请在导入页查看批次 {batch.pk}。")

    def progress(self) -> Progress:
        return Told(self)


class Told(Progress):
    """On a terminal, one line that is written over; elsewhere nothing."""

    def __init__(self, command: BaseCommand) -> None:
        super().__init__(job_id=0)
        self.stream = command.stderr

    def say(self, done: int, total: int, message: str = "") -> None:
        if self.stream.isatty():
            self.stream.write(f"\r{message} {done}/{total}", ending="\n" if done == total else "")
