"""Run as a program: a worker that takes the next job and is killed at a chosen statement.

python -m tests.ground.registry.import_victim PATTERN NUMBER
kills itself with SIGKILL before the statement that is the NUMBERth to match.
"""

import os
import re
import signal
import sys

import django


os.environ["DJANGO_SETTINGS_MODULE"] = "changle.site.settings"
django.setup()

from django.db import connection  # noqa: E402  models come last
from django.utils import timezone  # noqa: E402

from changle.core.jobs import run, take  # noqa: E402


class Killer:
    def __init__(self, pattern: str, number: int) -> None:
        self.pattern = re.compile(pattern)
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        if self.pattern.search(sql):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def main() -> None:
    job = take(timezone.now())
    with connection.execute_wrapper(Killer(sys.argv[1], int(sys.argv[2]))):
        run(job, clock=timezone.now)


if __name__ == "__main__":
    main()
