from django.apps import AppConfig

from changle.core import notices


class TerritoryConfig(AppConfig):
    name = "changle.ground.territory"
    label = "territory"
    verbose_name = "辖区与授权"

    def ready(self) -> None:
        from changle.ground.territory.queries import holders  # noqa: PLC0415  models load first

        notices.audience.ask = holders
