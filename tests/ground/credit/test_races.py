"""Two clerks at once: one deed is done, the other gets a sentence."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from changle.core.refusals import Refused
from changle.ground.credit.actions.listing import list_off, list_on, record_grade
from changle.ground.credit.actions.recording import record_inspection
from changle.ground.registry.models import OfficialFact
from tests.factories.credit import ground, make_listing
from tests.factories.registry import make_organisation
from tests.factories.territory import make_actor, make_district


pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def at_once(*deeds):
    told, start = [], threading.Barrier(len(deeds))

    def hand(deed):
        start.wait()
        try:
            deed()
            told.append("done")
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    hands = [threading.Thread(target=hand, args=(deed,)) for deed in deeds]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    return told


@pytest.fixture
def hand():
    tree = make_district()
    bureau = make_actor("DCA", tree.root)
    return tree, {"by": bureau, "now": timezone.now()}


def body_in(tree):
    return make_organisation(tree.streets[0], "MF", registered_on=date(2015, 1, 1))


def test_one_of_two_listings_wins(hand):
    tree, told = hand
    why = ground()
    for _round in range(5):
        body = body_in(tree)
        answers = at_once(
            lambda b=body: list_on(pk=b.pk, ground=why, on=TODAY, **told),
            lambda b=body: list_on(pk=b.pk, ground=why, on=TODAY - timedelta(days=1), **told),
        )
        assert answers.count("done") == 1
        assert any("已列入活动异常名录" in one for one in answers), answers
        assert OfficialFact.objects.filter(organisation=body).count() == 1


def test_one_of_two_conclusions_and_one_of_two_removals_wins(hand):
    tree, told = hand
    for _round in range(3):
        body = body_in(tree)
        year = {"pk": body.pk, "year": TODAY.year - 1, "on": TODAY, **told}
        answers = at_once(
            lambda y=year: record_inspection(result="合格", **y),
            lambda y=year: record_inspection(result="不合格", **y),
        )
        assert answers.count("done") == 1
        assert any("已有年检结论" in one for one in answers)
        make_listing(body, date(2024, 1, 1))
        off = {"pk": body.pk, "list_": "abnormal", "on": TODAY, "reason": "已改正", **told}
        answers = at_once(lambda o=off: list_off(**o), lambda o=off: list_off(**o))
        assert answers.count("done") == 1
        assert any("可能刚被移出" in one for one in answers)


def test_one_of_two_grades_wins(hand):
    tree, told = hand
    body = body_in(tree)
    grade = {"pk": body.pk, "starts_on": TODAY, **told}
    answers = at_once(
        lambda: record_grade(grade="3A", **grade), lambda: record_grade(grade="4A", **grade)
    )
    assert answers.count("done") == 1
