from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "changle.ground.custody"
    label = "custody"
    verbose_name = "资金代管"
