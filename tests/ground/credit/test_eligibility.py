"""What the facts allow, day by day: a listing bars from its first day and no longer from the last."""

from datetime import date

import pytest
from django.utils import timezone

from changle.ground.credit.actions.rules import set_number
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.eligibility import PURPOSES, eligible, standing_of
from changle.ground.registry.queries.rulebook import PARAMETERS, day_of, numbers, years_after
from tests.factories.credit import make_fact, make_listing
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
ON, BEFORE, OFF = date(2026, 5, 3), date(2026, 5, 2), date(2026, 8, 1)


def allowed(body, on):
    return {code for code in PURPOSES if eligible(body, code, on).ok}


def reasons(body, purpose, on):
    return "".join(eligible(body, purpose, on).reasons)


def inspected(body, *years, result="合格"):
    for year in years:
        make_fact(body, "inspection", year=year, result=result, starts_on=date(year + 1, 5, 20))


FREE = {"move_in", "grant", "venue", "fundraising", "rectification"}


def test_listing_changes_what_is_open_the_same_day_and_removal_restores_it(body):
    inspected(body, 2024, 2025)
    make_listing(body, ON, ends_on=OFF)
    assert allowed(body, BEFORE) == FREE | {"grade_application"}
    listed = {"venue", "rectification", "grade_application"}
    assert allowed(body, ON) == listed
    assert allowed(body, date(2026, 7, 31)) == listed
    assert allowed(body, OFF) == FREE | {"grade_application"}


def test_the_reason_names_the_fact_its_day_and_the_way_out(body):
    make_listing(body, ON)
    assert reasons(body, "grant", ON) == (
        "2026年5月3日列入活动异常名录（未按规定的时限和要求报送年度工作报告），移出名录之日起恢复。"
    )
    assert reasons(body, "grant", BEFORE) == ""


def test_the_serious_list_blocks_everything_but_rectification(body):
    make_listing(body, ON, "serious")
    assert allowed(body, ON) == {"rectification"}
    assert "venue" in allowed(body, BEFORE)


def test_a_withdrawn_listing_never_was(body):
    make_listing(body, ON, withdrawn_at=timezone.now(), withdrawn_because="录错组织")
    assert "grant" in allowed(body, ON)


@pytest.mark.parametrize(
    ("on", "simplified", "preferred", "again"),
    [
        (date(2020, 11, 30), False, False, True),  # before it was given
        (date(2020, 12, 1), True, True, False),
        (date(2023, 11, 30), True, True, False),
        (date(2023, 12, 1), True, True, True),  # the last two years of its term
        (date(2025, 11, 30), True, True, True),
        (date(2025, 12, 1), False, False, True),  # expired: no grade at all
    ],
)
def test_a_grade_holds_for_its_term_and_no_day_longer(body, on, simplified, preferred, again):
    inspected(body, *range(2016, 2026))
    make_fact(body, "grade", result="4A", year=2020, starts_on=date(2020, 12, 1))
    found = allowed(body, on)
    assert ("simplified_inspection" in found) is simplified
    assert ("preference" in found) is preferred
    assert ("grade_application" in found) is again


def test_a_grade_without_any_day_is_not_taken_for_one_in_force(body):
    make_fact(body, "grade", result="5A")
    assert "没有记明有效期" in reasons(body, "preference", ON)


@pytest.mark.parametrize(("grade", "open_"), [("3A", False), ("4A", True), ("5A", True)])
def test_simplified_inspection_asks_for_four(body, grade, open_):
    make_fact(body, "grade", result=grade, starts_on=date(2024, 1, 1), ends_on=date(2029, 1, 1))
    assert eligible(body, "simplified_inspection", ON).ok is open_
    assert eligible(body, "preference", ON).ok


@pytest.mark.parametrize(
    ("ending", "free"),
    [("降低等级：复核不达标", date(2026, 3, 1)), ("取消等级：提供虚假材料", date(2027, 3, 1))],
)
def test_who_lost_a_grade_waits_for_years(body, ending, free):
    inspected(body, *range(2016, 2027))
    make_fact(
        body, "grade", result="4A", starts_on=date(2021, 1, 1), ends_on=date(2024, 3, 1), end_ground=ending
    )  # fmt: skip
    day_before = free.replace(month=2, day=28)
    assert not eligible(body, "grade_application", date(2024, 3, 1)).ok
    assert not eligible(body, "grade_application", day_before).ok
    assert eligible(body, "grade_application", free).ok


