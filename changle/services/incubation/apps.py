from importlib import import_module

from django.apps import AppConfig


class IncubationConfig(AppConfig):
    name = "changle.services.incubation"
    label = "incubation"
    verbose_name = "孵化培育"

    def ready(self) -> None:
        """Enter the moves."""
        import_module("changle.services.incubation.lifecycle")
