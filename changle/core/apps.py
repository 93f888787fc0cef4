from django.apps import AppConfig
from django.db.models.signals import post_migrate

from changle.core.engine import forget_misleading


class CoreConfig(AppConfig):
    name = "changle.core"
    label = "core"
    verbose_name = "公共机制"

    def ready(self) -> None:
        """A database that was measured by an earlier release is put right when it is upgraded."""
        post_migrate.connect(forget_misleading, sender=self)
