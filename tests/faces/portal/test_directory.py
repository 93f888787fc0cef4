import json
import re
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changle.core.indicators import value
from changle.faces.portal.queries.places import DISTRICT_FIGURES, this_year
from changle.ground.registry.models import Identity, OfficialFact, Organisation
from tests.faces.api.conftest import add


pytestmark = pytest.mark.django_db
ROW = re.compile(r'<tr><td><a href="/organisations/(\d+)/">([^<]*)</a>')


def names(client, query=""):
    page = client.get(f"/organisations/{query}").content.decode()
    return {unescape(name) for _pk, name in ROW.findall(page)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=书画", {"二社区书画社"}),
        ("?q=舞蹈", {"一社区舞蹈队"}),
        ("?q=sqhct", {"三社区合唱团"}),
        ("?q=SQHCT", {"三社区合唱团"}),
        ("?q=610112MJ", {"乙街道养老服务中心"}),
        ("?q=BA-2", {"二社区书画社"}),
        ("?q=没有这个", set()),
        ("?kind=MF", {"乙街道养老服务中心"}),
        ("?field=civil", {"乙街道养老服务中心"}),
        ("?q=社&kind=BA", {"一社区舞蹈队", "二社区书画社", "三社区合唱团"}),
    ],
)
def test_search_and_filters(bodies, client, query, found):
    assert names(client, query) == found


def test_filters_by_place_offer_the_communities_of_the_street(bodies, client, district):
    street, community = district.streets[0], district.communities[0][0]
    assert names(client, f"?street={street.pk}") == {"一社区舞蹈队", "二社区书画社"}
    page = client.get(f"/organisations/?community={community.pk}").content.decode()
    assert ROW.findall(page)[0][1] == "一社区舞蹈队"
    assert f'<option value="{community.pk}" selected>' in page
    assert f'<option value="{street.pk}" selected>' in page
    assert "三社区</option>" not in page


def test_chips_take_one_condition_away(bodies, client, district):
    page = client.get(
        f"/organisations/?q=社&kind=BA&street={district.streets[0].pk}"
    ).content.decode()
    chips = re.findall(r'aria-label="去掉条件：([^"]*)"', page)
    assert chips == ["“社”", "社区社会组织", "甲街道"]
    rest = unescape(re.findall(r'<a href="([^"]*)" aria-label="去掉条件：社区社会组织"', page)[0])
    assert rest == f"/organisations/?q={quote('社')}&street={district.streets[0].pk}"


def test_conditions_that_make_no_sense_are_said_and_left_out(bodies, client):
    page = client.get(
        "/organisations/?kind=PRE&street=99999999999999999999&field=x"
    ).content.decode()
    assert page.count("已不按它筛选") == 3
    assert len(ROW.findall(page)) == 4


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?after=%00",
        "?after=x",
        "?street=%F0%9F%98%80",
        "?q=" + "长" * 10000,
        "?q=%27%22%3Cscript%3E",
    ],
)
def test_naughty_addresses_break_nothing(bodies, client, query):
    answer = client.get(f"/organisations/{query}")
    assert answer.status_code == 200
    assert b"<script>" not in answer.content


def test_pages_follow_by_key_without_gap_or_repeat(bodies, client, district):
    for number in range(45):
        add(district.communities[0][0], f"样例队{number}")
    seen, url = [], "/organisations/?kind=BA"
    while url:
        page = client.get(url).content.decode()
        seen += [pk for pk, _name in ROW.findall(page)]
        onward = re.search(r'href="([^"]*)" rel="next"', page)
        url = unescape(onward[1]) if onward else ""
    assert len(seen) == len(set(seen)) == 48


def test_the_list_costs_the_same_queries_for_one_row_and_for_three(client, district):
    add(district.communities[0][0], "第一个")
    client.get("/organisations/")
    with CaptureQueriesContext(connection) as one:
        client.get("/organisations/")
    add(district.communities[0][0], "第二个")
    add(district.communities[0][0], "第三个")
    with CaptureQueriesContext(connection) as three:
        client.get("/organisations/")
    assert len(one) == len(three) <= 6


