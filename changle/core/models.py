"""The tables of the core, so that Django finds them; each stands in the module of its noun."""

from changle.core.calendar import CalendarDay
from changle.core.files import StoredFile
from changle.core.jobs import Job
from changle.core.log import LogEntry, LogLock, LogSeal
from changle.core.notices import Notice
from changle.core.reminders import Reminder


__all__ = [
    "CalendarDay",
    "Job",
    "LogEntry",
    "LogLock",
    "LogSeal",
    "Notice",
    "Reminder",
    "StoredFile",
]
