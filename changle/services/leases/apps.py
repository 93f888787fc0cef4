from importlib import import_module

from django.apps import AppConfig

from changle.ground.territory.roles import Permission


class LeasesConfig(AppConfig):
    name = "changle.services.leases"
    label = "leases"
    verbose_name = "工位与入驻"

    def ready(self) -> None:
        """Enter the moves, the figures, the night's deeds and the room of a body's record."""
        import_module("changle.services.leases.lifecycle")
        import_module("changle.services.leases.indicators")
        import_module("changle.services.leases.actions.nightly")
        tabs = import_module("changle.ground.registry.queries.tabs")
        tabs.TABS.append(
            tabs.Tab(name="leases", label="入驻", address="leases:organisation",
                     needs=Permission.LEASE_VIEW, sort=65)
        )  # fmt: skip
