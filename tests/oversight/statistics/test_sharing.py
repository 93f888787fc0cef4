"""What a house shared, by whom and for how long: each number leads to exactly its rows."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from changle.core.indicators import CATALOGUE, rows, value
from changle.core.periods import Period
from changle.oversight.statistics.queries import SENSES, TABLES, fill, four_commons
from changle.services.commons.models import BookedSpace, Booking
from tests.factories.commons import make_centre, make_space


pytestmark = pytest.mark.django_db
COMMONS, T16 = "/desk/figures/commons/", "/desk/figures/report/T16/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def houses(tree, bodies, now):
    """A room used twice by one body and once by another, in a house of the first street."""
    house = make_centre(tree.centre, name="样例甲中心")
    room = make_space(house, name="样例大厅")
    for number, (body, minutes) in enumerate([(bodies[0], 90), (bodies[0], 60), (bodies[1], 120)]):
        starts = now - timedelta(days=number + 1)
        use = Booking.objects.create(
            centre=house, organisation=body, title=f"样例排练{number}", starts_at=starts,
            ends_at=starts + timedelta(minutes=minutes), holds_from=starts,
            holds_until=starts + timedelta(minutes=minutes), people=9, booked_at=starts,
            standing=Booking.Class.COMMUNITY, state=Booking.State.CLOSED, state_since=starts,
        )  # fmt: skip
        BookedSpace.objects.create(
            booking=use, space=room, starts_at=starts, ends_at=use.ends_at, minutes=minutes,
            on=timezone.localdate(starts),
        )  # fmt: skip
    return [house]


@pytest.fixture
def weeks(now):
    """A span with all uses in it, whatever day of the year it is."""
    today = timezone.localdate(now)
    return Period(today - timedelta(days=20), today + timedelta(days=1)), today


def told(node, weeks):
    parts = four_commons(node=node, period=weeks[0], today=weeks[1])
    return {part.sense.name: part for part in parts}


def test_a_house_tells_who_used_its_rooms_and_how_long(tree, houses, weeks):
    rooms = told(tree.centre, weeks)["场地共用"]
    figures = {one.label: one.text for one in rooms.figures}
    assert figures["场地使用次数"] == "3"
    assert figures["场地使用时长"] == "270"
    heading, lines, _query = rooms.listings[0]
    assert heading == "谁用了场地"
    assert [(one.label, one.text, one.share) for one in lines] == [
        ("样例一社区舞蹈队", "150", 100), ("样例二社区书画社", "120", 80),
    ]  # fmt: skip


def test_another_street_has_none_of_it(tree, houses, weeks):
    rooms = told(tree.streets[1], weeks)["场地共用"]
    assert {one.label: one.text for one in rooms.figures}["场地使用次数"] == "0"
    assert all(not lines for _heading, lines, _query in rooms.listings)


def test_every_number_of_the_page_leads_to_rows_that_add_up_to_it(
    client, enter, tree, houses, weeks
):
    enter("DCA", tree.root)
    period = f"{weeks[0].start}..{weeks[0].end}"
    page = client.get(COMMONS, {"node": tree.centre.pk, "period": period}).content.decode()
    links = re.findall(r'<a class="num" href="([^"]+)"[^>]*>([^<]+)</a>', page)
    assert len(links) > 8
    for href, number in links:
        answer = client.get(href.replace("&amp;", "&"))
        assert answer.status_code == 200
        text = answer.content.decode()
        if "/figure/" in href:  # of a rate: what is divided by what
            assert f">{number}</a>" in text
            continue
        shown = re.search(r"data-rows-value>([^<]*)<", text)
        assert shown is not None
        assert shown[1].strip() == number, href


def test_a_row_opens_its_own_record_for_who_may_see_it(client, enter, tree, houses, weeks):
    asked = {"code": "venue.uses", "node": tree.centre.pk, "period": f"{weeks[0].start}..{weeks[0].end}"}  # fmt: skip
    use = Booking.objects.order_by("pk")[0]
    enter("DCA", tree.root)
    page = client.get("/desk/figures/rows/", asked).content.decode()
    assert f"/desk/bookings/{use.pk}/" in page
    assert f"{timezone.localdate(use.starts_at):%Y-%m-%d}" in page
    client.logout()
    enter("DSW", tree.root)  # reads figures, but no bookings
    page = client.get("/desk/figures/rows/", asked).content.decode()
    assert "样例大厅" in page
    assert "/desk/bookings/" not in page


def test_the_table_parts_a_street_into_its_houses(tree, houses, weeks):
    filled = fill(TABLES["T16"], node=tree.streets[0], period=weeks[0], today=weeks[1])
    labels = [column.label for column in filled.table.columns]
    lines = {line.label: dict(zip(labels, cells, strict=True)) for line, cells in filled.rows}
    assert lines["样例甲中心"]["场地使用次数"].number == 3
    assert lines["不分中心"]["场地使用次数"].number == 0
    # What is told by no centre stands in the line of none, and nowhere twice.
    assert lines["样例甲中心"]["捐赠笔数"].text == "—"
    assert lines["不分中心"]["捐赠笔数"].number == 0
    assert filled.faults == []


def test_every_figure_named_for_the_first_two_senses_is_kept(tree):
    missing = [code for sense in SENSES[:2] for code in sense.codes if code not in CATALOGUE]
    missing += [
        f"{one.code} {one.cut}"
        for sense in SENSES[:2]
        for one in sense.listings
        if one.code in CATALOGUE and one.cut not in {cut.name for cut in CATALOGUE[one.code].cuts}
    ]
    assert missing == []


def test_every_table_names_figures_that_are_kept():
    missing = [
        (table.code, measure.code)
        for table in TABLES.values()
        for measure in table.columns
        if measure.code and measure.code not in CATALOGUE
    ]
    assert missing == []


def test_a_centre_has_figures_of_its_own(client, enter, tree, houses, weeks):
    enter("CTR", tree.centre)
    page = client.get(COMMONS)
    assert page.status_code == 200
    assert "场地共用" in page.content.decode()
    other = client.get(COMMONS, {"node": tree.streets[1].pk})
    assert other.status_code == 404
    asking = {"path": tree.centre.path, "period": Period.year(weeks[1].year), "today": weeks[1]}
    assert value("venue.uses", **asking).value == rows("venue.uses", **asking).count()


def test_the_front_of_who_runs_a_centre_is_what_it_shares(client, enter, tree, houses):
    enter("CTR", tree.centre)
    assert client.get("/desk/overview/").url.startswith(COMMONS)
