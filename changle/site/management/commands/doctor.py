from changle.site import health
from changle.site.management.commands import selfcheck


class Command(selfcheck.Command):
    help = "诊断这台机器和这份安装，每条一句话。"
    looks = health.DOCTOR