def test_teams_and_ended_bodies_are_not_public(bodies, client, district):
    team = add(district.communities[0][0], "筹备中的队", kind="PRE")
    Organisation.objects.filter(pk=bodies[0].pk).update(state="dissolved")
    assert "筹备中的队" not in names(client)
    assert "一社区舞蹈队" not in names(client)
    assert client.get(f"/organisations/{team.pk}/").status_code == 404
    assert client.get(f"/organisations/{bodies[0].pk}/").status_code == 404


def test_every_figure_of_the_home_page_leads_to_exactly_its_rows(bodies, client, district):
    page = client.get("/").content.decode()
    today = timezone.localdate()
    for code in DISTRICT_FIGURES:
        told = value(code, path=district.root.path, period=this_year(today), today=today).value
        assert f'<a href="/organisations/?figure={code}"' in page
        assert len(names(client, f"?figure={code}")) == told > 0


def test_figures_of_a_place_lead_to_its_rows_and_make_up_the_tile(bodies, client, district):
    street = district.streets[1]
    page = client.get(f"/places/{street.pk}/").content.decode()
    links = re.findall(r'<a href="(/organisations/\?figure=[^"]*)"><b class="num">(\d+)</b>', page)
    assert [int(count) for _url, count in links] == [1, 1]
    for url, count in links:
        assert len(names(client, unescape(url).removeprefix("/organisations/"))) == int(count)
    tiles = client.get("/places/").content.decode()
    assert re.search(r'乙街道</b><span class="small quiet"><span class="num">2</span>', tiles)


def test_the_page_of_a_body_prints_its_public_facts(bodies, client):
    body = bodies[3]
    OfficialFact.objects.create(
        organisation=body, kind="grade", result="4A", year=2021, authority="样例区民政局",
        starts_on=date(2021, 5, 1), ends_on=date(2026, 5, 1), recorded_at=timezone.now(),
    )  # fmt: skip
    OfficialFact.objects.create(
        organisation=body, kind="abnormal", starts_on=date(2022, 5, 1), recorded_at=timezone.now()
    )
    Identity.objects.create(
        organisation=body, kind="BA", name="乙街道养老互助社", place=body.node.parent,
        starts_on=date(2019, 1, 1), ends_on=date(2021, 3, 1), opened_by="filed", closed_by="converted",
        recorded_at=timezone.now(), note="内部说明",
    )  # fmt: skip
    page = client.get(f"/organisations/{body.pk}/").content.decode()
    for text in (
        body.name, body.uscc, "民办非企业单位（社会服务机构）", "2021年度 4A", "活动异常名录",
        "乙街道养老互助社", "备案转登记", "2021年3月1日",
    ):  # fmt: skip
        assert text in page
    assert "内部说明" not in page


def test_linked_data_cannot_leave_its_element(client, district):
    body = add(district.communities[0][0], '</script><script>alert("1")</script>&')
    page = client.get(f"/organisations/{body.pk}/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
    assert "<" not in block

    told = json.loads(block)
    assert told["name"] == body.name
    assert told["@type"] == "Organization"
    assert page.count("<script") == 2  # the page's own, and this block


def test_unknown_bodies_and_places_are_not_there(bodies, client, district):
    for path in (
        "/organisations/999999999/",
        f"/places/{district.root.pk}/",
        "/places/999999999/",
        f"/feeds/streets/{district.communities[0][0].pk}/organisations.atom",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "没有找到这个页面" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/organisations/",
        "/places/",
        "/open-data/",
        "/about/",
        "/privacy/",
        "/robots.txt",
        "/sitemap.xml",
    ],
)
def test_pages_stand_in_an_empty_installation_and_refuse_to_be_written(client, db, path):
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
