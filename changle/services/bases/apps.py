from importlib import import_module

from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "changle.services.bases"
    label = "bases"
    verbose_name = "孵化基地"

    def ready(self) -> None:
        """Enter the moves, the figures and the night's deeds into their tables."""
        import_module("changle.services.bases.lifecycle")
        import_module("changle.services.bases.indicators")
        import_module("changle.services.bases.actions.reminding")
