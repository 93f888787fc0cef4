"""Two records of one team are found alike, merged and parted again; the figures follow."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in


pytestmark = pytest.mark.e2e


def filed(page, site):
    """The stock of filed bodies as the overview prints it."""
    page.goto(f"{site}/desk/overview/")
    return int(page.locator(".stat a.num").nth(1).inner_text().replace(",", ""))


def enter(page, site, name, address):
    """A filed team by the form; the second one is told that it looks like the first."""
    page.goto(f"{site}/desk/organisations/add/")
    page.get_by_label("类型").first.select_option("BA")
    page.get_by_label("名称", exact=True).fill(name)
    place = page.get_by_label("所在地")
    place.select_option(index=place.locator("option").count() - 1)
    page.get_by_label("住所").fill(address)
    page.get_by_role("button", name="保存").click()
    if page.get_by_text("名录里有相似的组织").count():
        page.get_by_label("这不是同一个组织，仍要保存").check()
        page.get_by_role("button", name="保存").click()
    page.wait_for_url(re.compile(r"/desk/organisations/\d+/$"))
    return re.search(r"/(\d+)/$", page.url)[1]


def test_two_records_become_one_and_two_again(page, site, size):
    sign_in(page, site, "jie-zhangjiabu")
    word = {"desk": "桂花", "phone": "海棠"}[size]
    one = enter(page, site, f"样例{word}读书会", "样例路1号")
    other = enter(page, site, f"样例{word}读书社", "样例路2号")
    before = filed(page, site)
    page.goto(f"{site}/desk/duplicates/")
    assert fits(page)
    shoot(page, "duplicates", size)
    page.goto(f"{site}/desk/organisations/{one}/merging/?q={word}读书社")
    assert fits(page)
    page.get_by_role("link", name="比对并合并").click()
    page.locator(f'input[name="survivor"][value="{one}"]').check()
    page.locator(f'input[name="take-address"][value="{other}"]').check()
    page.get_by_label("合并理由").fill("同一支队伍，录了两次")
    page.get_by_role("button", name="预览将移动的内容").click()
    expect(page.locator("main")).to_contain_text("还没有合并")
    assert fits(page)
    shoot(page, "merge-preview", size)
    page.get_by_role("button", name="确认合并").click()
    expect(page.locator("main")).to_contain_text("可撤销至")
    merged = page.url
    shoot(page, "merge-done", size)
    assert filed(page, site) == before - 1
    page.goto(f"{site}/desk/organisations/{other}/")
    expect(page.locator("main")).to_contain_text("是重复的记录，已并入本记录")
    expect(page.locator("main")).to_contain_text("样例路2号")
    page.goto(f"{site}/desk/organisations/{one}/history/")
    expect(page.locator("main")).to_contain_text("样例路2号")
    assert fits(page)
    shoot(page, "field-history", size)
    page.goto(merged)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="撤销合并").click()
    expect(page.locator("main")).to_contain_text("已撤销")
    assert filed(page, site) == before
