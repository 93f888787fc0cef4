"""A dance team is filed from a phone: joined, applied, agreed, returned once, put right, filed."""

import re
from datetime import date
from io import BytesIO

import pytest
import typst
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from changle.core.codes import organisation_check, uscc_check
from tests.e2e.conftest import SIZES, fits, shoot, sign_in


pytestmark = pytest.mark.e2e
NAME = "方新社区金凤凰扇子舞队"
PEOPLE = "样例甲 13900000031\n样例乙\n样例丙\n样例丁\n样例戊\n样例己"


@pytest.fixture
def desk(browser):
    """A desk for whoever is asked for, in a window of its own."""
    opened = []

    def come(site, username):
        width, height = SIZES["desk"]
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        sign_in(page, site, username)
        return page

    yield come
    for context in opened:
        context.close()


def filed_in(page, site, community=""):
    """The figure of filed bodies, as the rows behind it tell it."""
    return told_by(page, site, "registry.filed", community)


def told_by(page, site, code, community=""):
    year = date.today().year  # noqa: DTZ011  the same clock as the server's
    part = f"&by=community&key={community}" if community else ""
    page.goto(f"{site}/desk/overview/")
    node = re.search(r"node=(\d+)", page.content())[1]
    page.goto(
        f"{site}/desk/figures/rows/?code={code}&node={node}"
        f"&from={year}-01-01&to={year + 1}-01-01{part}"
    )
    return int(page.locator("[data-rows-value]").inner_text().replace(",", ""))


def picture():
    kept = BytesIO()
    Image.new("RGB", (60, 80), "white").save(kept, "PNG")
    return {"name": "章程.png", "mimeType": "image/png", "buffer": kept.getvalue()}


def join(page, site, name="样例领队", phone="139 0000 0030"):
    page.goto(site)
    page.get_by_role("link", name="我要备案").first.click()
    page.get_by_role("link", name="建立账户").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码（至少 10 个字符）").fill("fengxin-wudui-1")
    page.get_by_label("再输一次密码").fill("fengxin-wudui-1")
    assert fits(page)
    page.get_by_role("button", name="建立账户").click()
    expect(page).to_have_url(re.compile("/my/filings/"))


def apply(
    page, size, name=NAME, leader="样例领队", phone="13900000030", where="方新社区南广场（样例）"
):
    """The four steps on the phone; answers the community's key."""
    page.get_by_role("link", name="我要备案").first.click()
    page.get_by_label("团体名称").fill(name)
    page.get_by_label("所在社区").select_option(label="方新社区")
    community = page.get_by_label("所在社区").input_value()
    assert fits(page)
    shoot(page, "filing-start", size)
    page.get_by_role("button", name="开始填写").click()
    page.get_by_label("备案类别").select_option(label="文体活动类")
    page.get_by_label("性质").select_option(index=1)
    page.get_by_label("宗旨").fill("锻炼身体，邻里和睦")
    page.get_by_label("活动内容").fill("跳舞")
    page.get_by_label("活动范围").select_option(index=1)
    assert fits(page)
    shoot(page, "filing-step", size)
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_label("负责人姓名").fill(leader)
    page.get_by_label("负责人手机号").fill(phone)
    page.get_by_label("成员总数").fill("16")
    page.get_by_label("添加成员").fill(PEOPLE)
    page.get_by_role("button", name="保存，下一步").click()
    page.get_by_label("活动场所地址").fill(where)
    page.get_by_label("经费来源").fill("成员自愿分摊")
    page.get_by_label("简易章程").set_input_files(picture())
    page.get_by_label("场地证明").set_input_files(picture())
    page.get_by_role("button", name="保存，下一步").click()
    expect(page.locator("main")).to_contain_text("可以提交")
    assert fits(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator("main")).to_contain_text("等社区提出意见")
    return community


def open_filing(page, site, name=NAME):
    page.goto(f"{site}/desk/filings/?q={name}")
    page.get_by_role("link", name=name).click()


def agree(page, site, name=NAME):
    open_filing(page, site, name)
    page.get_by_role("link", name="同意并转街道").click()
    page.get_by_label("社区意见").fill("情况属实，居民认可")
    page.get_by_label("意见确认人").fill("样例主任")
    page.get_by_label("已与负责人通话").check()
    page.get_by_role("button", name="同意并转街道").click()
    expect(page.locator("main")).to_contain_text("已转街道审核")


