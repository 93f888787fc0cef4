"""Each person's first screens, on the desk and on the phone, by mouse, by keyboard and by axe."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in


pytestmark = pytest.mark.e2e
DESK = ["/desk/overview/", "/desk/home/", "/desk/organisations/", "/desk/organisations/add/",
        "/desk/organisations/imports/", "/desk/figures/", "/desk/figures/report/T1/",
        "/desk/figures/report/T9/", "/desk/nodes/", "/desk/people/", "/desk/calendar/", "/desk/log/",
        "/account/me/"]  # fmt: skip
PORTAL = ["/", "/organisations/", "/places/", "/open-data/", "/about/", "/privacy/"]


def serious(page):
    """What axe finds broken beyond doubt."""
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], v["nodes"][0]["html"][:120])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def test_the_overview_leads_from_each_number_to_its_rows(page, site, size):
    sign_in(page, site, "qu")
    expect(page).to_have_url(re.compile("/desk/overview/"))
    page.goto(f"{site}/desk/overview/?year=2021")
    cards = page.locator(".stat a.num")
    assert cards.first.inner_text() == "281"
    assert cards.nth(1).inner_text() == "2,043"
    assert fits(page)
    page.wait_for_timeout(600)  # the charts are drawn when they come into view
    shoot(page, "overview", size)
    numbers = page.locator("main a.num")
    told = [
        (numbers.nth(n).text_content().strip(), numbers.nth(n).get_attribute("href"))
        for n in range(numbers.count())
    ]
    assert len(told) > 40
    for text, href in [*told[:8], *told[8::9]]:
        page.goto(site + href)
        value = page.locator("[data-rows-value]").inner_text()
        if "." not in text:
            assert value == text, href


def test_a_street_sees_its_own_figures_and_nothing_of_another(page, site, size):
    sign_in(page, site, "jie-zhangjiabu")
    expect(page).to_have_url(re.compile("/desk/home/"))
    assert fits(page)
    shoot(page, "home", size)
    page.goto(f"{site}/desk/overview/")
    expect(page.locator("main")).to_contain_text("张家堡街道")
    answer = page.goto(f"{site}/desk/overview/?node=1")
    assert answer.status == 404


def test_the_directory_finds_by_characters_and_initials(page, site, size):
    page.goto(f"{site}/organisations/?q=秋文")
    expect(page.locator("main")).to_contain_text("秋文社会工作服务中心")
    page.goto(f"{site}/organisations/?q=qwshgz")
    expect(page.locator("main")).to_contain_text("秋文社会工作服务中心")
    page.goto(f"{site}/organisations/")
    assert fits(page)
    shoot(page, "directory", size)
    page.goto(f"{site}/")
    assert fits(page)
    shoot(page, "portal", size)


def test_a_body_is_added_and_what_was_typed_survives_a_refusal(page, site, size):
    sign_in(page, site, "jie-zhangjiabu")
    page.goto(f"{site}/desk/organisations/")
    shoot(page, "organisations", size)
    page.goto(f"{site}/desk/organisations/add/")
    page.locator('[name="name"]').fill(f"样例旅程组织{size}")
    page.locator('[name="kind"]').select_option("MF")
    page.locator('[name="uscc"]').fill("52610112MJT000029O")
    page.get_by_role("button", name=re.compile("保存|新增")).first.click()
    expect(page.locator(".invalid-feedback, .alert-danger").first).to_be_visible()
    assert page.locator('[name="name"]').input_value() == f"样例旅程组织{size}"
    assert fits(page)


@pytest.mark.parametrize("path", DESK)
def test_desk_pages_are_within_reach_of_everybody(page, site, path):
    sign_in(page, site, "qu")
    assert page.goto(site + path).status == 200
    assert fits(page)
    assert serious(page) == []


@pytest.mark.parametrize("path", PORTAL)
def test_portal_pages_are_within_reach_of_everybody(page, site, path):
    assert page.goto(site + path).status == 200
    assert fits(page)
    assert serious(page) == []


def test_the_elder_mode_stays(page, site):
    page.goto(site)
    page.locator("[data-elder-toggle]").first.click()
    page.goto(f"{site}/organisations/")
    expect(page.locator("html")).to_have_class(re.compile("elder"))
