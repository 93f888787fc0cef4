"""After all migrations the guards stand in the database itself, on both engines."""

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


def test_the_chain_tells_a_forged_entry():
    node = make_node(kind="street", name="样例街道")
    for number in range(3):
        record(node, "test", by=Actor(name="甲"), at=timezone.now(), note=str(number))
    assert seal() >= 3
    assert verify().holds
    guards = [c for c in LogEntry._meta.constraints if c.name == "log_entry_append_only"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(LogEntry, guards[0])
    LogEntry.objects.filter(note="1").update(note="forged")
    report = verify()
    assert not report.holds
    assert report.broken_at
