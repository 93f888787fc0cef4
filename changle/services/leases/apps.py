from django.apps import AppConfig


class LeasesConfig(AppConfig):
    name = "changle.services.leases"
    label = "leases"
    verbose_name = "工位与入驻"
