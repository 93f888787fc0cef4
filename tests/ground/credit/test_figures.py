"""What is counted of inspections, lists, grades and penalties, on past days as today."""

from datetime import date

import pytest
from django.utils import timezone

from changle.core.indicators import parts, rows, value
from changle.core.periods import Period
from changle.ground.registry.actions import convert_organisation, move_organisation
from tests.factories.credit import make_fact, make_listing
from tests.factories.registry import everything_at, make_organisation, make_uscc


pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)


def figure(code, node, period):
    return value(f"credit.{code}", path=node.path, period=period, today=TODAY).value


def cut(code, by, node, period):
    told = parts(f"credit.{code}", by, path=node.path, period=period, today=TODAY)
    return {part.label: part.value for part in told}


def on(day):
    return Period(day, day.replace(day=day.day + 1))


@pytest.mark.parametrize(
    ("kind", "came", "must", "exempt"),
    [
        ("MF", date(2024, 6, 30), 1, 0), ("MF", date(2024, 7, 1), 0, 1), ("MF", date(2024, 12, 31), 0, 1),
        ("MF", date(2025, 1, 1), 0, 0), ("ST", date(2024, 12, 31), 1, 0), ("ST", date(2025, 1, 1), 0, 0),
        ("JJH", date(2024, 9, 1), 1, 0), ("BA", date(2020, 1, 1), 0, 0),
    ],
)  # fmt: skip
def test_who_had_to_be_inspected(tree, kind, came, must, exempt):
    make_organisation(tree.streets[0], kind, registered_on=came)
    year = Period.year(2024)
    assert figure("inspection_must", tree.root, year) == must
    assert figure("inspection_exempt", tree.root, year) == exempt


def test_the_rate_leaves_the_exempt_out(tree):
    street = tree.streets[0]
    bodies = [make_organisation(street, "ST", registered_on=date(2020, 1, 1)) for _each in range(4)]
    make_organisation(street, "MF", registered_on=date(2024, 8, 1))
    for body, result in zip(bodies, ("合格", "不合格", "一年未年检"), strict=False):
        make_fact(body, "inspection", year=2024, result=result)
    told = value(
        "credit.inspection_rate", path=tree.root.path, period=Period.year(2024), today=TODAY
    )
    assert (told.numerator, told.denominator, told.value) == (2, 4, 50)
    assert figure("inspection_must", tree.root, Period.quarter(2024, 2)) == 4  # of its year
    assert figure("inspection_submitted", tree.root, Period.year(2023)) == 0


def test_a_later_move_or_conversion_changes_no_past_year(tree):
    body = make_organisation(tree.communities[0][0], "ST", registered_on=date(2020, 1, 1))
    make_fact(body, "inspection", year=2024, result="合格")
    make_listing(body, date(2024, 3, 1))
    make_fact(body, "penalty", result="警告", starts_on=date(2024, 3, 1), document="罚1号")
    by, now = everything_at(tree.root), timezone.now()
    codes = ("inspection_passed", "abnormal", "penalties")
    year, streets = Period.year(2024), tree.streets
    before = [figure(code, street, year) for code in codes for street in streets]
    move_organisation(pk=body.pk, place=tree.communities[1][0], on=date(2025, 2, 1), by=by, now=now)
    assert [figure(code, street, year) for code in codes for street in streets] == before
    assert before == [1, 0] * 3
    assert figure("abnormal", streets[1], Period.year(2025)) == 1


def test_a_filed_body_converted_in_the_year_is_judged_by_its_registration(tree):
    body = make_organisation(tree.streets[0], registered_on=date(2019, 1, 1))
    convert_organisation(
        pk=body.pk, kind="MF", uscc=make_uscc("MF"), on=date(2024, 9, 1), by=everything_at(tree.root),
        now=timezone.now(),
    )  # fmt: skip
    assert figure("inspection_exempt", tree.root, Period.year(2024)) == 1
    assert figure("inspection_must", tree.root, Period.year(2025)) == 1


def test_a_list_counts_from_its_day_to_the_removal_each_body_once(tree, body):
    make_listing(body, date(2024, 3, 5), ends_on=date(2024, 6, 7), ground="样例事由甲")
    make_listing(body, date(2024, 5, 1), ends_on=date(2024, 6, 7), ground="样例事由乙")
    days = [
        date(2024, 3, 4),
        date(2024, 3, 5),
        date(2024, 5, 2),
        date(2024, 6, 6),
        date(2024, 6, 7),
    ]
    assert [figure("abnormal", tree.root, on(day)) for day in days] == [0, 1, 1, 1, 0]
    assert cut("abnormal", "ground", tree.root, on(days[1])) == {"样例事由甲": 1}
    assert cut("abnormal", "ground", tree.root, on(days[2])) == {"样例事由乙": 1}
    assert cut("abnormal", "street", tree.root, on(days[2])) == {"甲街道": 1}
    assert figure("serious", tree.root, on(days[2])) == 0


def test_an_imported_listing_without_a_ground_is_told_by_its_result(tree, body):
    make_listing(body, date(2024, 3, 5), ground="", result="样例旧事由")
    assert cut("abnormal", "ground", tree.root, on(date(2024, 4, 1))) == {"样例旧事由": 1}


def test_grades_in_force_by_grade(tree, body):
    other = make_organisation(tree.streets[1], "ST")
    make_fact(body, "grade", result="4A", starts_on=date(2019, 5, 1))
    make_fact(other, "grade", result="3A", starts_on=date(2021, 5, 1), ends_on=date(2023, 5, 1))
    make_fact(make_organisation(tree.streets[1], "ST"), "grade", result="5A")  # nobody told when
    assert cut("graded", "grade", tree.root, on(date(2022, 1, 1))) == {"3A": 1, "4A": 1}
    assert cut("graded", "grade", tree.root, on(date(2023, 5, 1))) == {"4A": 1}
    assert figure("graded", tree.root, on(date(2024, 5, 1))) == 0


def test_penalties_of_a_period_lead_to_their_bodies(tree, body):
    make_fact(body, "penalty", result="警告", starts_on=date(2024, 3, 1), document="罚1号")
    make_fact(
        body, "penalty", result="罚款", starts_on=date(2024, 3, 1), document="罚2号", amount_fen=1
    )
    make_fact(body, "penalty", result="警告", starts_on=date(2024, 4, 1), document="罚3号",
              withdrawn_at=timezone.now())  # fmt: skip
    assert cut("penalties", "type", tree.root, Period.year(2024)) == {"罚款": 1, "警告": 1}
    assert figure("penalties", tree.root, Period.month(2024, 4)) == 0
    found = rows(
        "credit.penalties", path=tree.streets[0].path, period=Period.year(2024), today=TODAY
    )
    assert [one.organisation_id for one in found] == [body.pk, body.pk]
