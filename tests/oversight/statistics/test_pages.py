"""Each figure tells its definition and leads to exactly its rows, for the places one may read."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.indicators import CATALOGUE
from changle.core.periods import Period
from changle.oversight.statistics.queries import asking
from tests.factories.registry import make_organisation


pytestmark = pytest.mark.django_db
CATALOGUE_PAGE = "/desk/figures/"
FIGURE, ROWS = "/desk/figures/figure/", "/desk/figures/rows/"
XLSX, CSV = "/desk/figures/rows/file.xlsx", "/desk/figures/rows/file.csv"
PAGES = [CATALOGUE_PAGE, FIGURE, ROWS, XLSX, CSV, "/desk/figures/report/T1/",
         "/desk/figures/report/T1/file.csv"]  # fmt: skip
FILED = {"code": "registry.filed"}


def links(response, start):
    hrefs = re.findall(r'href="([^"]+)"', response.content.decode())
    return [href.replace("&amp;", "&") for href in hrefs if href.startswith(start)]


def every_line(client, url):
    """The organisations that the pages of a drill-down list, turned to the last."""
    found, value = [], ""
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        told = answer.content.decode()
        value = re.search(r"data-rows-value>([^<]+)<", told)[1]
        found += re.findall(r'<td data-row><a href="([^"]+)"', told)
        url = answer.context["next"]
    return value, found


def test_the_catalogue_defines_every_indicator(client, enter, tree, bodies):
    enter("DCA", tree.root)
    told = client.get(CATALOGUE_PAGE).content.decode()
    for indicator in CATALOGUE.values():
        assert indicator.name in told
        assert indicator.definition in told


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_each_link_of_a_figure_leads_to_that_many_rows(client, enter, tree, bodies, code):
    enter("DCA", tree.root)
    page = client.get(FIGURE, {"code": code})
    assert page.status_code == 200
    for url in links(page, f"{ROWS}?"):
        value, found = every_line(client, url)
        counted = CATALOGUE[CATALOGUE[code].above or code]
        if not counted.measure:
            assert len(found) == int(value.replace(",", ""))
        assert all(client.get(one).status_code == 200 for one in found[:2])


def test_the_rows_turn_their_pages_by_key(client, enter, tree, bodies, monkeypatch):
    monkeypatch.setattr(asking, "PAGE", 2)
    enter("DCA", tree.root)
    value, found = every_line(client, f"{ROWS}?code=registry.filed")
    assert (value, len(found), len(set(found))) == ("3", 3, 3)


def test_a_street_reads_its_own_figures(client, enter, tree, bodies):
    enter("STO", tree.streets[0])
    value, found = every_line(client, f"{ROWS}?code=registry.filed")
    assert (value, len(found)) == ("2", 2)


@pytest.mark.parametrize("url", PAGES)
def test_another_place_is_not_there(client, enter, tree, bodies, url):
    enter("STO", tree.streets[0])
    for node in (tree.streets[1], tree.root, tree.communities[1][0]):
        assert client.get(url, {**FILED, "node": node.pk}).status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_who_may_read_no_figures_finds_no_page(client, enter, tree, bodies, url):
    enter("EXP", tree.root)
    assert client.get(url, FILED).status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_a_stranger_is_asked_to_sign_in(client, tree, url):
    assert client.get(url, FILED).status_code == 302


@pytest.mark.parametrize("url", PAGES)
def test_a_page_of_figures_takes_no_post(client, enter, tree, url):
    enter("DCA", tree.root)
    assert client.post(url, FILED).status_code == 405


@pytest.mark.parametrize(
    "asked",
    [
        {"code": "registry.nothing"},
        {"by": "colour"},
        {"from": "2021-13-01", "to": "2022-01-01"},
        {"from": "2022-01-01", "to": "2021-01-01"},
        {"period": "去年"},
        {"node": "x"},
        {"node": "9" * 40},
        {"node": "\x00"},
    ],
)
@pytest.mark.parametrize("url", [FIGURE, ROWS, XLSX])
def test_an_address_that_asks_nonsense_is_not_there(client, enter, tree, bodies, url, asked):
    enter("DCA", tree.root)
    assert client.get(url, FILED | asked).status_code == 404


@pytest.mark.parametrize("key", ["x", "\x00", "9" * 40, "舞蹈" * 500])
def test_a_key_that_names_nothing_counts_nothing(client, enter, tree, bodies, key):
    enter("DCA", tree.root)
    answer = client.get(ROWS, FILED | {"by": "street", "key": key, "after": key})
    assert answer.status_code == 200
    assert "这个数是 0，没有记录。" in answer.content.decode()


def test_a_quarter_or_a_month_is_chosen_as_a_year_is(client, enter, tree, bodies):
    enter("DCA", tree.root)
    for period in ("2021", "2021-H1", "2021-Q3", "2021-09"):
        for url in (CATALOGUE_PAGE, FIGURE, "/desk/figures/report/T1/"):
            told = client.get(url, FILED | {"period": period}).content.decode()
            assert f'<option value="{period}" selected>' in told
    odd = client.get(FIGURE, FILED | {"from": "2021-01-05", "to": "2021-02-01"}).content.decode()
    assert '<option value="2021-01-05..2021-02-01" selected>' in odd


def test_a_rate_leads_to_what_it_divides_and_by_what(client, enter, tree, bodies):
    enter("DCA", tree.root)
    page = client.get(FIGURE, {"code": "registry.filed_per_community"})
    told = {}
    for url in links(page, f"{ROWS}?"):
        value, found = every_line(client, url)
        told[re.search(r"code=([\w.]+)", url)[1]] = (value, len(found))
    assert told["registry.filed"] == ("3", 3)
    assert told["territory.communities"] == ("4", 4)
    rows = client.get(ROWS, {"code": "registry.filed_per_community"}).content.decode()
    assert "分子：备案的社区社会组织" in rows


def test_no_period_that_has_not_begun_is_offered(client, enter, tree, bodies):
    enter("DCA", tree.root)
    today = timezone.localdate()
    told = client.get(FIGURE, FILED).content.decode()
    offered = [Period.parse(code) for code in re.findall(r'<option value="([^"]+)"', told)]
    assert Period.month(today.year, today.month) in offered
    assert all(one.start <= today for one in offered)


def test_a_past_day_shows_what_stood_then(client, enter, tree, bodies):
    enter("DCA", tree.root)
    value, found = every_line(client, f"{ROWS}?code=registry.filed&from=2020-01-01&to=2020-05-06")
    assert (value, found) == ("0", [])


def test_the_files_hold_the_rows_of_the_page_and_the_definition(client, enter, tree, bodies):
    enter("DCA", tree.root)
    book = load_workbook(BytesIO(client.get(XLSX, FILED).content))
    cells = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
    told = "\n".join(str(cell) for row in cells for cell in row)
    assert all(body.name in told for body in bodies[:3])
    assert bodies[3].name not in told
    assert CATALOGUE["registry.filed"].definition in told
    text = b"".join(client.get(CSV, FILED).streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(StringIO(text)))
    assert len(lines) == 4
    assert lines[0][0] == "名称"


def test_a_file_of_another_form_is_not_there(client, enter, tree):
    enter("DCA", tree.root)
    for stem in ("rows", "report/T1"):
        assert client.get(f"/desk/figures/{stem}/file.exe", FILED).status_code == 404


@pytest.mark.parametrize("url", [ROWS, FIGURE, CSV, "/desk/figures/report/T1/"])
def test_a_page_asks_as_much_for_three_rows_as_for_one(client, enter, tree, url):
    enter("DCA", tree.root)
    make_organisation(tree.communities[0][0])
    client.get(url, FILED)
    asked = []
    for more in (0, 2):
        for _ in range(more):
            make_organisation(tree.communities[0][0])
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url, FILED)
            if answer.streaming:
                b"".join(answer.streaming_content)
        asked.append(len(queries))
    assert asked[0] == asked[1]
