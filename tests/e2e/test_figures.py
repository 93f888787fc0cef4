"""A month is closed and printed, a late session differs from it; a cut is explored and shared; the wall."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_faces import serious
from tests.e2e.test_loans import done_there


pytestmark = pytest.mark.e2e
STREET, BUREAU = "jie-zhangjiabu", "qu"
# A session that was handed in late, of the month that is closed: nobody waits for a month.
LATE = """
import django, json; django.setup()
from datetime import timedelta
from io import BytesIO
from PIL import Image
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.recording import EvidenceDraft, add_evidence
from changle.services.activities.actions.verifying import verify
from changle.services.activities.models import Session
now = timezone.now()
by = keeper(*Permission)
row = Session.objects.filter(
    street__name="张家堡街道", state="recording", handed_in_at__isnull=False).order_by("pk").first()
last = timezone.localdate(now).replace(day=1) - timedelta(days=1)
back = timedelta(days=(row.on - last).days)
Session.objects.filter(pk=row.pk).update(
    starts_at=row.starts_at - back, ends_at=row.ends_at - back, on=last, month=f"{last:%Y-%m}")
row.refresh_from_db()
picture = BytesIO()
Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
draft = EvidenceDraft(upload=SimpleUploadedFile("a.jpg", picture.getvalue()), kind="photo",
                      taken_at=row.starts_at, consent="given")
add_evidence(session=row.pk, draft=draft, by=by, now=now)
row = verify(pk=row.pk, by=by, now=now)
print(json.dumps({"pk": row.pk, "title": row.title, "person_times": row.person_times}))
"""


def as_(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def last_month_of(page, site):
    page.goto(f"{site}/desk/figures/monthly/")
    page.locator("tbody tr", has_text="张家堡").get_by_role("link").click()


def cell(page, table, line, column):
    """One cell of a table of the report, found by its words."""
    part = page.locator(f"section[aria-labelledby='t-{table}']")
    heads = part.locator("thead th").all_inner_texts()
    row = part.locator("tr", has=page.get_by_role("rowheader", name=line, exact=True))
    return row.locator("td").nth(heads.index(column) - 1)


def test_a_month_is_closed_printed_and_later_differs(page, site, size, tmp_path_factory):
    as_(page, site, STREET)
    last_month_of(page, site)
    address = page.url
    if not page.get_by_role("link", name="关账并上报").count():  # the other size has closed it
        as_(page, site, BUREAU)
        page.goto(address)
        page.get_by_role("link", name="退回").click()
        page.get_by_label("退回原因").fill("请核对 A1 表")
        page.locator("main form button[type=submit]").click()
        as_(page, site, STREET)
        page.goto(address)
    assert fits(page)
    sessions = int(cell(page, "A1", "合计", "活动场次").inner_text().replace(",", ""))
    page.get_by_role("link", name="关账并上报").click()
    page.get_by_label("说明").fill("已核对")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("已上报")
    expect(page.locator("main")).to_contain_text("手工填报 0 个")
    assert page.locator("a.revised").count() == 0
    assert [one for one in serious(page) if one] == []
    with page.expect_download() as printed:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert printed.value.path().read_bytes().startswith(b"%PDF")

    late = json.loads(done_there(site, tmp_path_factory, LATE).splitlines()[-1])
    page.goto(address)
    changed = cell(page, "A1", "合计", "活动场次")
    expect(changed.locator("a.revised")).to_have_text("+1")
    assert changed.inner_text().split()[0].replace(",", "") == str(sessions)
    people = cell(page, "A1", "合计", "服务人次").locator("a.revised")
    expect(people).to_have_text(f"+{late['person_times']}")
    expect(page.locator("main")).to_contain_text("处修订")
    assert fits(page)
    changed.scroll_into_view_if_needed()
    shoot(page, "monthly-revised", size)
    changed.locator("a.revised").click()
    expect(page.locator("[data-rows-value]")).to_have_text(f"{sessions + 1:,}")


def test_a_new_cut_is_drawn_and_kept_for_others(page, site, size):
    as_(page, site, STREET)
    page.goto(f"{site}/desk/figures/")
    page.get_by_role("link", name="自由分析").click()
    for app in ("活动共办",):
        page.locator("details.picks", has_text=app).locator("summary").click()
    page.get_by_label("活动场次", exact=True).check()
    page.get_by_label("服务人次", exact=True).check()
    page.get_by_label("每行是").select_option("month")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator(".chart-legend li")).to_have_count(2)
    assert fits(page)
    shoot(page, "explore", size)
    number = page.locator("tfoot a.num").first
    total, href = number.inner_text(), number.get_attribute("href")
    page.get_by_role("link", name="保存").click()
    name = f"张家堡每月活动（{size}）"
    page.get_by_label("名称").fill(name)
    page.get_by_label("给同事用").check()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(name)
    page.goto(site + href)
    assert page.locator("[data-rows-value]").inner_text() == total
    as_(page, site, BUREAU)
    page.goto(f"{site}/desk/figures/explore/")
    page.get_by_role("link", name=name).click()
    expect(page.locator("tfoot a.num").first).to_have_text(total)


def test_the_wall_runs_for_an_hour_without_growing(page, site, size):
    if size == "phone":
        pytest.skip("a wall is no telephone")
    page.clock.install()
    as_(page, site, BUREAU)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{site}/desk/wall/")
    expect(page.locator(".tile")).to_have_count(12)
    registered = page.locator(".wall-cards .num").first.inner_text()
    assert registered.isdigit()
    assert fits(page)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def weighed():
        tools.send("HeapProfiler.collectGarbage")
        told = tools.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in told}

    def a_minute():
        with page.expect_response(re.compile("/desk/wall/")) as answer:
            page.clock.fast_forward(60_000)
        assert answer.value.ok
        page.wait_for_timeout(30)

    for _each in range(5):
        a_minute()
    before = weighed()
    for _each in range(55):
        a_minute()
    after = weighed()
    shoot(page, "wall", "wide")
    assert after["Nodes"] <= before["Nodes"] * 1.05
    assert after["JSEventListeners"] <= before["JSEventListeners"] * 1.05
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.1
    expect(page.locator(".wall-cards .num").first).to_have_text(registered)
