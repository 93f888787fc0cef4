"""A body put on the list of abnormal activity loses what it may do that day, and regains it on removal."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in


pytestmark = pytest.mark.e2e
FROM = {"desk": 0, "phone": 12}  # another body for each size: one sample serves all journeys


def room_of(page, site, nth):
    """The room of a registered body that stands on no list and has no grade."""
    page.goto(f"{site}/desk/organisations/?kind=MF&state=active")
    hrefs = [one.get_attribute("href") for one in page.locator("main tbody td:first-child a").all()]
    for href in hrefs[nth:]:
        page.goto(f"{site}{href}credit/")
        if page.get_by_text("不在任何名录上").count():
            return href
    raise AssertionError("no body without a listing")


def row_of(page, purpose):
    return page.locator("tr", has=page.get_by_text(purpose, exact=True))


def test_listed_today_barred_today_removed_today_free_today(page, site, size):
    sign_in(page, site, "qu")
    href = room_of(page, site, FROM[size])
    expect(row_of(page, "申请资助")).to_contain_text("可以")
    expect(row_of(page, "申请资助")).not_to_contain_text("不可以")
    assert fits(page)

    page.get_by_role("link", name="列入名录").click()
    page.get_by_label("名录与事由").select_option(label="通过登记的住所无法联系")
    page.get_by_label("文号").fill("样例公告〔9〕号")
    page.get_by_role("button", name="列入").click()
    expect(page.locator("main")).to_contain_text("已列入，当日起生效")
    for purpose in ("入驻", "申请资助"):
        expect(row_of(page, purpose)).to_contain_text("不可以")
        expect(row_of(page, purpose)).to_contain_text(
            re.compile("列入活动异常名录（通过登记的住所无法联系），移出名录之日起恢复")
        )
    expect(row_of(page, "场地预约")).not_to_contain_text("不可以")
    expect(row_of(page, "整改和申请移出")).not_to_contain_text("不可以")
    assert fits(page)
    shoot(page, "credit-listed", size)

    page.goto(f"{site}{href}")
    expect(page.locator("main .seal", has_text="列入活动异常名录")).to_be_visible()
    page.goto(f"{site}/desk/credit/lists/")
    expect(page.locator(f'main a[href="{href}credit/"]')).to_be_visible()
    public = href.replace("/desk", "")
    page.goto(f"{site}{public}")
    expect(page.locator("main")).to_contain_text("活动异常名录")

    page.goto(f"{site}{href}credit/")
    page.get_by_role("link", name="移出活动异常名录").click()
    page.get_by_label("移出事由").fill("已恢复联系")
    page.get_by_role("button", name="移出").click()
    expect(row_of(page, "申请资助")).not_to_contain_text("不可以")
    expect(page.locator("main")).to_contain_text("不在任何名录上")
    expect(page.locator(".story")).to_contain_text("已恢复联系")


def test_the_ticked_are_passed_and_the_others_stay(page, site, size):
    sign_in(page, site, "qu")
    page.goto(f"{site}/desk/credit/missing/")
    assert fits(page)
    shoot(page, "credit-missing", size)
    ticks = page.locator('input[name="pk"]')
    count = ticks.count()
    assert count > 2, "the sample leaves some without a result"
    for tick in ticks.all()[2:]:
        tick.uncheck()
    page.get_by_role("button", name=re.compile("勾选的登记为")).click()
    expect(page.locator("main")).to_contain_text("已登记 2 家")
    expect(page.locator('input[name="pk"]')).to_have_count(count - 2)
