from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class CreditConfig(AppConfig):
    name = "changle.ground.credit"
    label = "credit"
    verbose_name = "年检、等级与名录"

    def ready(self) -> None:
        """Enter the indicators, the room, the reminders, and the bureau's own numbers of the rules."""
        import_module("changle.ground.credit.indicators")
        import_module("changle.ground.credit.actions.reminding")
        rules = import_module("changle.ground.credit.queries.rules")
        import_module("changle.ground.registry.queries.rulebook").rulebook.ask = rules.in_force
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(
                name="credit",
                label="信用与等级",
                address="credit:room",
                needs=Permission.ORGANISATION_VIEW,
                sort=30,
            )
        )
