import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from changle.core.log import LogEntry, LogSeal, changed, record, seal, seal_all, verify
from changle.core.reach import Actor
from tests.factories.territory import make_node


ME = Actor(user_id=7, name="甲")


def write(node, count=1):
    for number in range(count):
        record(node, "edit", by=ME, at=timezone.now(), note=f"第{number}次")


@pytest.mark.django_db
def test_an_entry_tells_who_what_where():
    node = make_node(kind="street", name="样例街道")
    entry = record(
        node, "rename", by=ME, at=timezone.now(), changes=changed({"name": "旧"}, {"name": "新"})
    )
    assert (entry.actor_name, entry.subject_text, entry.path) == ("甲", "样例街道", node.path)
    assert entry.changes == {"name": ["旧", "新"]}


@pytest.mark.django_db
def test_sealing_twice_changes_nothing():
    write(make_node(kind="street", name="样例街道"), 3)
    seal_all()
    head = verify().head
    assert seal() == 0
    assert verify().head == head
    assert verify().holds


@pytest.mark.django_db
def test_a_deed_that_fails_leaves_no_entry():
    node = make_node(kind="street", name="样例街道")
    before = LogEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        write(node)
        raise RuntimeError
    assert LogEntry.objects.count() == before


@pytest.mark.django_db
def test_a_missing_entry_breaks_the_chain():
    write(make_node(kind="street", name="样例街道"), 2)
    seal_all()
    LogSeal.objects.create(entry_id=999_999, hash="0" * 64)
    assert verify().broken_at == 999_999


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_side_by_side_leave_one_whole_chain():
    node = make_node(kind="street", name="样例街道")
    faults = []

    def work(deed):
        try:
            for _turn in range(10):
                deed()
        except Exception as error:  # noqa: BLE001  told by the assertion below
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(lambda: write(node),)) for _each in range(4)]
    threads += [threading.Thread(target=work, args=(seal,)) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    seal_all()
    assert verify().holds
    assert LogSeal.objects.count() == LogEntry.objects.count() >= 40
