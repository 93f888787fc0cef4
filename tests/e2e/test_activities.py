"""The whole way of a session that three hold together, from its plan to the district's figures.

Planned by a body with a community and a house, in a room of the house; published; two seats taken
and a third person in the line, who moves up; two doors without a line; the record; the verification
by another; the year's figures, which move by exactly this session and lead to its sheet. Nobody
waits for the day that was planned: the session is moved to now.
"""

import re
import secrets
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_activities_doors import at, doors, opened, typed
from tests.e2e.test_faces import serious
from tests.e2e.test_loans import done_there


pytestmark = pytest.mark.e2e
BODY, COMMUNITY, HOUSE, STREET, BUREAU = (
    "zuzhi-qiuwen", "shequ-fangxin", "zhongxin-zhangjiabu", "jie-zhangjiabu", "qu",
)  # fmt: skip
SHARES = (("方新社区", "cohost", COMMUNITY), ("张家堡街道社会组织服务中心", "support", HOUSE))
MOVED = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from changle.services.activities.models import Session
start = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=MINUTES)
end = start + timedelta(minutes=20)
on = timezone.localdate(start)
Session.objects.filter(pk=PK).update(
    starts_at=start, ends_at=end, on=on, month=f"{on:%Y-%m}", sign_up_until=None)
"""


def as_(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def figure(page, site, code):
    """The year's figure of the district, and the address of its rows."""
    year = timezone.localdate().year
    page.goto(f"{site}/desk/figures/figure/?code={code}&period={year}")
    link = page.locator(".stat a.num").first
    return int(link.inner_text().replace(",", "")), link.get_attribute("href")


def planned(page, site, title):
    """A draft with a room of its own; the number of its one session and the day."""
    as_(page, site, BODY)
    page.goto(f"{site}/desk/activities/")
    page.get_by_role("link", name=re.compile("策划")).first.click()
    for days in range(25, 60):
        on = timezone.localdate() + timedelta(days=days)
        page.get_by_label("活动名称").fill(title)
        page.get_by_label("预计每场人数").fill("12")
        page.get_by_label("所在地").select_option(label="方新社区")
        page.get_by_label("日期", exact=True).first.fill(f"{on}")
        page.get_by_label("开始", exact=True).fill("09:30")
        page.get_by_label("结束", exact=True).fill("10:30")
        rooms = page.get_by_label("场地", exact=True)
        rooms.select_option(index=1 + days % max(1, rooms.locator("option").count() - 1))
        page.get_by_label("每场名额").fill("2")
        assert fits(page)
        page.get_by_role("button", name="建立活动").click()
        page.wait_for_load_state()
        if re.search(r"/desk/activities/\d+/$", page.url):
            return page.url
    raise AssertionError(page.locator("main").inner_text()[:600])


def invited(page, address, unit, role):
    page.goto(address)
    page.get_by_role("link", name="邀请联办").click()
    page.get_by_label("单位").fill(unit)
    page.get_by_label("角色").select_option(role)
    page.get_by_label("出人").fill("2")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("等对方确认")


def pressed(page, name):
    button = page.get_by_role("button", name=name, exact=True).first
    expect(button, page.locator("main").inner_text()[:1500]).to_be_visible()
    button.click()
    page.wait_for_load_state()


def signed_up(page, site, pk, name):
    """A resident without an account; the code of the ticket."""
    page.goto(f"{site}/activities/{pk}/")
    assert fits(page)
    page.get_by_role("link", name=re.compile("^(报名|加入候补)$")).first.click()
    page.get_by_label("姓名", exact=True).fill(name)
    page.get_by_label("手机号", exact=True).fill(f"139{secrets.randbelow(10**8):08d}")
    assert fits(page)
    page.locator("button[name=agrees]").click()
    page.wait_for_load_state()
    return re.search(r"tickets=(\w+)", page.url)[1]


def picture(tmp_path):
    made = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(made, "JPEG")
    path = tmp_path / "现场.jpg"
    path.write_bytes(made.getvalue())
    return path


def shared_and_published(page, site, address, size):
    """Every side agrees, another judges it, the lead publishes; the key of its session."""
    for unit, role, _who in SHARES:
        invited(page, address, unit, role)
    expect(page.locator("main")).to_contain_text("提交前还要等联办单位确认分工")
    assert serious(page) == []
    shoot(page, "activity-planned", size)
    for _unit, _role, who in SHARES:
        as_(page, site, who)
        page.goto(address)
        pressed(page, "确认分工")
    as_(page, site, BODY)
    page.goto(address)
    pressed(page, "提交申报")
    assert page.get_by_role("button", name="同意", exact=True).count() == 0  # never by the lead
    as_(page, site, STREET)
    page.goto(address)
    pressed(page, "同意")
    as_(page, site, BODY)
    page.goto(address)
    pressed(page, "发布")
    page.locator("main table a").first.click()
    return int(re.search(r"/desk/sessions/(\d+)/", page.url)[1])


