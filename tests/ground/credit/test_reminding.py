"""What ends soon is told once a step: to who keeps the body's reports, and to the bureau."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from changle.core.notices import Notice
from changle.core.schedule import SCHEDULE
from changle.ground.credit.actions.reminding import remind_of_credit
from tests.factories.accounts import make_user
from tests.factories.credit import make_fact
from tests.factories.registry import make_organisation
from tests.factories.territory import make_grant


pytestmark = pytest.mark.django_db


def at(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


@pytest.fixture
def people(tree, body):
    keeper, clerk, street = make_user(), make_user(), make_user()
    make_grant(keeper, body.node, "OADM")
    make_grant(clerk, tree.root, "DCA")
    make_grant(street, tree.streets[0], "STO")
    return keeper, clerk, street


def told(person):
    return list(Notice.objects.filter(to=person).order_by("id").values_list("text", flat=True))


def test_a_rectification_and_a_grade_are_told_thirty_seven_and_one_day_ahead(body, people):
    keeper, clerk, street = people
    end = date(2026, 9, 1)
    make_fact(
        body, "inspection", year=2025, result="不合格", starts_on=date(2026, 6, 1), rectify_by=end
    )
    for day in range(35, -1, -1):
        remind_of_credit(at(end - timedelta(days=day)))
        remind_of_credit(at(end - timedelta(days=day)))
    for person in (keeper, clerk):
        assert [text.split("整改期限")[1] for text in told(person)] == [
            f"还有 {n} 天到期（2026-09-01）" for n in (30, 7, 1)
        ]
    assert told(street) == []


def test_what_was_mended_or_withdrawn_is_told_to_nobody(body, people):
    end = date(2026, 9, 1)
    plain = {"result": "不合格", "rectify_by": end}
    make_fact(body, "inspection", year=2025, rectified_on=date(2026, 8, 1), **plain)
    make_fact(body, "inspection", year=2024, withdrawn_at=timezone.now(), **plain)
    remind_of_credit(at(end - timedelta(days=5)))
    assert [told(person) for person in people] == [[], [], []]


def test_a_grades_end_and_the_window_before_it(body, people):
    make_fact(body, "grade", result="3A", starts_on=date(2020, 3, 10))
    remind_of_credit(at(date(2023, 3, 5)))
    assert "等待期还有 5 天" in told(people[0])[0]
    remind_of_credit(at(date(2025, 3, 5)))
    assert "3A评估等级还有 5 天到期（2025-03-10）" in told(people[0])[1]


def test_the_inspections_own_deadline_by_kind(tree, body, people):
    keeper, clerk, _street = people
    fund = make_organisation(tree.streets[0], "JJH", registered_on=date(2015, 1, 1))
    funds_keeper = make_user()
    make_grant(funds_keeper, fund.node, "OADM")
    remind_of_credit(at(date(2026, 3, 29)))
    assert told(keeper) == []
    assert "2025年度年检（年报）报送期限还有 2 天到期（2026-03-31）" in told(funds_keeper)[0]
    remind_of_credit(at(date(2026, 5, 28)))
    assert "2026-05-31" in told(keeper)[0]
    assert "还有 2 家没有结论" in told(clerk)[0]
    make_fact(body, "inspection", year=2025, result="合格")
    remind_of_credit(at(date(2026, 5, 30)))
    assert len(told(keeper)) == 1


def test_it_stands_in_the_schedule():
    assert remind_of_credit in [deed for _at, deed in SCHEDULE]