def code_of(page, pdf_address, folder):
    """What the QR on the certificate says, read from the paper as a phone would."""
    answer = page.request.get(pdf_address)
    assert answer.ok
    (folder / "paper.pdf").write_bytes(answer.body())
    source = folder / "page.typ"
    source.write_text('#set page(width: auto, height: auto, margin: 0pt)\n#image("paper.pdf")')
    image = Image.open(BytesIO(typst.compile(str(source), format="png", ppi=150)))
    return zxingcpp.read_barcodes(image)[0].text


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_dance_team_is_filed_from_a_phone(page, site, size, desk, tmp_path):
    bureau, community, street = (
        desk(site, name) for name in ("qu", "shequ-fangxin", "jie-zhangjiabu")
    )
    join(page, site)
    where = apply(page, size)
    before = filed_in(bureau, site), filed_in(bureau, site, where)
    agree(community, site)
    open_filing(street, site)
    street.get_by_role("link", name="退回发起人").click()
    street.get_by_label("退回原因").fill("请写清楚每周什么时候跳")
    street.get_by_role("button", name="退回发起人").click()
    page.reload()
    expect(page.locator("main")).to_contain_text("请写清楚每周什么时候跳")
    assert fits(page)
    shoot(page, "filing-returned", size)
    page.get_by_role("link", name="修改并重新提交").click()
    page.get_by_label("活动内容").fill("周一至周五晚七点到八点半跳扇子舞")
    page.get_by_role("button", name="只保存").click()
    page.get_by_role("link", name="核对提交").click()
    page.get_by_role("button", name="提交申请").click()
    agree(community, site)
    open_filing(street, site)
    shoot(street, "filing", "desk")
    street.get_by_role("link", name="审核通过").click()
    street.get_by_role("button", name="审核通过").click()
    expect(street.locator("main")).to_contain_text("已办结")
    page.reload()
    expect(page.locator("main")).to_contain_text("已备案")
    shoot(page, "filing-filed", size)
    certificate = page.get_by_role("link", name="备案证明").get_attribute("href")
    address = code_of(page, site + certificate, tmp_path)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("备案有效")
    expect(page.locator("main")).not_to_contain_text("13900000030")
    assert fits(page)
    shoot(page, "filing-verify", size)
    assert filed_in(bureau, site, where) == before[1] + 1
    expect(bureau.locator("main")).to_contain_text(NAME)
    assert filed_in(bureau, site) == before[0] + 1
    become_a_unit(bureau, page, site, address, before[0])


def become_a_unit(bureau, page, site, certificate, filed_before):
    """Later it is registered: one record still, and each figure moves by exactly one."""
    registered = told_by(bureau, site, "registry.registered")
    bureau.goto(f"{site}/desk/organisations/?q={NAME}")
    bureau.locator("tbody").get_by_role("link", name=NAME).first.click()
    bureau.get_by_role("link", name="转登记", exact=True).click()
    bureau.get_by_label("登记为").select_option("MF")
    bureau.get_by_label("统一社会信用代码").fill("52610112MJT0001330")
    bureau.get_by_label("登记的名称").fill("西安市未央区金凤凰文化服务中心")
    bureau.get_by_label("登记证书").set_input_files(picture())
    bureau.get_by_role("button", name="转登记").click()
    expect(bureau.get_by_label("统一社会信用代码")).to_have_value("52610112MJT0001330")
    assert bureau.locator(".invalid-feedback, .alert-danger").count()  # its check digit is wrong
    bureau.get_by_label("统一社会信用代码").fill(uscc())
    bureau.get_by_label("登记证书").set_input_files(picture())
    bureau.get_by_role("button", name="转登记").click()
    expect(bureau.locator("main")).to_contain_text("已转登记")
    expect(bureau.locator("main")).to_contain_text(NAME)  # its former name stands in its history
    assert filed_in(bureau, site) == filed_before
    assert told_by(bureau, site, "registry.registered") == registered + 1
    assert told_by(bureau, site, "registry.conversions") >= 1
    expect(bureau.locator("main")).to_contain_text("金凤凰文化服务中心")
    page.goto(certificate)
    expect(page.locator("main")).to_contain_text("已转登记")


def uscc(body="MJT99001"):
    """A code of the district's, both checks right, in a block that no registrar gives out."""
    first = f"52610112{body}{organisation_check(body)}"
    return first + uscc_check(first)
