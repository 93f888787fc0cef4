"""A base is recognised from its papers to the certificate; an operator is replaced and is out at once."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_faces import serious
from tests.factories.bases import PDF


pytestmark = pytest.mark.e2e
STAFFED = "谭家街道社会组织孵化基地"
TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()  # on the wall here
PAPER = {"name": "材料（演练）.pdf", "mimeType": "application/pdf", "buffer": PDF}


def enter(page, site, username):
    """As anybody of the sample: there is a button a role, and who else there is may be named."""
    page.context.clear_cookies()
    page.goto(f"{site}/account/sign-in/")
    button = page.locator("form button[value]").last
    button.evaluate("(one, name) => { one.value = name }", username)
    button.click()
    page.wait_for_load_state()


def tick_all(page):
    for box in page.get_by_label("符合").all():
        box.check()


def planned(page, site, name):
    """A base of a community that has none yet, entered by its street."""
    page.goto(f"{site}/desk/bases/")
    page.get_by_role("link", name="登记基地").click()
    page.get_by_label("层级").select_option(label="社区级")
    place = page.get_by_label("所在节点")
    place.select_option(value=place.locator("option", has_text="社区").last.get_attribute("value"))
    page.get_by_label("名称").fill(name)
    page.get_by_label("总面积").fill("160")
    page.get_by_label("共享面积").fill("200")
    page.get_by_label("建成日期").fill(str(TODAY))
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("共享面积不能大于总面积")).to_be_visible()
    expect(page.get_by_label("名称")).to_have_value(name)
    page.get_by_label("共享面积").fill("60")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("link", name=name).click()
    return page.url


def made_ready(page, here, size):
    """Every paper handed in, every condition claimed."""
    expect(page.get_by_text("还缺").first).to_be_visible()
    assert fits(page)
    page.locator(".nav-tabs").get_by_role("link", name="条件与材料").click()
    while page.get_by_role("link", name="提交").count():
        page.get_by_role("link", name="提交").first.click()
        page.get_by_label("文件").set_input_files(PAPER)
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_role("heading", name="申报材料")).to_be_visible()
    assert fits(page)
    shoot(page, "bases-criteria", size)
    page.get_by_role("link", name="逐条自查").click()
    tick_all(page)
    assert fits(page)
    page.get_by_role("button", name="保存自查").click()
    expect(page.get_by_text("材料和必备条件已齐")).to_be_visible()
    page.goto(here)


def test_a_base_is_recognised_from_papers_to_certificate(site, page, size):
    sign_in(page, site, "jie-zhangjiabu")
    here = planned(page, site, f"演练孵化点{secrets.token_hex(3)}")
    made_ready(page, here, size)
    page.get_by_role("button", name="申请认定").click()
    expect(page.locator(".seal", has_text="申请认定")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, site, "qu")
    page.goto(here)
    page.get_by_role("link", name="现场核实").click()
    assert serious(page) == []
    tick_all(page)
    page.get_by_role("button", name="保存核实").click()
    page.goto(here)
    page.get_by_role("link", name="认定", exact=True).click()
    expect(page.get_by_text("必备条件已全部现场核实")).to_be_visible()
    page.get_by_role("button", name="认定").click()
    expect(page.locator(".seal", has_text="已认定")).to_be_visible()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "bases-recognised", size)
    paper = page.request.get(f"{here}certificate.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    page.get_by_role("link", name="公开页面").click()
    expect(page.get_by_text("社区级社会组织孵化基地").first).to_be_visible()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "bases-public", size)


def staff(page, site, contract, username):
    page.goto(f"{contract}staff/add/")
    page.get_by_label("用户名").fill(username)
    page.get_by_role("button", name="添加").click()


def test_an_operator_is_replaced_and_out_at_once(site, page, size, browser):
    sign_in(page, site, "qu")
    page.goto(f"{site}/desk/bases/?tier=street")
    page.get_by_role("link", name=STAFFED).click()
    base = page.url
    page.goto(f"{base}operator/")
    assert fits(page)
    shoot(page, "bases-operator", size)
    page.get_by_role("link", name="合同、人员与检查").click()
    contract = page.url
    running = page.locator("h1").inner_text()
    staff(page, site, contract, "yunying-tanjia")  # there already, or added now

    context = browser.new_context(locale="zh-CN")
    old = context.new_page()
    enter(old, site, "yunying-tanjia")
    assert old.goto(base).status == 200
    assert old.goto(contract).status == 200

    page.goto(contract)
    assert fits(page)
    page.get_by_role("link", name="更换运营机构").click()
    names = page.locator("datalist option").evaluate_all("all => all.map(one => one.value)")
    following = next(name for name in names if "服务中心" in name and name != running)
    page.get_by_label("新的运营机构").fill(following)
    page.get_by_label("合同编号").fill(f"演练{secrets.token_hex(3)}")
    page.get_by_label("合同金额").fill("64万元")
    page.get_by_label("更换原因").fill("合同期满")
    assert fits(page)
    page.get_by_role("button", name="更换").click()
    expect(page.get_by_role("heading", name=following)).to_be_visible()

    assert old.goto(base).status == 404
    assert old.goto(contract).status == 404
    assert old.goto(f"{site}/desk/bases/").status == 404
    context.close()

    page.get_by_role("link", name="合同、人员与检查").click()
    staff(page, site, page.url, "yunying-jieren")
    page.goto(f"{base}operator/")
    page.get_by_role("link", name=f"→ {following}").first.click()
    handing = page.url
    assert fits(page)
    assert serious(page) == []
    shoot(page, "bases-hand-over", size)
    page.get_by_role("link", name="移交确认").first.click()
    page.get_by_label("移交方签字人").fill("样例丙")
    page.get_by_role("button", name="移交确认").click()
    expect(page.get_by_text("样例丙签字")).to_be_visible()

    enter(page, site, "yunying-jieren")
    assert page.goto(base).status == 200
    page.goto(handing)
    page.get_by_role("button", name="接收确认").first.click()
    expect(page.get_by_text("1 / 6 项双方已确认")).to_be_visible()
    assert fits(page)
