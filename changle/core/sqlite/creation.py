# mypy: disable-error-code="misc,attr-defined,has-type"
# (the stubs leave out what Django calls private, and a backend is made of it)

from pathlib import Path

from django.db.backends.sqlite3 import creation


BESIDE = ("", "-wal", "-shm", ".lock")


class DatabaseCreation(creation.DatabaseCreation):
    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:  # noqa: FBT001, FBT002  Django's signature
        name = str(self._get_test_db_name())
        if not keepdb and not self.is_in_memory_db(name):
            for ending in BESIDE[1:]:
                Path(f"{name}{ending}").unlink(missing_ok=True)
        return str(super()._create_test_db(verbosity, autoclobber, keepdb))

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:  # noqa: ARG002
        if not self.is_in_memory_db(test_database_name):
            for ending in BESIDE:
                Path(f"{test_database_name}{ending}").unlink(missing_ok=True)