@pytest.mark.parametrize(
    ("results", "word"),
    [
        ({2024: "合格", 2025: "合格"}, ""),
        ({2024: "合格", 2025: "基本合格"}, ""),
        ({2024: "基本合格", 2025: "基本合格"}, "连续两年基本合格"),
        ({2024: "合格", 2025: "不合格"}, "不合格"),
        ({2024: "合格", 2025: "一年未年检"}, "一年未年检"),
        ({2024: "一年未年检", 2025: "两年未年检"}, "两年未年检"),
        ({2024: "不合格", 2025: "合格"}, ""),
        ({2024: "合格"}, "没有2025年度年检结论的记录"),
    ],
)
def test_the_last_inspection_decides_on_applying_for_a_grade(body, results, word):
    for year, result in results.items():
        inspected(body, year, result=result)
    verdict = eligible(body, "grade_application", date(2026, 9, 1))
    assert verdict.ok is (not word)
    assert word in "".join(verdict.reasons)


def test_before_the_deadline_the_year_before_is_judged(body):
    inspected(body, 2024)
    assert eligible(body, "grade_application", date(2026, 5, 31)).ok
    assert not eligible(body, "grade_application", date(2026, 6, 1)).ok


def test_who_was_exempt_missed_nothing(tree):
    late = make_organisation(tree.streets[0], "MF", registered_on=date(2023, 7, 1))
    early = make_organisation(tree.streets[0], "MF", registered_on=date(2023, 6, 30))
    club = make_organisation(tree.streets[0], "ST", registered_on=date(2023, 12, 31))
    on = date(2024, 9, 1)
    assert "年检" not in reasons(late, "grade_application", on)
    assert "没有2023年度" in reasons(early, "grade_application", on)
    assert "没有2023年度" in reasons(club, "grade_application", on)
    assert "未满2年；2025年7月1日起" in reasons(late, "grade_application", on)


def test_last_years_penalty_bars_for_this_year_only(body):
    inspected(body, *range(2020, 2027))
    make_fact(body, "penalty", result="警告", starts_on=date(2025, 4, 1), document="罚1号")
    assert eligible(body, "grade_application", date(2025, 12, 31)).ok
    assert "2025年4月1日警告" in reasons(body, "grade_application", date(2026, 1, 1))
    assert eligible(body, "grade_application", date(2027, 1, 1)).ok


def test_a_suspension_bars_until_its_last_day(body):
    make_fact(body, "penalty", result="限期停止活动", starts_on=ON, ends_on=OFF, document="罚2号")
    assert "限期停止活动" in reasons(body, "venue", ON)
    assert allowed(body, date(2026, 7, 31)) == {"rectification"}
    assert "venue" in allowed(body, OFF)


@pytest.mark.parametrize(
    ("state", "left"),
    [("suspended", {"rectification"}), ("liquidating", {"rectification"}), ("deregistered", set()),
     ("merged", set()), ("rectifying", FREE)],
)  # fmt: skip
def test_the_state_counts_from_its_day(body, state, left):
    body.state = state
    body.state_since = timezone.make_aware(timezone.datetime(2026, 5, 3, 9))
    assert allowed(body, ON) - {"grade_application"} == left
    assert "venue" in allowed(body, BEFORE)


def test_a_filed_body_has_no_part_in_grades_but_may_move_in(tree):
    filed = make_organisation(tree.communities[0][0])
    assert allowed(filed, ON) == {"move_in", "grant", "venue", "rectification"}
    assert "只有登记的社会组织" in reasons(filed, "grade_application", ON)


def test_many_bodies_cost_as_many_queries_as_one(tree, django_assert_num_queries):
    bodies = [make_organisation(tree.streets[0], "MF") for _each in range(3)]
    for one in bodies:
        make_listing(one, ON)
    with django_assert_num_queries(2):
        standing_of([bodies[0].pk], ON)
    with django_assert_num_queries(2):
        told = standing_of([one.pk for one in bodies], ON)
        assert all(not eligible(one, "grant", ON, standing=told[one.pk]).ok for one in bodies)


def test_a_number_of_the_bureaus_own_holds_from_its_day(body, bureau):
    today = timezone.localdate()
    make_fact(body, "grade", result="3A", starts_on=date(today.year - 1, 1, 1))
    set_number(
        name="simplified_grade", value=3, starts_on=today, source="本区试点", by=bureau, now=timezone.now()
    )  # fmt: skip
    assert numbers(today)["simplified_grade"] == 3
    assert eligible(body, "simplified_inspection", today).ok
    assert not eligible(body, "simplified_inspection", date(today.year - 1, 6, 1)).ok


def test_every_number_has_a_source_and_the_days_are_days():
    assert all(one.source for one in PARAMETERS.values())
    assert day_of(2026, 531) == date(2026, 5, 31)
    assert day_of(2026, 229) == date(2026, 2, 28)
    assert years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)


def test_every_state_is_judged(body):
    for state in Organisation.State.values:
        body.state = state
        for purpose in PURPOSES:
            assert isinstance(eligible(body, purpose, timezone.localdate()).ok, bool)
