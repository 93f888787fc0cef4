from importlib import import_module

from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "changle.ground.merging"
    label = "merging"
    verbose_name = "重复记录合并"

    def ready(self) -> None:
        """Enter the moves, the nightly search and the room of a body's record into their tables."""
        import_module("changle.ground.merging.lifecycle")
        import_module("changle.ground.merging.actions.finding")
        import_module("changle.ground.merging.queries.rooms")
