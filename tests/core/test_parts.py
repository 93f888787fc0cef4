from datetime import UTC, date, datetime

from django.template import engines

from changle.core.templatetags.parts import icon, num, zh_date, zh_time


def test_dates_are_written_as_people_write_them():
    assert zh_date(date(2021, 9, 18)) == "2021年9月18日 周六"
    assert zh_date(None) == ""


def test_a_moment_is_told_on_the_wall_clock_here():
    moment = datetime(2021, 9, 17, 18, 5, tzinfo=UTC)
    assert zh_date(moment) == "2021年9月18日 周六"
    assert zh_time(moment) == "2021年9月18日 周六 02:05"


def test_numbers_have_commas_and_no_value_is_no_nought():
    assert num(120486) == "120,486"
    assert num(0) == "0"
    assert num(None) == "—"


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in icon("bell", "me-1")
    assert 'aria-label="消息"' in icon("bell", label="消息")
    assert "<script>" not in icon("bell", '"><script>')


def test_templates_have_the_parts_built_in():
    page = engines["django"].from_string('{% icon "bell" %}{{ n|num }}')
    assert "core/icons.svg#ti-bell" in page.render({"n": 1000})
    assert page.render({"n": 1000}).endswith("1,000")
