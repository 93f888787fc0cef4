from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "changle.ground.registry"
    label = "registry"
    verbose_name = "组织库"