def filled_and_moved_up(page, site, pk, size):
    """Two seats, a line, and who stood in it has a seat; the codes of who comes."""
    page.context.clear_cookies()
    page.goto(f"{site}/activities/{pk}/")
    for side in ("秋文", "方新社区", "张家堡街道社会组织服务中心"):
        expect(page.locator("main")).to_contain_text(side)
    first, second = (signed_up(page, site, pk, f"样例{word}") for word in "甲乙")
    third = signed_up(page, site, pk, "样例丙")
    expect(page.locator("main")).to_contain_text("候补第 1 位")
    shoot(page, "activity-waitlisted", size)
    page.goto(f"{site}/tickets/{second}/")
    pressed(page, "取消报名")
    expect(page.locator("main")).to_contain_text("已取消")
    page.goto(f"{site}/tickets/{third}/")
    expect(page.locator("main")).to_contain_text("有名额了")
    pressed(page, "确认参加")
    expect(page.locator(".ticket svg").first).to_be_visible()
    assert serious(page) == []
    shoot(page, "activity-ticket", size)
    return first, third


def let_in(page, site, pk, codes):
    """By two doors that have no line, one of them twice."""
    as_(page, site, BODY)
    page.goto(f"{site}/desk/sessions/{pk}/")
    pressed(page, "开始签到")
    with doors(page.context.browser, site, None, "phone", "desk") as (north, south):
        for door in (north, south):
            opened(door, site, pk)
            door.context.set_offline(True)
        typed(north, codes[0])
        for code in codes:
            typed(south, code)
            expect(at(south, "result")).to_contain_text("已记在本机")
        for door in (north, south):
            door.context.set_offline(False)
            expect(at(door, "waiting")).to_have_text("已全部发送", timeout=30_000)


def told(page, site, code):
    """What one of them thought of it."""
    page.context.clear_cookies()
    page.goto(f"{site}/feedback/{code}/")
    page.get_by_label("很满意", exact=True).check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("谢谢您的评价")


def recorded(page, site, pk, codes, tmp_path):
    """Counted, photographed, summed up and handed in by who held it."""
    page.goto(f"{site}/desk/sessions/{pk}/")
    expect(page.locator("main")).to_contain_text("实名 2")
    page.get_by_role("link", name="清点人数").click()
    page.get_by_label("现场总人数").fill("5")
    page.locator("main form button[type=submit]").click()
    pressed(page, "结束")
    page.get_by_role("link", name="上传佐证").click()
    page.locator("input[type=file]").set_input_files(picture(tmp_path))
    page.get_by_label("肖像同意").select_option("given")
    page.locator("main form button[type=submit]").click()
    page.get_by_role("link", name="小结").click()
    page.get_by_label("小结").fill("大家聊得高兴（样例）。")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("参加人反馈 1 份（已有 0 份）")
    told(page, site, codes[0])
    as_(page, site, BODY)
    page.goto(f"{site}/desk/sessions/{pk}/")
    pressed(page, "提交归档")
    assert page.get_by_role("button", name="核实", exact=True).count() == 0  # never by the lead


def test_the_whole_way(page, site, size, tmp_path, tmp_path_factory):
    page.on("dialog", lambda dialog: dialog.accept())
    title = f"邻里茶话会{secrets.token_hex(3)}"
    as_(page, site, BUREAU)
    sessions, _href = figure(page, site, "activities.sessions")
    people, _href = figure(page, site, "activities.person_times")

    address = planned(page, site, title)
    pk = shared_and_published(page, site, address, size)
    codes = filled_and_moved_up(page, site, pk, size)
    done_there(site, tmp_path_factory, MOVED.replace("PK", str(pk)).replace("MINUTES", "10"))
    let_in(page, site, pk, codes)
    recorded(page, site, pk, codes, tmp_path)

    as_(page, site, BUREAU)
    assert figure(page, site, "activities.sessions")[0] == sessions  # not before it is verified
    as_(page, site, STREET)
    page.goto(f"{site}/desk/sessions/{pk}/")
    pressed(page, "核实")
    expect(page.locator("main")).to_contain_text("数字已锁定")
    assert fits(page)
    shoot(page, "activity-verified", size)

    # Counted once in the district, and its rows lead back to the sheet.
    as_(page, site, BUREAU)
    now, href = figure(page, site, "activities.sessions")
    assert now == sessions + 1
    assert figure(page, site, "activities.person_times")[0] == people + 5
    page.goto(f"{site}{href}&after={pk - 1}")
    page.get_by_role("link", name=title).click()
    expect(page).to_have_url(re.compile(f"/desk/sessions/{pk}/"))

    page.context.clear_cookies()
    page.goto(f"{site}/activities/{pk}/")
    expect(page.locator("main")).to_contain_text("大家聊得高兴")
