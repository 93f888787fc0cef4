"""The console command `changle`: a thin face of Django's management."""

import os
import sys

from django.core.management import ManagementUtility


USAGE = """长乐 changle —— 命令 / commands

  changle run                        演示：建库、造样例区、启动（bin/run 即此）
  changle serve                      启动服务 / serve
  changle work                       只做后台事项 / background worker only
  changle demo                       造样例区 / make the sample district
  changle createadmin                建立第一位管理员 / first administrator
  changle token USER                 发放接口令牌 / print an API token
  changle import-organisations FILE  导入组织名录 / import organisations
  changle check                      自检：配置、约束、日志链 / self-check
  changle backup FILE                备份（可在使用中进行）/ back up while in use
  changle restore FILE               恢复到空的数据文件夹 / restore into an empty folder
  changle doctor                     诊断这台机器和这份安装 / diagnose this installation
  changle migrate | shell | …        Django 的其他命令 / any other Django command

每条命令加 --help 看选项。"""

NAMES = {"import-organisations": "import_organisations", "check": "selfcheck"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changle.site.settings")
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"help", "--help", "-h"}:
        sys.stdout.write(USAGE + "\n")
        return
    if arguments[0] == "run":  # the demonstration is chosen by its name, before settings are read
        os.environ.setdefault("CHANGLE_DEMO", "1")
    arguments[0] = NAMES.get(arguments[0], arguments[0])
    ManagementUtility(["changle", *arguments]).execute()


if __name__ == "__main__":
    main()
