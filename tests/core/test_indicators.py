"""Figures are kept between two writes, and never beyond one."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from changle.core import kept as kept_answers
from changle.core.indicators import parts, standing, value
from changle.core.periods import Period
from tests.factories.registry import make_organisation
from tests.factories.territory import make_district


pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {"path": "", "period": Period.year(2021), "today": date(2021, 6, 1)}


def filed():
    return value("registry.filed", **ASKED).value


def asked_of(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


@pytest.fixture(autouse=True)
def nothing_kept():
    kept_answers._kept.stamp = ""
    kept_answers._kept.told = {}


@pytest.fixture
def place():
    return make_district().communities[0][0]


def test_a_figure_asked_twice_is_computed_once(place):
    make_organisation(place)
    assert filed() == 1
    assert asked_of(filed) == 1  # the stamp
    stamp = standing()
    value("registry.registered", **ASKED, stamp=stamp)
    assert asked_of(lambda: value("registry.registered", **ASKED, stamp=stamp)) == 0


def test_a_write_ends_what_was_kept(place):
    for count in range(1, 4):
        make_organisation(place)
        assert filed() == count
        assert sum(part.value for part in parts("registry.filed", "street", **ASKED)) == count


def test_a_write_of_another_connection_ends_it_too(place):
    assert filed() == 0

    def write():
        make_organisation(place)
        connection.close()

    thread = Thread(target=write)
    thread.start()
    thread.join()
    assert filed() == 1


def test_an_unfinished_deed_is_counted_by_its_doer_and_never_kept(place):
    assert filed() == 0
    with transaction.atomic():
        make_organisation(place)
        assert filed() == 1
        transaction.set_rollback(True)
    assert filed() == 0


def test_a_deed_that_ends_while_another_counts_is_not_missed(place):
    """What was computed under an older stamp is not told under a newer one."""
    old = standing()
    make_organisation(place)
    new = standing()
    assert old != new
    assert value("registry.filed", **ASKED, stamp=new).value == 1
    make_organisation(place)
    assert value("registry.filed", **ASKED, stamp=old).value == 2  # newer than promised: allowed
    assert filed() == 2


def test_what_is_kept_has_a_bound(place, monkeypatch):
    monkeypatch.setattr(kept_answers, "MOST_KEPT", 3)
    for year in range(2001, 2020):
        value("registry.filed", path="", period=Period.year(year), today=date(2021, 6, 1))
    assert len(kept_answers._kept.told) <= 4
