from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "changle.oversight.statistics"
    label = "statistics"
    verbose_name = "统计"
