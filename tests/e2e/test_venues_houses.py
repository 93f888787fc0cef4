"""A keeper sets up a room by the pages, and somebody without an account finds it."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e
HOUSE = "张家堡街道社会组织服务中心"


def test_a_room_is_set_up_and_found_by_everybody(site, page, size):
    name = f"演练排练厅{secrets.token_hex(3)}"
    sign_in(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/venues/setup/")
    assert fits(page)
    page.get_by_role("link", name=HOUSE).click()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "venues-house", size)
    here = page.url
    page.get_by_role("link", name="新增场地").click()
    page.get_by_label("名称").fill(name)
    page.get_by_label("容纳人数").fill("25")
    page.get_by_label("预约规则").select_option(label="直接预约")
    assert fits(page)
    assert serious(page) == []
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(here)
    expect(page.get_by_role("link", name=name)).to_be_visible()

    page.goto(f"{here}hours/")
    before = page.get_by_label("周一").input_value()
    for day in "一二三四五六日":
        page.get_by_label(f"周{day}").fill("03:00-04:00")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("仍要保存")).to_be_visible()  # the sample's bookings stand
    expect(page.get_by_label("周一")).to_have_value("03:00-04:00")
    assert fits(page)
    assert before != "03:00-04:00"

    page.context.clear_cookies()
    page.goto(f"{site}/")
    page.get_by_role("link", name="共享场地").first.click()
    assert fits(page)
    page.get_by_role("link", name=HOUSE).click()
    expect(page.get_by_text(name)).to_be_visible()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "venues-centre", size)
    page.get_by_role("link", name="查看空闲时段").click()
    expect(page.get_by_role("heading", name=HOUSE)).to_be_visible()
