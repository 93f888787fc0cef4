from importlib import import_module

from django.apps import AppConfig


class AnnualConfig(AppConfig):
    name = "changle.ground.annual"
    label = "annual"
    verbose_name = "年度报告"

    def ready(self) -> None:
        """Enter the app's indicators, moves, nightly deeds and its room in a body's record."""
        import_module("changle.ground.annual.indicators")
        import_module("changle.ground.annual.lifecycle")
        import_module("changle.ground.annual.actions.seasons")
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(
                name="annual", label="年度报告", address="annual:of_organisation",
                needs="annual.view", sort=40, fits=lambda row: row.is_registered,
            )
        )  # fmt: skip
