"""A new house is set up from nothing, and a body that never booked finds, has and leaves a room of it."""

import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e
ZONES = ("红管家", "红驿站", "红咖汇")
RULES = "谁使用谁负责。\n用后关灯断电、锁好门窗。\n不得用于经营活动。"


@pytest.fixture
def tag():
    return secrets.token_hex(2)


@pytest.fixture
def database(site, tmp_path_factory):
    folder = next(tmp_path_factory.getbasetemp().glob("site*"))
    return folder / "changle.sqlite3"


def picture(colour):
    kept = BytesIO()
    Image.new("RGB", (640, 480), colour).save(kept, "PNG")
    return kept.getvalue()


def as_somebody(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def looked_at(page, name, size):
    """Every page of the way fits the screen and speaks to everybody."""
    assert fits(page), name
    assert serious(page) == [], name
    shoot(page, f"newcomer-{name}", size)


def saved(page, here):
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(here)


def room(page, here, name, people, *, zone="", parts=(), features=("投影",)):
    page.get_by_role("link", name="新增场地", exact=True).last.click()
    page.get_by_label("名称").fill(name)
    page.get_by_label("容纳人数").fill(str(people))
    page.get_by_label("清场（分钟）").fill("0")
    page.get_by_label("开门办法").fill("到服务台取钥匙")
    page.get_by_label("无障碍", exact=True).check()
    if zone:
        page.get_by_label("功能区").select_option(label=zone)
    for feature in features:
        page.get_by_label(feature, exact=True).check()
    for part in parts:
        page.get_by_label(part, exact=True).check()
    saved(page, here)


def set_up(page, site, size, tag):
    """From an empty seat to a house with a divisible hall; answers its name and its page."""
    name = f"演练服务中心{tag}"
    sign_in(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/venues/setup/")
    page.get_by_role("link", name="新增共享场地").click()
    page.get_by_label("所在中心或社区").select_option(index=2 if size == "desk" else 3)
    page.get_by_label("名称").fill(name)
    looked_at(page, "add", size)
    page.get_by_role("button", name="新增").click()
    expect(page.get_by_role("heading", name="还差几步就能预约")).to_be_visible()
    looked_at(page, "empty", size)
    here = page.url
    page.get_by_role("link", name="填地址").click()
    page.get_by_label("地址").fill("凤城八路示例号")
    page.get_by_label("咨询电话").fill("029-00020001")
    page.get_by_label("建筑面积").fill("1300")
    page.get_by_label("无障碍设施").fill("入口坡道、无障碍卫生间、轮椅席位")
    page.get_by_label("场地守则").fill(RULES)
    saved(page, here)
    page.get_by_role("link", name="设定每周开放时间").click()
    for day in "一二三四五六日":
        page.get_by_label(f"周{day}").fill("9:00～21:00")
    looked_at(page, "hours", size)
    saved(page, here)
    for zone in ZONES:
        page.locator("section", has=page.get_by_role("heading", name="功能区")).get_by_role(
            "link", name="新增"
        ).click()
        page.get_by_label("名称").fill(zone)
        saved(page, here)
    room(page, here, "东厅", 24, zone="红咖汇")
    expect(page.get_by_role("heading", name="还差几步就能预约")).to_have_count(0)
    room(page, here, "西厅", 30, zone="红咖汇", features=("投影", "音响"))
    room(page, here, "大厅", 60, parts=("东厅", "西厅"))
    expect(page.locator("main")).to_contain_text("由东厅、西厅组成")
    page.locator("section", has=page.get_by_role("heading", name="特殊开放日")).get_by_role(
        "link", name="登记"
    ).click()
    page.get_by_label("日期").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_label("原因").fill("设备检修")
    saved(page, here)
    page.get_by_role("link", name="登记检查").click()
    page.get_by_label("项目").fill("消防器材")
    page.get_by_label("下次检查日期").fill((timezone.localdate() + timedelta(days=90)).isoformat())
    page.get_by_role("button", name="登记").click()
    expect(page.locator("main")).to_contain_text("消防器材")
    looked_at(page, "house", size)
    return name, here


def pictured(page, size, here):
    page.goto(f"{here}photos/")
    for colour in ("#d9c7a0", "#a0b8d9"):
        page.get_by_label("照片").set_input_files(
            {"name": "大堂.png", "mimeType": "image/png", "buffer": picture(colour)}
        )
        page.get_by_role("button", name="上传").click()
        expect(page.locator("main")).to_contain_text("已上传")
    expect(page.locator(".card-img-top")).to_have_count(2)
    looked_at(page, "photos", size)
    page.goto(here)
    page.locator("tr", has_text="东厅").first.get_by_role("link", name="照片").click()
    page.get_by_label("照片").set_input_files(
        {"name": "东厅.png", "mimeType": "image/png", "buffer": picture("#c0d9b0")}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".card-img-top")).to_have_count(1)


def seen_by_everybody(page, site, size, name):
    page.context.clear_cookies()
    page.goto(f"{site}/centres/")
    page.get_by_role("link", name=name).click()
    main = page.locator("main")
    for told in ("1300 平方米", "入口坡道、无障碍卫生间、轮椅席位", "不得用于经营活动", *ZONES):
        expect(main).to_contain_text(told)
    drawn = page.locator(".room-photos img")
    expect(drawn).to_have_count(3)
    drawn.first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.room-photos img').naturalWidth > 0")
    looked_at(page, "public", size)


def saturday():
    """The next one that is far enough ahead for every rule."""
    today = timezone.localdate()
    ahead = (5 - today.weekday()) % 7
    return today + timedelta(days=ahead if ahead > 2 else ahead + 7)


def found_and_asked(page, site, size, name):
    """20 people, a projector, Saturday afternoon, within the street; answers the booking's page."""
    as_somebody(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/venues/")
    page.get_by_role("link", name="找空闲场地").click()
    page.get_by_label("人数").fill("20")
    page.get_by_label("日期", exact=True).fill(saturday().isoformat())
    page.get_by_label("时段", exact=True).select_option(label="下午")
    page.get_by_label("范围").select_option(label="张家堡街道")
    page.get_by_label("投影").check()
    page.get_by_role("button", name="查找").click()
    looked_at(page, "found", size)
    row = page.locator("#free-rows tr", has_text=name).filter(has_text="东厅")
    expect(row).to_contain_text("13:00–15:00")
    row.get_by_role("link", name="预订东厅").click()
    expect(page.get_by_label("预计人数")).to_have_value("20")
    looked_at(page, "book", size)
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator("#errors")).to_contain_text("事由")
    page.get_by_label("事由", exact=True).fill("新邻里读书会")
    page.get_by_label("联系电话").fill("13900000002")
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator(".seal").first).to_have_text("待审批")
    looked_at(page, "asked", size)
    return page.url


