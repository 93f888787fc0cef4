from importlib import import_module

from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "changle.ground.filing"
    label = "filing"
    verbose_name = "社区社会组织备案"

    def ready(self) -> None:
        """Enter the app's figures, its moves and its deeds of the night into their tables."""
        import_module("changle.ground.filing.indicators")
        import_module("changle.ground.filing.lifecycle")
        import_module("changle.ground.filing.actions.lapsing")
