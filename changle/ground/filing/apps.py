from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "changle.ground.filing"
    label = "filing"
    verbose_name = "社区社会组织备案"
