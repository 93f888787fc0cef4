from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class ExchangeConfig(AppConfig):
    name = "changle.services.exchange"
    label = "exchange"
    verbose_name = "资源供需"

    def ready(self) -> None:
        """Enter the moves, the figures, the night's deeds and the room of a body's record."""
        import_module("changle.services.exchange.lifecycle")
        import_module("changle.services.exchange.indicators")
        import_module("changle.services.exchange.actions.reminding")
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(
                name="exchange", label="资源共享", address="exchange:organisation",
                needs=Permission.OFFER_VIEW, sort=65,
            )
        )  # fmt: skip
