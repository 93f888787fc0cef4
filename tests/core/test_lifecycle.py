"""The table of moves decides alone: who, from where, once, with a reason and an entry."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from changle.core.lifecycle import MoveRefused
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.ground.registry.actions import Draft, add_organisation
from changle.ground.registry.lifecycle import ORGANISATION
from changle.ground.registry.models import Organisation
from tests.factories.territory import make_actor, make_district


def body(district, by):
    draft = Draft(kind="BA", name="样例舞蹈队", place=district.communities[0][0])
    return add_organisation(draft=draft, by=by, now=timezone.now())


@pytest.fixture
def district(db):
    return make_district()


def test_a_move_changes_the_state_and_writes_its_entry(district):
    bureau = make_actor("DCA", district.root)
    row = body(district, bureau)
    moved = ORGANISATION.fire(row.pk, "pause", by=bureau, now=timezone.now(), note="场地维修")
    assert moved.state == "paused"
    entry = LogEntry.objects.order_by("-id")[0]
    assert (entry.verb, entry.source, entry.target, entry.note) == (
        "pause",
        "active",
        "paused",
        "场地维修",
    )


def test_who_does_not_reach_the_row_finds_none(district):
    bureau = make_actor("DCA", district.root)
    row = body(district, bureau)
    other = make_actor("STO", district.streets[1])
    centre = make_actor("CTR", district.streets[0])
    for stranger in (other, centre, Actor()):
        with pytest.raises(Organisation.DoesNotExist):
            ORGANISATION.fire(row.pk, "pause", by=stranger, now=timezone.now(), note="不行")


def test_a_move_that_asks_why_is_refused_without_a_reason(district):
    bureau = make_actor("DCA", district.root)
    row = body(district, bureau)
    with pytest.raises(MoveRefused, match="理由"):
        ORGANISATION.fire(row.pk, "pause", by=bureau, now=timezone.now())


def test_the_buttons_are_the_open_moves_and_say_why_not(district):
    bureau = make_actor("DCA", district.root)
    row = body(district, bureau)
    buttons = {
        offered.move.name: offered.refusal for offered in ORGANISATION.buttons(row, to=bureau)
    }
    assert buttons["pause"] == ""
    assert buttons["revoke"] == "只有已登记的组织才有这一步。"
    assert ORGANISATION.buttons(row, to=make_actor("COM", district.communities[0][0])) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_at_once_exactly_one_moves_the_row():
    district = make_district()
    bureau = make_actor("DCA", district.root)
    for _round in range(8):
        row = body(district, bureau)
        told = []
        start = threading.Barrier(2)

        def hand(pk=row.pk, told=told, start=start):
            start.wait()
            try:
                ORGANISATION.fire(pk, "pause", by=bureau, now=timezone.now(), note="同时")
                told.append("moved")
            except MoveRefused:
                told.append("refused")
            finally:
                connection.close()

        hands = [threading.Thread(target=hand) for _each in range(2)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(told) == ["moved", "refused"]
        assert LogEntry.objects.filter(subject_id=str(row.pk), verb="pause").count() == 1
