from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class CustodyConfig(AppConfig):
    name = "changle.ground.custody"
    label = "custody"
    verbose_name = "资金代管"

    def ready(self) -> None:
        """Enter the figures, the night's deeds and the rooms of a body's record."""
        import_module("changle.ground.custody.indicators")
        import_module("changle.ground.custody.actions.reminding")
        tabs = import_module("changle.ground.registry.queries.tabs")
        told = {
            "address": "custody:organisation",
            "needs": Permission.ORGANISATION_VIEW,
            "sort": 60,
        }
        filed = tabs.Tab(
            name="custody", label="资金代管", fits=lambda row: not row.is_registered, **told
        )
        custodians = tabs.Tab(
            name="custodies", label="代管的组织", fits=lambda row: row.is_registered, **told
        )
        tabs.TABS.extend([filed, custodians])
