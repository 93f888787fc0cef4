from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class MattersConfig(AppConfig):
    name = "changle.ground.matters"
    label = "matters"
    verbose_name = "重大事项报告"

    def ready(self) -> None:
        """Enter the moves, the figures, the night's deeds and the room of a body's record."""
        import_module("changle.ground.matters.lifecycle")
        import_module("changle.ground.matters.indicators")
        import_module("changle.ground.matters.actions.reminding")
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(
                name="matters", label="重大事项", address="matters:organisation",
                needs=Permission.MATTER_VIEW, sort=50,
            )
        )  # fmt: skip
