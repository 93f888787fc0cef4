from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "changle.services.exchange"
    label = "exchange"
    verbose_name = "资源供需"
