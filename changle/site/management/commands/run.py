from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from changle.ground.territory.queries import district
from changle.site.serving import serve


class Command(BaseCommand):
    help = "演示：建库、造样例区、启动。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("建库 Creating the database …")
            call_command("migrate", interactive=False, verbosity=0)
        if district() is None:
            call_command("demo")
        serve()
