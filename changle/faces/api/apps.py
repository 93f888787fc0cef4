from datetime import time
from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "changle.faces.api"
    label = "api"
    verbose_name = "接口"

    def ready(self) -> None:
        """Enter the pushing of events among the works, and the sweeping-out among the daily deeds."""
        actions = import_module("changle.faces.api.actions")
        schedule = import_module("changle.core.schedule")
        schedule.daily(time(3, 40))(actions.forget_old)
