from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "changle.ground.people"
    label = "people"
    verbose_name = "负责人、成员与党建"
