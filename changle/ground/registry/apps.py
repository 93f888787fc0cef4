from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "changle.ground.registry"
    label = "registry"
    verbose_name = "组织库"

    def ready(self) -> None:
        """Enter the app's indicators into the catalogue and its moves and works into their tables."""
        import_module("changle.ground.registry.indicators")
        import_module("changle.ground.registry.lifecycle")
        import_module("changle.ground.registry.actions.background")
