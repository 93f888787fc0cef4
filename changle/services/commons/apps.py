from datetime import time
from importlib import import_module

from django.apps import AppConfig


class CommonsConfig(AppConfig):
    name = "changle.services.commons"
    label = "commons"
    verbose_name = "共享场地与资源"

    def ready(self) -> None:
        """Enter the moves, the figures and the daily deeds into their tables."""
        import_module("changle.services.commons.indicators")
        import_module("changle.services.commons.lifecycle")
        counting = import_module("changle.services.commons.actions.counting")
        schedule = import_module("changle.core.schedule")
        schedule.daily(time(0, 20))(counting.count_open_days)
        safety = import_module("changle.services.commons.actions.safety")
        schedule.daily(time(6, 40))(safety.remind_of_checks)
        schedule.often(import_module("changle.services.commons.actions.deciding").lapse_offers)
        schedule.often(import_module("changle.services.commons.actions.using").miss_late)
        loans = import_module("changle.services.commons.actions.loans")
        late = import_module("changle.services.commons.actions.loans_late")
        schedule.often(loans.lapse_loans)
        schedule.often(late.fall_overdue)
        schedule.daily(time(0, 5))(late.keep_late)
        schedule.daily(time(8, 30))(late.ask_back)
