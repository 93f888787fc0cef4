from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "changle.core"
    label = "core"
    verbose_name = "公共机制"
