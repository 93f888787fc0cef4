from importlib import import_module

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "changle.services.activities"
    label = "activities"
    verbose_name = "活动共办"

    def ready(self) -> None:
        """Enter the moves, the figures and the daily deeds into their tables."""
        import_module("changle.services.activities.lifecycle")
        import_module("changle.services.activities.indicators")
        import_module("changle.services.activities.actions.clockwork")
