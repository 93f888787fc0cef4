from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "changle.faces.desk"
    label = "desk"
    verbose_name = "工作台"
