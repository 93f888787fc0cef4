from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "changle.ground.people"
    label = "people"
    verbose_name = "负责人、成员与党建"

    def ready(self) -> None:
        """Enter the rooms, the indicators, the life of papers and the daily reminders."""
        tabs = import_module("changle.ground.registry.queries.tabs")
        needs = import_module("changle.ground.territory.roles").Permission.PEOPLE_VIEW
        tabs.TABS.append(
            tabs.Tab(name="people", label="人员", address="people:people", needs=needs, sort=10)
        )
        tabs.TABS.append(
            tabs.Tab(name="papers", label="证照", address="people:papers", needs=needs, sort=15)
        )
        import_module("changle.ground.people.indicators")
        import_module("changle.ground.people.lifecycle")
        import_module("changle.ground.people.actions.reminding")
