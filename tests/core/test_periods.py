from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changle.core.periods import BadPeriod, Period


DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
SPANS = st.tuples(DAYS, DAYS).filter(lambda ends: ends[0] != ends[1]).map(sorted)
PERIODS = st.one_of(
    SPANS.map(lambda ends: Period(*ends)),
    st.builds(Period.year, st.integers(1990, 2040)),
    st.builds(Period.half, st.integers(1990, 2040), st.integers(1, 2)),
    st.builds(Period.quarter, st.integers(1990, 2040), st.integers(1, 4)),
    st.builds(Period.month, st.integers(1990, 2040), st.integers(1, 12)),
)


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2021", date(2021, 1, 1), date(2022, 1, 1), "2021年"),
        ("2021-H2", date(2021, 7, 1), date(2022, 1, 1), "2021年下半年"),
        ("2021-Q3", date(2021, 7, 1), date(2021, 10, 1), "2021年第三季度"),
        ("2021-09", date(2021, 9, 1), date(2021, 10, 1), "2021年9月"),
        ("2021-12", date(2021, 12, 1), date(2022, 1, 1), "2021年12月"),
        ("2021-09-01..2021-10-01", date(2021, 9, 1), date(2021, 10, 1), "2021年9月"),
        (
            "2021-09-01..2021-09-16",
            date(2021, 9, 1),
            date(2021, 9, 16),
            "2021年9月1日至2021年9月15日",
        ),
        ("2021-09-01..2021-09-02", date(2021, 9, 1), date(2021, 9, 2), "2021年9月1日"),
        ("２０２１年９月", date(2021, 9, 1), date(2021, 10, 1), "2021年9月"),
        ("2021年第3季度", date(2021, 7, 1), date(2021, 10, 1), "2021年第三季度"),
        ("2021年 上半年", date(2021, 1, 1), date(2021, 7, 1), "2021年上半年"),
    ],
)
def test_periods_are_read_and_named(text, start, end, label):
    period = Period.parse(text)
    assert (period.start, period.end, period.label, str(period)) == (start, end, label, label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "去年",
        "21",
        "2021-13",
        "2021-00",
        "2021-Q5",
        "2021-H3",
        "2021-02-30..2021-03-01",
        "2021-10-01..2021-09-01",
        "2021-09-01..2021-09-01",
        "0001",
        "9999",
        "٢٠٢١",
        "2021-09-01",
        "2021-09-01...2021-10-01",
        "9999-12-30..9999-12-31",
    ],
)
def test_nonsense_is_refused_with_a_sentence(text):
    with pytest.raises(BadPeriod) as caught:
        Period.parse(text)
    assert str(caught.value).endswith("。")


@given(st.text())
def test_any_text_is_a_period_or_refused(text):
    try:
        period = Period.parse(text)
    except BadPeriod:
        return
    assert Period.parse(period.code) == period


@given(PERIODS)
def test_code_and_short_labels_read_back(period):
    assert Period.parse(period.code) == period
    if period.unit != "span":
        assert Period.parse(period.label) == period


@given(PERIODS)
def test_the_previous_period_ends_where_this_one_starts(period):
    before = period.previous()
    assert before.end == period.start
    assert period.unit in {before.unit, "span"}
    if not period.whole_months:
        assert before.days == period.days


@given(PERIODS)
def test_months_cover_the_period_without_gap_or_overlap(period):
    months = period.months()
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert all(a.end == b.start for a, b in pairwise(months))
    assert sum(month.days for month in months) == period.days


def test_a_year_ago():
    assert Period.parse("2021-Q3").same_last_year() == Period.parse("2020-Q3")
    leap = Period(date(2024, 2, 29), date(2024, 3, 1))
    assert leap.same_last_year() == Period(date(2023, 2, 28), date(2023, 3, 1))
    eve = Period(date(2024, 2, 28), date(2024, 2, 29))
    assert eve.same_last_year() == Period(date(2023, 2, 28), date(2023, 3, 1))


def test_the_end_is_no_part():
    september = Period.month(2021, 9)
    assert date(2021, 9, 30) in september
    assert date(2021, 10, 1) not in september
    assert (september.last_day, september.days) == (date(2021, 9, 30), 30)


def test_moments_are_those_of_the_office():
    september = Period.month(2021, 9)
    assert september.starts_at == datetime(2021, 8, 31, 16, tzinfo=UTC)
    assert september.ends_at == datetime(2021, 9, 30, 16, tzinfo=UTC)
