from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "changle.ground.merging"
    label = "merging"
    verbose_name = "重复记录合并"
