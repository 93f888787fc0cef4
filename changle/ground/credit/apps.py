from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "changle.ground.credit"
    label = "credit"
    verbose_name = "年检、等级与名录"
