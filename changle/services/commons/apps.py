from importlib import import_module

from django.apps import AppConfig


class CommonsConfig(AppConfig):
    name = "changle.services.commons"
    label = "commons"
    verbose_name = "共享场地与资源"

    def ready(self) -> None:
        """Enter the moves into their table."""
        import_module("changle.services.commons.lifecycle")
