"""The sums that must hold: exact to the fen, whatever the amounts; and what is only asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changle.core.money import yuan
from changle.ground.annual.queries import book, fields, filled, judge
from tests.factories.annual import SOUND, sound


AMOUNT = st.integers(0, 10**13)
CHANGE = st.integers(-(10**9), 10**9)
COUNT = st.integers(0, 10_000)


def codes(values, kind="MF", *, live=None, reasons=None):
    found = judge(values, kind, 2021, live=live or {}, reasons=reasons or {})
    return {one.code for one in found if not one.code.startswith("missing")}


def one(values, code, kind="MF"):
    return next(f for f in judge(values, kind, 2021, live={}, reasons={}) if f.code == code)


@pytest.mark.parametrize("kind", ["ST", "MF"])
def test_the_sound_sample_is_sound(kind):
    from_record = {"name": "样例", "uscc": "x", "registered_on": "2020-01-01"}
    assert judge(sound(kind) | from_record, kind, 2021, live={}, reasons={}) == []


@given(begin=CHANGE, income=AMOUNT, cost=AMOUNT, off=st.integers(-3, 3))
def test_net_assets_balance_to_the_fen(begin, income, cost, off):
    values = {"net_begin": begin, "income": income, "cost": cost, "net_end": begin + income - cost + off}  # fmt: skip
    assert ("sum.net" in codes(values)) == (off != 0)


@given(begin=CHANGE, income=AMOUNT, cost=AMOUNT, end=AMOUNT)
def test_the_arithmetic_is_written_out(begin, income, cost, end):
    values = {"net_begin": begin, "income": income, "cost": cost, "net_end": end}
    should = begin + income - cost
    if should != end:
        told = one(values, "sum.net")
        for amount in (begin, income, cost, should, end):
            assert yuan(amount) in told.arithmetic
        assert yuan(abs(should - end)) in told.sentence


@given(parts=st.lists(COUNT, min_size=4, max_size=4), off=st.integers(-2, 2))
def test_ages_sum_to_the_staff(parts, off):
    ages = dict(zip(("age_35", "age_45", "age_55", "age_over"), parts, strict=True))
    staff = sum(parts) + off
    assert ("sum.ages" in codes(ages | {"staff": max(staff, 0)})) == (max(staff, 0) != sum(parts))


@given(college=COUNT, bachelor=COUNT, staff=COUNT)
def test_education_never_passes_the_staff(college, bachelor, staff):
    values = {"edu_college": college, "edu_bachelor": bachelor, "staff": staff}
    assert ("sum.education" in codes(values)) == (college + bachelor > staff)


@given(parts=st.lists(AMOUNT, min_size=4, max_size=4), off=st.integers(-1, 1))
def test_four_groups_of_expense_sum_to_the_total(parts, off):
    names = ("cost_business", "cost_manage", "cost_raise", "cost_other")
    values = dict(zip(names, parts, strict=True)) | {"cost": sum(parts) + off}
    assert ("sum.cost" in codes(values)) == (off != 0)


@pytest.mark.parametrize(
    "rule", [rule for rule in book().rules if not rule.optional], ids=lambda r: r.code
)
def test_every_rule_speaks_and_is_silent(rule):
    """A total that fits is silent; one that is a unit off speaks, at the level of the rule."""
    kind = "ST"
    parts = dict.fromkeys(rule.plus, 40) | dict.fromkeys(rule.minus, 10)
    asked = {code: v for code, v in parts.items() if kind in fields()[code].kinds}
    total = sum(-v if c in rule.minus else v for c, v in asked.items())
    assert f"sum.{rule.code}" not in codes(asked | {rule.total: total}, kind)
    off = total - 1 if rule.at_most else total + 1
    found = one(asked | {rule.total: off}, f"sum.{rule.code}", kind)
    assert found.level == ("warning" if rule.warning else "error")
    assert found.section in {section.code for section in book().sections}


def test_an_empty_report_is_only_asked_for_what_is_required():
    found = judge({}, "MF", 2021, live={}, reasons={})
    assert {f.code.split(".")[0] for f in found} == {"missing"}
    assert filled({}, "MF") == (0, sum(f.required for f in book().fields_of("MF")))


def test_a_total_left_out_is_told_what_it_should_be():
    assert "应为 30 人" in one({"age_35": 10, "age_45": 20}, "sum.ages").sentence


@pytest.mark.parametrize("day", ["2020-12-31", "2022-01-01", "2021-02-30", "昨天"])
def test_what_happened_in_the_year_is_dated_in_it(day):
    values = {"change_items": [["名称", day, "甲", "乙"]]}
    assert "day.change_items" in codes(values)
    assert "day.change_items" not in codes({"change_items": [["名称", "2021-05-01", "甲", "乙"]]})


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("idle", {"events": 0, "projects": 0}),
        ("no_meeting", {"council_meetings": 0}),
        ("short", {"summary": "短"}),
        ("party", {"party_full": 3}),
        ("thin", {"fund": 5_500_001}),
        ("leap", {"net_begin": 1, "net_end": 100}),
    ],
)
def test_doubts_are_asked_about_and_may_be_explained(code, changes):
    values = sound("MF") | changes
    found = next(f for f in judge(values, "MF", 2021, live={}, reasons={}) if f.code == code)
    assert (found.level, found.blocks) == ("warning", True)
    again = judge(values, "MF", 2021, live={}, reasons={code: "有原因"})
    assert not next(f for f in again if f.code == code).blocks


def test_a_figure_that_differs_from_the_house_is_shown_with_both():
    found = judge(SOUND, "ST", 2021, live={"staff": 9}, reasons={})
    told = next(f for f in found if f.code == "differs.staff")
    assert "填的是 10 人" in told.sentence
    assert "平台记录是 9 人" in told.sentence


def test_every_field_is_named_once_and_every_rule_names_fields():
    names = [field.code for section in book().sections for field in section.fields]
    assert len(names) == len(set(names))
    for rule in book().rules:
        assert {rule.total, *rule.plus, *rule.minus} <= set(names)