def decided(page, site, size, here):
    as_somebody(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{here.replace('/setup/', '/today/')}")
    looked_at(page, "board", size)
    page.locator(".card", has_text="新邻里读书会").get_by_role("button", name="同意").first.click()
    expect(page.locator("main")).to_contain_text("同意")
    page.goto(here)
    sheet = page.locator("tr", has_text="东厅").first.get_by_role("link", name="门牌")
    paper = page.request.get(f"{site}{sheet.get_attribute('href')}")
    assert paper.body().startswith(b"%PDF")


def begun_now(database, pk):
    """Its hour has come, whenever the test runs; answers what the code on the door opens."""
    start = datetime.now(UTC).replace(second=0, microsecond=0, tzinfo=None) - timedelta(minutes=5)
    end, stamp = start + timedelta(hours=2), "%Y-%m-%d %H:%M:%S"
    span = (start.strftime(stamp), end.strftime(stamp), pk)
    with sqlite3.connect(database, timeout=20) as rows:
        rows.execute(
            "UPDATE commons_booking SET starts_at=?1, ends_at=?2, holds_from=?1, holds_until=?2"
            " WHERE id=?3", span,
        )  # fmt: skip
        for table in ("commons_claim", "commons_bookedspace"):
            rows.execute(f"UPDATE {table} SET starts_at=?, ends_at=? WHERE booking_id=?", span)
        token = rows.execute(
            "SELECT door_token FROM commons_space JOIN commons_bookedspace"
            " ON space_id = commons_space.id WHERE booking_id=?", (pk,),
        ).fetchone()  # fmt: skip
    rows.close()
    return f"/door/{token[0]}/"


def used(page, site, size, booking, database):
    page.context.clear_cookies()
    page.goto(f"{site}{begun_now(database, int(booking.rstrip('/').split('/')[-1]))}")
    page.get_by_role("link", name="登录后签到或离场").click()
    page.locator('button[value="zuzhi-qiuwen"]').click()
    looked_at(page, "door-in", size)
    page.get_by_label("到了几人").fill("18")
    page.get_by_role("button", name="签到").click()
    expect(page.locator("main")).to_contain_text("已签到")
    page.get_by_role("button", name="离场").click()
    expect(page.get_by_role("alert")).to_contain_text("锁好门窗")
    page.get_by_label("灯已关").check()
    page.get_by_label("照片").set_input_files(
        {"name": "离场.png", "mimeType": "image/png", "buffer": picture("#bbbbbb")}
    )
    looked_at(page, "door-out", size)
    page.get_by_role("button", name="离场").click()
    expect(page.locator("main")).to_contain_text("已离场")


def test_a_new_house_and_a_new_body(page, site, size, tag, database):
    name, here = set_up(page, site, size, tag)
    pictured(page, size, here)
    seen_by_everybody(page, site, size, name)
    booking = found_and_asked(page, site, size, name)
    decided(page, site, size, here)
    as_somebody(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/notices/")
    page.get_by_role("link", name="新邻里读书会").first.click()
    expect(page).to_have_url(booking)
    expect(page.locator(".seal").first).to_have_text("已确认")
    expect(page.locator("main")).to_contain_text("到服务台取钥匙")
    looked_at(page, "approved", size)
    used(page, site, size, booking, database)
    as_somebody(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{here.replace('/setup/', '/today/')}")
    visit = page.locator("li", has_text="新邻里读书会")
    expect(visit).to_contain_text("实到 18 人")
    visit.get_by_role("button", name="完好").click()
    as_somebody(page, site, "zuzhi-qiuwen")
    page.goto(booking)
    expect(page.locator(".seal").first).to_have_text("已办结")
    looked_at(page, "closed", size)
