"""What runs beside the web server: jobs, the sealing of the log, and what is due at a time of day."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import close_old_connections
from django.utils import timezone

from changle.core.jobs import run, take
from changle.core.log import seal_all
from changle.core.schedule import OFTEN, SCHEDULE, Deed
from changle.faces.api.actions import follow_log


log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
SEAL_EVERY = timedelta(seconds=5)
OFTEN_EVERY = timedelta(minutes=1)


@dataclass
class Rounds:
    """What the worker remembers from one turn to the next; started late, it catches up the day."""

    sealed_at: datetime | None = None
    often_at: datetime | None = None
    done_on: dict[int, date] = field(default_factory=dict)  # place in the schedule -> day

    def turn(self) -> bool:
        """One turn; whether a job was done, so that the next may follow at once."""
        now = timezone.now()
        job = take(now)
        if job is not None:
            run(job, clock=timezone.now)
        if self.sealed_at is None or now - self.sealed_at >= SEAL_EVERY:
            seal_all()
            follow_log(now=now)
            self.sealed_at = now
        if self.often_at is None or now - self.often_at >= OFTEN_EVERY:
            self.often_at = now  # first, so that a failing deed waits a minute
            for deed in OFTEN:
                done(deed, now)
        self.keep_schedule(now)
        return job is not None

    def keep_schedule(self, now: datetime) -> None:
        local = timezone.localtime(now)
        for place, (at, deed) in enumerate(SCHEDULE):
            if local.time() >= at and self.done_on.get(place) != local.date():
                self.done_on[place] = local.date()  # first, so that a failing deed waits a day
                done(deed, now)


def done(deed: Deed, now: datetime) -> None:
    """One deed's failure is no other's."""
    try:
        deed(now)
    except Exception:
        log.exception("定时事项 %s 未能完成", deed.__name__)


def work_until(stop: Callable[[], bool]) -> None:
    """Work until told to stop. A failure is logged and the next turn comes."""
    rounds = Rounds()
    while not stop():
        busy = False
        close_old_connections()
        try:
            busy = rounds.turn()
        except Exception:
            log.exception("后台事项的一轮未能完成")
        finally:
            close_old_connections()
        if not busy and not stop():
            time.sleep(IDLE_SECONDS)
