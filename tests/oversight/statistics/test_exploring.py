"""The explorer: what is picked is told by place, month or category, and every number is its rows."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from changle.core.log import LogEntry
from changle.oversight.statistics.models import SavedCut
from changle.site.crawler import Crawl
from tests.factories.accounts import make_user
from tests.factories.registry import make_organisation
from tests.factories.territory import make_grant


pytestmark = pytest.mark.django_db
HERE, FILE, KEEP = (
    "/desk/figures/explore/",
    "/desk/figures/explore/file.",
    "/desk/figures/explore/keep/",
)
FILED = "code=registry.filed"


@pytest.fixture
def bureau(tree, bodies, enter):
    return enter("DCA", tree.root)


def lines(client, query):
    """Label of a line -> its numbers, as the exported table has them."""
    answer = client.get(f"{FILE}csv?{query}")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
    return {line.split(",")[0].strip('"'): line.split(",")[1:] for line in rows}


def test_by_place_month_and_category(bureau, client, tree, bodies):
    assert lines(client, FILED)["甲街道"] == ["2"]
    assert lines(client, FILED)["合计"] == ["3"]
    by_kind = lines(client, "code=registry.registered&rows=kind")
    assert by_kind == {"社会团体": ["1"], "民办非企业单位（社会服务机构）": ["1"], "合计": ["2"]}
    today = timezone.localdate(bodies[0].recorded_at)
    by_month = lines(client, f"{FILED}&rows=month&period={today.year}")
    assert len(by_month) == today.month + 1
    assert lines(client, f"{FILED}&code=territory.communities")["乙街道"] == ["1", "2"]


def test_places_parted_once_more(bureau, client):
    told = lines(client, f"{FILED}&rows=place&across=category")
    assert [sum(map(int, numbers)) for numbers in told.values()] == [2, 1, 3]
    page = client.get(f"{HERE}?{FILED}&rows=place&across=category").content.decode()
    assert "stacked&quot;: true" in page or '"stacked": true' in page


@pytest.mark.parametrize("query", [
    FILED, f"{FILED}&rows=month", f"{FILED}&rows=category", f"{FILED}&rows=place&across=category",
    f"{FILED}&rows=month&across=street", "code=registry.filed_per_community&code=registry.members",
    f"{FILED}&code=registry.filings&rows=community",
])  # fmt: skip
def test_every_number_is_its_rows(bureau, client, query):
    crawl = Crawl(client)
    assert list(crawl.run([f"{HERE}?{query}"])) == []
    assert crawl.numbers


@pytest.mark.parametrize("query", [
    "code=nothing", "code=registry.filed&node=999999", "code=registry.filed&node=x",
    "code=registry.filed&period=soon",
])  # fmt: skip
def test_what_is_not_there_is_not_found(bureau, client, query):
    assert client.get(f"{HERE}?{query}").status_code == 404
    assert client.get(f"{FILE}csv?{query}").status_code == 404


@pytest.mark.parametrize("query", [
    f"{FILED}&rows=nothing", f"{FILED}&rows=month&across=%00", f"{FILED}&rows=<b>",
    "&".join([FILED] * 50), f"{FILED}&rows=month&period=2021-01-01..2026-12-31", f"{FILED}&rows=" + "年" * 5000,
])  # fmt: skip
def test_nonsense_is_passed_over(bureau, client, query):
    assert client.get(f"{HERE}?{query}").status_code == 200


def test_it_leaves_as_a_spreadsheet_with_its_definitions(bureau, client):
    file = load_workbook(BytesIO(client.get(f"{FILE}xlsx?{FILED}").content))
    facts = " ".join(str(cell.value) for page in file for row in page for cell in row)
    assert "社区社会组织" in facts
    assert client.get(f"{FILE}exe?{FILED}").status_code == 404
    assert client.get(f"{FILE}xlsx").status_code == 404


def test_kept_for_others_and_taken_away(tree, bureau, client):
    assert client.get(f"{KEEP}?{FILED}").status_code == 200
    told = client.post(
        f"{KEEP}?{FILED}&rows=month", {"name": "每月备案", "is_shared": "on"}, follow=True
    )
    assert "每月备案" in told.content.decode()
    client.post(f"{KEEP}?{FILED}", {"name": "只给自己"})
    row = SavedCut.objects.get(name="每月备案")
    assert (row.node, "rows=month" in row.query) == (tree.root, True)
    assert LogEntry.objects.filter(verb="keep").count() == 2

    other = make_user()
    make_grant(other, tree.root, "DCA")
    client.force_login(other)
    page = client.get(HERE).content.decode()
    assert "每月备案" in page
    assert "只给自己" not in page
    client.post(f"/desk/figures/explore/{row.pk}/forget/")
    assert SavedCut.objects.filter(pk=row.pk).exists()

    client.force_login(bureau)
    client.post(f"/desk/figures/explore/{row.pk}/forget/")
    assert not SavedCut.objects.filter(pk=row.pk).exists()


def test_a_street_does_not_see_what_the_bureau_keeps(tree, bureau, enter, client):
    client.post(f"{KEEP}?{FILED}", {"name": "全区", "is_shared": "on"})
    enter("STO", tree.streets[0])
    assert "全区" not in client.get(HERE).content.decode()
    client.post(f"{KEEP}?{FILED}", {"name": "本街道", "is_shared": "on"})
    assert SavedCut.objects.get(name="本街道").node == tree.streets[0]
    client.force_login(bureau)
    assert "本街道" in client.get(HERE).content.decode()


def test_a_name_kept_again_means_the_new_table(bureau, client):
    for rows in ("place", "month"):
        client.post(f"{KEEP}?{FILED}&rows={rows}", {"name": "常用"})
    assert "rows=month" in SavedCut.objects.get(name="常用").query


@pytest.mark.parametrize("name", ["", "   ", "长" * 61])
def test_a_table_needs_a_name(bureau, client, name):
    told = client.post(f"{KEEP}?{FILED}", {"name": name})
    assert told.status_code == 422
    assert not SavedCut.objects.exists()


def test_it_costs_the_same_for_more_bodies(tree, bureau, client):
    def count():
        with CaptureQueriesContext(connection) as told:
            client.get(f"{HERE}?{FILED}&rows=category")
        return len(told)

    client.get(HERE)
    before = count()
    for _each in range(3):
        make_organisation(tree.communities[0][0])
    assert count() == before
