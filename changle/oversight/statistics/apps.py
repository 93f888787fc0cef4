from importlib import import_module

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "changle.oversight.statistics"
    label = "statistics"
    verbose_name = "统计"

    def ready(self) -> None:
        """Enter the moves of a month's report and the deed that opens it."""
        import_module("changle.oversight.statistics.lifecycle")
        import_module("changle.oversight.statistics.actions.closing")
