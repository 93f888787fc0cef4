from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class FilingConfig(AppConfig):
    name = "changle.ground.filing"
    label = "filing"
    verbose_name = "社区社会组织备案"

    def ready(self) -> None:
        """Enter the app's figures, its moves and its deeds of the night into their tables."""
        import_module("changle.ground.filing.indicators")
        import_module("changle.ground.filing.lifecycle")
        import_module("changle.ground.filing.actions.lapsing")
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(name="filing", label="备案", address="filing:organisation", sort=50,
                     needs=Permission.ORGANISATION_VIEW, fits=lambda row: not row.is_registered)
        )  # fmt: skip
