from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "changle.faces.api"
    label = "api"
    verbose_name = "接口"
