"""What is done once a day or once a minute; apps enter their deeds, the worker keeps the hours."""

from collections.abc import Callable
from datetime import datetime, time


Deed = Callable[[datetime], None]
SCHEDULE: list[tuple[time, Deed]] = []
OFTEN: list[Deed] = []  # once a minute


def daily(at: time) -> Callable[[Deed], Deed]:
    """Do it once a day from this local time on; late when the worker was down.

    Several workers may each do it: a deed must be such that doing it twice is doing it once.
    """

    def keep(deed: Deed) -> Deed:
        SCHEDULE.append((at, deed))
        return deed

    return keep


def often(deed: Deed) -> Deed:
    """Do it about once a minute; cheap where there is nothing to do, and safe to do twice."""
    OFTEN.append(deed)
    return deed
