"""After all migrations the guards stand in the database itself, on both engines."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from changle.core.log import LogEntry, record, seal, verify
from changle.core.reach import Actor
from changle.site.health import declared_guards, present_guards
from tests.factories.territory import make_node


pytestmark = pytest.mark.django_db


def test_every_declared_guard_is_in_the_database():
    assert len(declared_guards()) >= 6
    assert present_guards() == set(declared_guards())


def test_the_log_refuses_change_and_deletion():
    node = make_node(kind="street", name="样例街道")
    entry = record(node, "test", by=Actor(name="甲"), at=timezone.now())
    for attempt in (
        lambda: LogEntry.objects.filter(pk=entry.pk).update(note="改"),
        lambda: LogEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
def test_the_chain_tells_a_forged_entry():
    node = make_node(kind="street", name="样例街道")
    for number in range(3):
        record(node, "test", by=Actor(name="甲"), at=timezone.now(), note=str(number))
    assert seal() >= 3
    assert verify().holds
    with connection.cursor() as cursor, guards_off(cursor):
        cursor.execute("UPDATE core_logentry SET note = 'forged' WHERE note = '1'")
    report = verify()
    assert not report.holds
    assert report.broken_at


@contextmanager
def guards_off(cursor):
    """What somebody with the rights of the database's owner would do."""
    if connection.vendor == "postgresql":
        cursor.execute("ALTER TABLE core_logentry DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE core_logentry ENABLE TRIGGER USER")
        return
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'core_logentry'"
    )
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    for _name, sql in triggers:
        cursor.execute(sql)
