from importlib import import_module

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "changle.ground.territory"
    label = "territory"
    verbose_name = "辖区与授权"

    def ready(self) -> None:
        """The core asks who must be told; the territory knows. Models load before this."""
        notices = import_module("changle.core.notices")
        notices.audience.ask = import_module("changle.ground.territory.queries").holders
