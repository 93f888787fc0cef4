"""A team is filed, taken in by a panel, grown by services, reviewed, and registered: one line of time."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SIZES, fits, shoot
from tests.e2e.growth import ask
from tests.e2e.test_bases import enter
from tests.e2e.test_faces import serious
from tests.e2e.test_filing import agree, apply, join, open_filing, picture, uscc
from tests.factories.incubation import make_pdf


pytestmark = pytest.mark.e2e
TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()  # on the wall here
EXPERTS = ("zhuanjia-2", "zhuanjia-3", "zhuanjia-4")
BARRED = "专家 沈示例"


@pytest.fixture
def folder(site, tmp_path_factory):
    return next(tmp_path_factory.getbasetemp().glob("site*"))


@pytest.fixture
def desk(browser, site):
    """A window of its own for whoever is asked for."""
    opened = {}

    def come(username):
        if username not in opened:
            width, height = SIZES["desk"]
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN"
            )
            page = context.new_page()
            page.set_default_timeout(15_000)
            enter(page, site, username)
            opened[username] = page
        return opened[username]

    yield come
    for page in opened.values():
        page.context.close()


def looked_at(page, name, size):
    assert fits(page), name
    assert serious(page) == [], name
    shoot(page, f"incubation-{name}", size)


def said(page, words):
    expect(page.locator("main")).to_contain_text(words)


def pressed(page, where, button, words):
    """A button of the incubatee's page, and what the page says of it."""
    page.goto(where)
    page.get_by_role("button", name=button, exact=True).first.click()
    said(page, words)


def filed(page, site, size, desk, name, phone):
    """From a phone to the certificate, and on to the desk of the body's own administrator."""
    join(page, site, "样例发起人", phone)
    apply(page, size, name, "样例发起人", phone, "方新社区北楼一层（样例）")
    agree(desk("shequ-fangxin"), site, name)
    street = desk("jie-zhangjiabu")
    open_filing(street, site, name)
    street.get_by_role("link", name="审核通过").click()
    street.get_by_role("button", name="审核通过").click()
    said(street, "已办结")


def at_the_house(clerk):
    choice = clerk.get_by_label("中心")
    house = choice.locator("option", has_text="张家堡").first
    choice.select_option(value=house.get_attribute("value"))


def called(clerk, site, title):
    clerk.goto(f"{site}/desk/incubation/calls/add/")
    clerk.get_by_label("公告名称").fill(title)
    at_the_house(clerk)
    clerk.get_by_label("开始日期").fill(str(TODAY))
    clerk.get_by_label("截止日期").fill(str(TODAY + timedelta(days=30)))
    clerk.get_by_label("入驻").check()
    looked_at(clerk, "call-add", "wide")
    clerk.get_by_role("button", name="发布").click()
    said(clerk, title)


