from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "changle.services.bases"
    label = "bases"
    verbose_name = "孵化基地"
