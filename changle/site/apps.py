from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "changle.site"
    label = "site"
    verbose_name = "站点"