def applied(page, site, size, title):
    """Sees how the body stands to each condition, applies, hands in every paper; the page's address."""
    page.goto(f"{site}/desk/incubation/calls/")
    looked_at(page, "calls", size)
    page.get_by_role("link", name=title).click()
    said(page, "是否符合条件")
    said(page, "：符合")
    looked_at(page, "conditions", size)
    page.get_by_role("link", name="申请", exact=True).click()
    page.get_by_label("项目和发展计划").fill("为高龄独居老人上门助餐，两年内形成三十人的志愿队伍。")
    page.get_by_role("button", name="提交申请").click()
    said(page, "待资格初审")
    where = page.url
    paper = {"name": "甲的材料.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    while page.get_by_role("link", name="上传", exact=True).count():
        page.get_by_role("link", name="上传", exact=True).first.click()
        page.get_by_label("文件").set_input_files(paper)
        page.get_by_role("button", name="上传").click()
        expect(page).to_have_url(where)
    looked_at(page, "applied", size)
    return where


def appointed(clerk, where, barred=""):
    """Three of the list; who is in conflict is told with the reason and cannot be chosen."""
    for number in range(len(EXPERTS)):
        clerk.goto(f"{where}panel/add/")
        if barred and not number:
            said(clerk, f"{BARRED}（{barred}")
            looked_at(clerk, "appoint", "wide")
        choice = clerk.get_by_label("评审专家")
        assert choice.locator("option", has_text=BARRED).count() == (0 if barred else 1)
        choice.select_option(label=f"样例专家{'丁戊己'[number]}")
        clerk.get_by_role("button", name="安排").click()
        said(clerk, "已安排")


def scored(page, site, name, size, remark, shot=""):
    """One sheet, found at home: full marks but one each."""
    page.goto(f"{site}/desk/")
    page.get_by_role("link", name=f"评审：{name}").click()
    if shot:
        looked_at(page, shot, size)
    for field in page.locator("form.card input[type=number]").all():
        field.fill(str(max(0, int(field.get_attribute("max")) - 1)))
    page.get_by_label("意见").fill(remark)
    page.get_by_role("button", name="提交评审表").click()
    said(page, "评审表已提交")


def reviewed(desk, site, where, name, remark, shot=""):
    """Each at their own desk; nobody reads a sheet before the last is in."""
    clerk = desk("zhongxin-zhangjiabu")
    for number, username in enumerate(EXPERTS):
        clerk.goto(where)
        said(clerk, "全组提交前不显示分数")
        expect(clerk.locator("main")).not_to_contain_text(remark)
        scored(desk(username), site, name, "wide", remark, shot if not number else "")
    clerk.goto(where)
    said(clerk, "平均")


def taken_in(page, site, size, desk, folder, where, name):
    clerk, street = desk("zhongxin-zhangjiabu"), desk("jie-zhangjiabu")
    pressed(clerk, where, "资格初审通过", "评审中")
    ask(folder, f"worked_there('zhuanjia', {name!r})")
    appointed(clerk, where, barred=f"曾经或正在“{name}”任职")
    reviewed(desk, site, where, name, "贴近需求，建议孵化（演练）", "sheet")
    pressed(street, where, "公示", "公示中")
    page.goto(f"{site}/incubation/publicity/")
    said(page, name)
    looked_at(page, "publicity", size)
    street.goto(f"{where}admit/")
    street.get_by_role("button", name="准入").click()
    said(street, "期满后才能准入")
    assert ask(folder, f"publicity_is_over({where.rstrip('/').rpartition('/')[2]})") == 1
    street.get_by_role("button", name="准入").click()
    said(street, "已准入")
    page.goto(f"{where}sign/")
    page.get_by_label("已阅读协议并接受承诺书").check()
    page.get_by_role("button", name="签署").click()
    said(page, "已签署")
    clerk.goto(f"{where}countersign/")
    clerk.locator("input[name=desks]").first.check()
    looked_at(clerk, "countersign", "wide")
    clerk.get_by_role("button", name="会签").click()
    said(clerk, "已签约")


def diagnosed(page, where, side, level):
    page.goto(f"{where}diagnosis/{side}/")
    for choice in page.locator("form select").all():
        choice.select_option(value=str(level))
    page.get_by_role("button", name="保存评估").click()
    said(page, "雷达图已更新")


def planned(page, size, desk, where):
    """Both sides look at the needs; rules propose with reasons, people choose and add."""
    clerk = desk("zhongxin-zhangjiabu")
    pressed(clerk, where, "开始需求评估", "需求评估")
    diagnosed(page, where, "body", 3)
    diagnosed(clerk, where, "mentor", 1)
    clerk.get_by_role("button", name=re.compile("按规则列出")).click()
    said(clerk, "建议理由")
    shoot(clerk, "incubation-proposed", "wide")
    for _each in range(2):
        clerk.get_by_role("button", name="选定").first.click()
        said(clerk, "进行中")
    clerk.get_by_role("link", name="自己加一项").click()
    clerk.get_by_label("类别").select_option(label="微资助")
    clerk.get_by_label("服务", exact=True).fill("助餐工具购置（演练）")
    clerk.get_by_label("完成期限").fill(str(TODAY))
    clerk.get_by_label("金额（元）").fill("3000")
    clerk.get_by_role("button", name="加入计划").click()
    said(clerk, "助餐工具购置")
    clerk.get_by_role("link", name="结对导师").click()
    clerk.get_by_label("导师").select_option(index=1)
    clerk.get_by_role("button", name="结对").click()
    said(clerk, "已结对")
    page.goto(f"{where}plan/")
    looked_at(page, "plan", size)
    pressed(clerk, where, "开始孵化", "在孵")


def served(page, size, desk, where):
    """A service is told by the house, confirmed by the body, and then done."""
    clerk = desk("zhongxin-zhangjiabu")
    clerk.goto(f"{where}plan/")
    clerk.get_by_role("link", name="记录服务").first.click()
    clerk.get_by_label("日期").fill(str(TODAY))
    clerk.get_by_label("分钟").fill("90")
    clerk.get_by_label("内容").fill("章程起草辅导（演练）")
    clerk.get_by_role("button", name="记录").click()
    said(clerk, "待组织确认")
    page.goto(f"{where}plan/")
    page.get_by_role("link", name="确认", exact=True).click()
    page.get_by_label("满意度").select_option(label="5 分")
    looked_at(page, "confirm", size)
    page.get_by_role("button", name="确认").click()
    said(page, "已确认")
    clerk.reload()
    clerk.get_by_role("button", name="完成", exact=True).first.click()
    said(clerk, "已完成")


def trained(page, site, size, desk, folder, title, phone):
    """A course of verified sessions ends in certificates, checked by anybody by their code."""
    clerk = desk("zhongxin-zhangjiabu")
    ask(folder, f"training_held({title!r}, '样例发起人', {phone!r})")
    clerk.goto(f"{site}/desk/incubation/courses/add/")
    at_the_house(clerk)
    clerk.get_by_label("课程名称").fill(title)
    clerk.get_by_label("主要内容").fill("章程、议事规则和台账（演练）")
    clerk.get_by_label("主办单位").fill("张家堡街道中心")
    clerk.get_by_label("课时（小时）").fill("2")
    clerk.get_by_role("button", name="开设").click()
    said(clerk, "已开设")
    here = clerk.url
    clerk.get_by_role("link", name="加一次课").click()
    choice = clerk.get_by_label("场次")
    held = choice.locator("option", has_text=title)
    choice.select_option(value=held.get_attribute("value"))
    clerk.get_by_role("button", name="加入").click()
    said(clerk, "已加入")
    expect(clerk).to_have_url(here)
    clerk.once("dialog", lambda dialog: dialog.accept())
    clerk.get_by_role("button", name="结课并颁证").click()
    expect(clerk.get_by_role("link", name="打印")).to_have_count(1)
    looked_at(clerk, "course", "wide")
    paper = clerk.get_by_role("link", name="打印").get_attribute("href")
    certificate = clerk.request.get(f"{site}{paper}")
    assert certificate.body().startswith(b"%PDF")
    code = re.search(r"certificate-(\w+)", certificate.headers["content-disposition"])[1]
    page.goto(f"{site}/incubation/certificates/{code}/")
    said(page, "证书有效")
    expect(page.locator("main")).not_to_contain_text("样例发起人")
    looked_at(page, "certificate", size)


def appraised(page, size, desk, where):
    clerk = desk("zhongxin-zhangjiabu")
    pressed(clerk, where, "中期评估", "中期评估")
    reported(page, where, "midterm", size)
    clerk.goto(f"{where}score/")
    for field in clerk.locator("form input[type=number]").all():
        field.fill(field.get_attribute("max"))
    clerk.get_by_role("button", name="提交打分").click()
    said(clerk, "已打分")
    pressed(clerk, where, "继续孵化", "在孵")


def reported(page, where, stage, size):
    page.goto(f"{where}report/{stage}/")
    page.get_by_label("自评").fill("每周三次上门助餐，服务二十位老人，账目每月公开。")
    looked_at(page, f"report-{stage}", size)
    page.get_by_role("button", name="提交自评").click()
    said(page, "已提交，并已通知中心")


def graduated(page, site, size, desk, where, name):
    clerk, street = desk("zhongxin-zhangjiabu"), desk("jie-zhangjiabu")
    pressed(page, where, "申请出壳评估", "出壳评估")
    reported(page, where, "exit", size)
    appointed(clerk, where, barred=f"曾经或正在“{name}”任职")
    reviewed(desk, site, where, name, "可以独立运转（演练）")
    street.goto(f"{where}graduate/")
    street.get_by_label("评估会议纪要").fill("评审组一致同意出壳（演练）。")
    street.get_by_role("button", name="出壳").click()
    said(street, "已出壳")


def registered(site, desk, where, name, code):
    """The steps that people say, then the registry's own conversion with its code."""
    clerk, bureau = desk("zhongxin-zhangjiabu"), desk("qu")
    clerk.goto(f"{where}conversion/")
    looked_at(clerk, "conversion", "wide")
    while clerk.get_by_role("link", name="已完成", exact=True).count():
        clerk.get_by_role("link", name="已完成", exact=True).first.click()
        clerk.get_by_label("完成日期").fill(str(TODAY))
        clerk.get_by_role("button", name="已完成").click()
        said(clerk, "已记录")
        clerk.goto(f"{where}conversion/")
    bureau.goto(f"{site}/desk/organisations/?q={name}")
    bureau.locator("tbody").get_by_role("link", name=name).first.click()
    bureau.get_by_role("link", name="转登记", exact=True).click()
    bureau.get_by_label("登记为").select_option("MF")
    bureau.get_by_label("统一社会信用代码").fill(code)
    bureau.get_by_label("登记的名称").fill(f"西安市未央区{name}服务中心")
    bureau.get_by_label("登记证书").set_input_files(picture())
    bureau.get_by_role("button", name="转登记").click()
    said(bureau, "已转登记")


# The team on a telephone, the house, the street and the panel at their desks.
@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_team_grows_into_a_registered_body(page, site, size, desk, folder):
    tag = secrets.token_hex(2)
    name, title = f"演练助餐队{tag}", f"演练招募{tag}"
    phone = f"139{secrets.randbelow(10**8):08d}"
    filed(page, site, size, desk, name, phone)
    called(desk("zhongxin-zhangjiabu"), site, title)
    where = applied(page, site, size, title)
    taken_in(page, site, size, desk, folder, where, name)
    planned(page, size, desk, where)
    served(page, size, desk, where)
    trained(page, site, size, desk, folder, f"演练课程{tag}", phone)
    appraised(page, size, desk, where)
    graduated(page, site, size, desk, where, name)
    registered(site, desk, where, name, uscc("MJT99002"))
    page.goto(where)
    story = page.locator(".story").inner_text()
    way = ["申请入驻", "资格初审通过", "公示", "准入", "签约入壳", "开始孵化", "提供服务", "确认服务",
           "中期评估", "申请出壳评估", "出壳", "转登记"]  # fmt: skip
    places = [story.find(deed) for deed in way]
    assert -1 not in places, way[places.index(-1)]
    assert places[0] > story.find("备案申请") > -1
    looked_at(page, "story", size)
    papers = [
        link.get_attribute("href")
        for link in page.get_by_role("region", name="文书").get_by_role("link").all()
    ]
    assert len(papers) >= 5
    for paper in [*papers, "plan.pdf", "services.pdf", "conversion.pdf"]:
        address = f"{site}{paper}" if paper.startswith("/") else f"{where}{paper}"
        answer = page.request.get(address)
        assert answer.ok, paper
        assert answer.body().startswith(b"%PDF"), paper


def test_the_pipeline_reads_as_a_board_and_a_funnel(page, site, size):
    enter(page, site, "qu")
    for name, address in (
        ("board", ""), ("funnel", "funnel/"), ("mentors", "mentors/"), ("courses", "courses/"),
    ):  # fmt: skip
        page.goto(f"{site}/desk/incubation/{address}")
        looked_at(page, name, size)
    page.goto(f"{site}/desk/incubation/")
    page.locator("main a.list-group-item").first.click()
    expect(page.locator(".story")).to_be_visible()
    looked_at(page, "incubatee", size)
