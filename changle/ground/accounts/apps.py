from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "changle.ground.accounts"
    label = "accounts"
    verbose_name = "账户"
