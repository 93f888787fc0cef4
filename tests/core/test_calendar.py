import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changle.core.calendar import (
    Calendar,
    CalendarDay,
    CalendarRefused,
    DayRow,
    Imported,
    day_of,
    end_of,
    from_ics,
    import_year,
    remove_day,
    seed,
    seed_days,
    set_day,
    to_ics,
)
from changle.core.log import LogEntry
from changle.core.reach import Actor
from changle.core.refusals import Refused


NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
BY = Actor(user_id=7, name="局长甲")
SEEDED = Calendar.of(seed_days())
REALDATA = Path(os.environ.get("CHANGLE_REALDATA", "../shared/data")) / "china-holidays"
EVENT = "\nBEGIN:VEVENT\nSUMMARY:甲({})\nDTSTART:20270101\nEND:VEVENT"
DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
HOLIDAY = DayRow(date(2027, 1, 1), is_working=False, name="元旦", notice="国办发明电〔2026〕1号")


def published(year):
    if not REALDATA.exists():
        pytest.skip(f"published calendars not found at {REALDATA} (CHANGLE_REALDATA)")
    return json.loads((REALDATA / "expected.json").read_text("utf-8"))[year]


@pytest.mark.realdata
@pytest.mark.parametrize("year", ["2023", "2024", "2025", "2026"])
def test_the_calendar_agrees_with_the_published_one(year):
    expected = published(year)
    rows = [row for row in seed_days() if str(row.on.year) == year]
    off = [row.on.isoformat() for row in rows if not row.is_working]
    worked = [row.on.isoformat() for row in rows if row.is_working]
    assert (off, worked) == (expected["off_days"], expected["make_up_work_days"])


@pytest.mark.realdata
@pytest.mark.parametrize("year", ["2023", "2024", "2025", "2026"])
def test_a_published_calendar_file_is_read(year):
    expected = published(year)
    rows = from_ics((REALDATA / f"{year}.ics").read_text("utf-8"), notice="国办发明电〔2022〕1号")
    off = [row.on.isoformat() for row in rows if not row.is_working]
    worked = [row.on.isoformat() for row in rows if row.is_working]
    assert (off, worked) == (expected["off_days"], expected["make_up_work_days"])
    assert {row.notice for row in rows} == {"国办发明电〔2022〕1号"}


@pytest.mark.parametrize(
    ("year", "working"), [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248)]
)
def test_a_year_has_its_published_number_of_working_days(year, working):
    assert SEEDED.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == working


def test_seeded_days_are_unique_and_make_up_days_are_weekends():
    rows = seed_days()
    assert len({row.on for row in rows}) == len(rows)
    assert all(row.on.weekday() >= 5 for row in rows if row.is_working)
    assert SEEDED.known_years() == [2021, 2022, 2023, 2024, 2025, 2026]


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2021, 9, 30), 1, date(2021, 10, 8)),  # National Day holiday
        (date(2021, 9, 30), 2, date(2021, 10, 9)),  # a Saturday made up for
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # Saturday, worked for the Spring Festival
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # begun on a Saturday
        (date(2026, 3, 9), -5, date(2026, 3, 2)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),  # no notice yet: a Friday, provisional
    ],
)
def test_deadlines_follow_the_calendar(start, count, end):
    assert SEEDED.add_working_days(start, count) == end


@given(DAYS, st.integers(0, 60))
def test_counting_back_gives_the_count(start, count):
    end = SEEDED.add_working_days(start, count)
    assert SEEDED.working_days_between(start, end) == count
    assert count == 0 or SEEDED.is_working(end)
    back = SEEDED.add_working_days(end, -count)
    assert count == 0 or SEEDED.working_days_between(back, end) == count


@given(DAYS, DAYS, DAYS)
def test_working_days_add_up_over_spans(a, b, c):
    between = SEEDED.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(DAYS, st.integers(0, 40))
def test_the_explanation_ends_on_the_deadline(start, count):
    steps = SEEDED.explain(start, count)
    assert steps[-1].day == SEEDED.add_working_days(start, count)
    assert sum(step.counted for step in steps) == count
    assert all(step.counted == SEEDED.is_working(step.day) for step in steps[1:])


def test_the_explanation_names_the_notice():
    steps = SEEDED.explain(date(2021, 9, 30), 2)
    assert steps[0].why == "起算当日，不计入期限"
    assert steps[1].why == "国庆节放假（国办发明电〔2020〕27号），不计入"
    assert steps[-1].why == "国庆节调休上班（国办发明电〔2020〕27号），第 2 个工作日"
    assert steps[-2].why == "周五，第 1 个工作日"


def test_a_year_without_its_notice_counts_weekends_and_is_provisional():
    assert SEEDED.is_working(date(2027, 10, 1))
    assert not SEEDED.is_working(date(2027, 10, 2))
    assert SEEDED.provisional(date(2027, 10, 1))
    assert not SEEDED.provisional(date(2026, 10, 1))
    assert SEEDED.provisional_between(date(2026, 12, 31), date(2027, 1, 1))
    assert not SEEDED.provisional_between(date(2026, 12, 30), date(2026, 12, 31))
    step = SEEDED.explain(date(2026, 12, 31), 1)[-1]
    assert step.provisional
    assert "2027 年放假安排尚未公布" in step.why


def test_one_entered_day_does_not_make_a_year_known():
    calendar = Calendar.of([HOLIDAY])
    assert calendar.known_years() == []
    assert not calendar.is_working(HOLIDAY.on)
    expected = DayRow(date(2027, 10, 1), is_working=False, name="国庆节", provisional=True)
    assert Calendar.of([expected]).known_years() == []
    assert Calendar.of([expected]).provisional(expected.on)


