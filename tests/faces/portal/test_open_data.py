import csv
import hashlib
import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import openpyxl
import pytest
from django.conf import settings

from changle.faces.portal.views import about
from tests.faces.api.conftest import add


pytestmark = pytest.mark.django_db


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_directory_as_csv_opens_in_an_office(bodies, client):
    answer = client.get("/open-data/organisations.csv")
    text = body_of(answer).decode("utf-8")
    assert text.startswith("\ufeff名称")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {row["名称"] for row in rows} == {body.name for body in bodies}
    assert {row["统一社会信用代码"] for row in rows} == {"", bodies[3].uscc}
    assert "attachment" in answer["Content-Disposition"]


def test_formulas_are_neutral(district, client):
    add(district.communities[0][0], '=HYPERLINK("http://x")')
    assert "\"'=HYPERLINK" in body_of(client.get("/open-data/organisations.csv")).decode()


def test_the_directory_as_xlsx(bodies, client):
    book = openpyxl.load_workbook(io.BytesIO(body_of(client.get("/open-data/organisations.xlsx"))))
    rows = list(book["组织公开名录"].values)
    assert len(rows) == 5
    assert rows[0][0] == "名称"


def test_other_forms_are_not_there(client):
    assert client.get("/open-data/organisations.exe").status_code == 404


def test_the_feed_is_atom_and_tells_the_newest_first(bodies, client, district):
    told = feedparser.parse(client.get("/feeds/organisations.atom").content)
    assert (told.version, told.bozo) == ("atom10", False)
    assert len(told.entries) == 4
    assert told.entries[0].link.startswith(settings.CHANGLE_PUBLIC_URL + "/organisations/")
    assert told.entries[0].updated == "2021-02-28T16:00:00+00:00"
    street = feedparser.parse(
        client.get(f"/feeds/streets/{district.streets[0].pk}/organisations.atom").content
    )
    assert {entry.title for entry in street.entries} == {"一社区舞蹈队", "二社区书画社"}


def test_the_site_map_leads_to_every_page(bodies, client):
    def locations(path):
        tree = ET.fromstring(client.get(path).content)
        return [
            one.text.removeprefix(settings.CHANGLE_PUBLIC_URL) for one in tree.findall(".//{*}loc")
        ]

    pages = [page for part in locations("/sitemap.xml") for page in locations(part)]
    assert {f"/organisations/{body.pk}/" for body in bodies} <= set(pages)
    for page in pages:
        assert client.get(page).status_code == 200, page


def test_machines_are_kept_from_the_desk(client):
    text = client.get("/robots.txt").content.decode()
    for path in ("/desk/", "/account/", "/api/"):
        assert f"Disallow: {path}\n" in text
    assert f"Sitemap: {settings.CHANGLE_PUBLIC_URL}/sitemap.xml" in text


# A changed text needs a new version and date beside it (PIPL art. 17); then the new pair goes here.
NOTICES = {"1": "b143dd35610f93ed37bc3fb8db7734628116700199b98e90b7c82c15b2e31796"}


def test_the_privacy_notice_bears_its_version_and_digest(client, district):
    page = client.get("/privacy/").content.decode()
    digest = hashlib.sha256(Path(about.NOTICE).read_bytes()).hexdigest()
    assert f"版本 {about.NOTICE_VERSION}" in page
    assert digest in page
    assert NOTICES[about.NOTICE_VERSION] == digest, (
        "the text changed: give it a new version and date"
    )


def test_first_view_loads_no_chart_and_little_script(bodies, client):
    page = client.get("/").content.decode()
    scripts = re.findall(r'<script[^>]* src="/static/([^"?]*)"', page)
    assert not any("echarts" in script or "tabler" in script for script in scripts)
    folder = Path(settings.BASE_DIR) / "changle" / "core" / "static"
    assert sum((folder / script).stat().st_size for script in scripts) <= 60_000


def test_pages_are_complete_for_readers_and_previews(bodies, client):
    page = client.get(f"/organisations/{bodies[0].pk}/").content.decode()
    address = f"{settings.CHANGLE_PUBLIC_URL}/organisations/{bodies[0].pk}/"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:title" content="{bodies[0].name}">' in page
    assert page.count("<h1") == 1


def test_the_figures_are_there_for_everybody_by_year_and_street(bodies, client):
    text = body_of(client.get("/open-data/figures.csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    this = [
        row for row in rows if row["OBS_STATUS"] == "P" and row["INDICATOR"] == "registry.filed"
    ]
    whole = next(row for row in this if row["BREAKDOWN"] == "_T")
    assert (
        int(whole["OBS_VALUE"])
        == sum(int(row["OBS_VALUE"]) for row in this if row is not whole)
        > 0
    )
    assert {row["INDICATOR"] for row in rows} == {
        "registry.filed",
        "registry.registered_by_district",
    }


def test_the_catalogue_names_what_can_really_be_had(bodies, client):
    answer = client.get("/open-data/catalog.jsonld")
    assert answer["Content-Type"].startswith("application/ld+json")
    told = answer.json()
    page = client.get("/open-data/").content.decode()
    for dataset in told["dcat:dataset"]:
        assert dataset["dct:license"]["@id"].endswith("/open-data/#licence")
        for one in dataset["dcat:distribution"]:
            address = one["dcat:downloadURL"]["@id"].removeprefix(settings.CHANGLE_PUBLIC_URL)
            found = client.get(address)
            assert found.status_code == 200, address
            assert body_of(found)
    assert 'id="licence"' in page
    assert "/open-data/catalog.jsonld" in page
