"""A van for Saturdays: offered, verified, taken, given back; and a gift with its receipt."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in


pytestmark = pytest.mark.e2e


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], v["nodes"][0]["html"][:160])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def as_(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def offered(page, site, size, name):
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/exchange/")
    assert fits(page)
    page.get_by_role("link", name="发布资源").click()
    page.locator('[name="kind"]').select_option("vehicle")
    page.locator('[name="title"]').fill(name)
    page.locator('[name="unit"]').fill("辆")
    page.get_by_label("周六").check()
    page.locator('[name="opens"]').fill("08:00")
    page.locator('[name="closes"]').fill("18:00")
    page.locator('[name="conditions"]').fill("自付油费")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "exchange-offer-form", size)
    page.get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text(name)
    page.get_by_role("link", name=name).click()
    expect(page.locator(".seal").first).to_have_text("待核实")
    assert page.get_by_role("button", name="核实通过").count() == 0
    return page.url


def verified(page, site, size, name):
    as_(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/exchange/queue/")
    assert fits(page)
    shoot(page, "exchange-queue", size)
    card = page.locator(".card", has_text=name).last
    card.get_by_role("button", name="核实并上架").click()
    expect(page.locator("main")).not_to_contain_text(name)


def taken(page, site, size, name):
    as_(page, site, "shequ-fangxin")
    page.goto(f"{site}/desk/exchange/?q={name}")
    page.get_by_role("heading", name=name).click()
    expect(page.locator(".seal").first).to_have_text("已上架")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "exchange-offer", size)
    page.locator("a.chip", has_text="08:00").first.click()
    page.locator('[name="purpose"]').fill("接送老人体检")
    page.get_by_role("button", name="预约").click()
    page.get_by_role("link", name=name).first.click()
    expect(page.locator(".seal").first).to_have_text("待确认")
    return page.url


def test_a_van_is_offered_for_saturdays_and_comes_back(page, site, size):
    name = f"旅程七座车{size}"
    offer = offered(page, site, size, name)
    verified(page, site, size, name)
    use = taken(page, site, size, name)
    as_(page, site, "zuzhi-qiuwen")
    page.goto(use)
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator(".seal").first).to_have_text("已约定")
    page.get_by_role("button", name="交付").click()
    expect(page.locator(".seal").first).to_have_text("使用中")

    as_(page, site, "shequ-fangxin")
    page.goto(use)
    page.locator('[name="note"]').first.fill("完好，油已加满")
    page.get_by_role("button", name="归还").click()
    expect(page.locator(".seal").first).to_have_text("已归还")

    as_(page, site, "zuzhi-qiuwen")
    page.goto(use)
    page.get_by_role("button", name="确认完好收回").click()
    expect(page.locator(".seal").first).to_have_text("已完结")
    expect(page.locator("main")).to_contain_text("完好，油已加满")
    assert fits(page)
    shoot(page, "exchange-use", size)
    page.goto(offer)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="结束共享").click()
    expect(page.locator(".seal").first).to_have_text("已结束")


def test_a_gift_gets_its_receipt(page, site, size):
    sign_in(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/exchange/donations/")
    assert fits(page)
    shoot(page, "exchange-donations", size)
    page.get_by_role("link", name="接收捐赠").click()
    page.locator('[name="donor_kind"]').select_option("person")
    page.locator('[name="donor"]').fill("旅程示例")
    page.locator('[name="earmark"]').fill("独居老人")
    for field, value in {"name": "棉被", "quantity": "20", "unit": "床", "value": "2400"}.items():
        page.locator(f'[name="item_0_{field}"]').fill(value)
    page.locator('[name="item_0_basis"]').select_option("market")
    assert fits(page)
    assert serious(page) == []
    page.get_by_role("button", name="登记并生成凭证").click()
    expect(page.locator("main")).to_contain_text("旅程示例")
    page.locator("tr", has_text="旅程示例").first.get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text(re.compile("实捐〔20[0-9]{2}〕[0-9]{4}号"))
    paper = page.request.get(f"{page.url}receipt/")
    assert paper.headers["content-type"] == "application/pdf"
    page.get_by_role("link", name="发放").click()
    page.locator('[name="quantity"]').fill("21")
    page.locator('[name="recipient"]').fill("方新社区独居老人")
    page.get_by_role("button", name="登记发放").click()
    expect(page.locator("main")).to_contain_text("只剩 20床")
    page.locator('[name="quantity"]').fill("5")
    page.get_by_role("button", name="登记发放").click()
    expect(page.locator("main")).to_contain_text("15床")
    assert fits(page)
    shoot(page, "exchange-donation", size)


def test_everybody_sees_what_is_shared(page, site, size):
    page.goto(f"{site}/exchange/")
    expect(page.locator("h1")).to_have_text("共享资源")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "exchange-public", size)