def test_the_day_of_a_moment_is_that_of_the_office():
    assert day_of(datetime(2021, 9, 30, 15, 59, 59, tzinfo=UTC)) == date(2021, 9, 30)
    assert day_of(datetime(2021, 9, 30, 16, tzinfo=UTC)) == date(2021, 10, 1)
    assert end_of(date(2021, 9, 30)) == datetime(2021, 9, 30, 16, tzinfo=UTC)
    assert day_of(end_of(date(2021, 9, 30)) - timedelta(microseconds=1)) == date(2021, 9, 30)


def test_a_moment_is_not_taken_for_a_day():
    for ask in (SEEDED.is_working, SEEDED.provisional, SEEDED.why, end_of):
        with pytest.raises(TypeError):
            ask(NOW)
    with pytest.raises(TypeError):
        SEEDED.add_working_days(NOW, 3)


@pytest.mark.django_db
def test_loading_takes_one_query_and_asking_none(django_assert_num_queries):
    seed(by=BY, now=NOW)
    with django_assert_num_queries(1):
        calendar = Calendar.load()
    with django_assert_num_queries(0):
        assert calendar.add_working_days(date(2021, 9, 30), 1) == date(2021, 10, 8)
    assert calendar == SEEDED


@pytest.mark.django_db
def test_seeding_twice_changes_nothing_and_keeps_what_the_bureau_entered():
    set_day(row=HOLIDAY, by=BY, now=NOW)
    assert seed(by=BY, now=NOW) == [2021, 2022, 2023, 2024, 2025, 2026]
    count = LogEntry.objects.count()
    assert seed(by=BY, now=NOW) == []
    assert LogEntry.objects.count() == count == CalendarDay.objects.count()


@pytest.mark.django_db
def test_a_day_is_entered_corrected_and_removed_with_a_log():
    set_day(row=HOLIDAY, by=BY, now=NOW)
    set_day(row=HOLIDAY, by=BY, now=NOW)
    corrected = DayRow(HOLIDAY.on, is_working=False, name="新年", notice=HOLIDAY.notice)
    day = set_day(row=corrected, by=BY, now=NOW)
    assert str(day) == "2027-01-01 新年放假"
    remove_day(on=HOLIDAY.on, by=BY, now=NOW)
    assert not CalendarDay.objects.exists()
    entries = LogEntry.objects.order_by("pk")
    assert [entry.verb for entry in entries] == ["set_day", "set_day", "remove_day"]
    assert entries[1].changes == {"name": ["元旦", "新年"]}
    assert {entry.actor_name for entry in entries} == {"局长甲"}
    with pytest.raises(CalendarRefused, match="没有 2027-01-01 的特别安排"):
        remove_day(on=HOLIDAY.on, by=BY, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_working": True}, "本来就是工作日"),
        ({"name": " "}, "请填写节假日名称"),
        ({"notice": ""}, "请填写放假通知的文号"),
        ({"on": date(1921, 1, 1)}, "2000 年至 2100 年"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(changes, why):
    facts = {"on": HOLIDAY.on, "is_working": False, "name": "元旦", "notice": HOLIDAY.notice}
    with pytest.raises(CalendarRefused, match=why):
        set_day(row=DayRow(**facts | changes), by=BY, now=NOW)
    assert not CalendarDay.objects.exists()


@pytest.mark.django_db
def test_importing_a_year_makes_it_what_the_notice_says():
    rows = [row for row in seed_days() if row.on.year == 2026]
    wrong = DayRow(date(2026, 7, 1), is_working=False, name="误录", notice="无")
    set_day(row=wrong, by=BY, now=NOW)
    guess = DayRow(date(2026, 10, 1), is_working=False, name="国庆节", provisional=True)
    set_day(row=guess, by=BY, now=NOW)
    done = import_year(year=2026, rows=rows, by=BY, now=NOW)
    assert done == Imported(added=len(rows) - 1, changed=1, removed=1, same=0)
    assert Calendar.load().known_years() == [2026]
    again = import_year(year=2026, rows=rows, by=BY, now=NOW)
    assert again == Imported(added=0, changed=0, removed=0, same=len(rows))


@pytest.mark.django_db
def test_an_import_of_another_year_changes_nothing():
    with pytest.raises(CalendarRefused, match="请分年导入"):
        import_year(year=2026, rows=seed_days(), by=BY, now=NOW)
    with pytest.raises(CalendarRefused, match="没有读到"):
        import_year(year=2026, rows=[], by=BY, now=NOW)
    assert not CalendarDay.objects.exists()


def test_our_own_calendar_file_reads_back():
    rows = [*seed_days(), DayRow(date(2027, 10, 1), False, "国庆节; 预计, 如此\\", "", True)]
    text = to_ics(rows, now=NOW)
    assert from_ics(text) == rows
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("你好", "不是日历文件"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "没有标明"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:元旦(休)\nDTSTART:今天\nEND:VEVENT", "读不懂"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:甲(休)\nDTSTART:20270101\nDTEND:20290101\nEND:VEVENT",
            "起止日期不对",
        ),
        (
            "BEGIN:VCALENDAR" + EVENT.format("休") + EVENT.format("班"),
            "既是放假又是上班",
        ),
        ("BEGIN:VCALENDAR" + " " * 1_000_000, "太大"),
    ],
)
def test_a_calendar_file_that_makes_no_sense_is_refused(text, why):
    with pytest.raises(Refused, match=why):
        from_ics(text)
