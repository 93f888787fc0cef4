"""The year of one body in a house, walked from its desk to the four-commons page.

What counts when: a desk from moving in, a room from leaving it, a loan from its hand-over, a
shared thing from its return. The operator replaced is another street's, whose account the other
journeys do not need. Nobody waits for an hour that was booked: the hour is moved to now.
"""

import json
import secrets
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_bases import STAFFED, enter, staff
from tests.e2e.test_exchange import offered, taken, verified
from tests.e2e.test_faces import serious
from tests.e2e.test_loans import EARLIER, done_there, handed_over, settled


pytestmark = pytest.mark.e2e
BODY, HOUSE, STREET, BUREAU = "zuzhi-qiuwen", "zhongxin-zhangjiabu", "jie-zhangjiabu", "qu"
# Things of its own for each run, so that no booking of the sample is in the way.
ROWS = """
import django, json; django.setup()
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.services.commons.models import Centre, LoanRule, Pool, Space, Thing
from django.db.models import F
centre = Centre.objects.get(node__kind="centre", node__parent__name="张家堡街道")
LoanRule.objects.update_or_create(centre=centre, defaults={"hours_ahead": 0, "most_open": 60})
made = {}
for word, count, leaves in (("椅子", 40, False), ("投影仪", 1, False), ("帐篷", 1, True)):
    name = "共用" + word + TAG
    pool = Pool.objects.create(centre=centre, kind="equipment", name=name, quantity=count)
    Thing.objects.create(centre=centre, pool=pool, name=name, may_leave=leaves, value_fen=68000)
    made[word] = pool.pk
Centre.objects.filter(pk=centre.pk).update(layout_stamp=F("layout_stamp") + 1)
node = User.objects.get(username="zuzhi-qiuwen").grants.first().node_id
body = Organisation.objects.get(node_id=node)
print(json.dumps({"centre": centre.pk, "node": centre.node_id, "street": centre.node.parent_id,
                  "body": body.pk, "pools": made}))
"""
HALL_NOW = """
import django; django.setup()
from changle.services.commons.models import BookedSpace, BookedThing, Booking, Claim
from django.utils import timezone
from datetime import timedelta
start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
end = start + timedelta(hours=2)
Booking.objects.filter(pk=PK).update(
    starts_at=start, ends_at=end, holds_from=start, holds_until=end)
for rows in (Claim, BookedSpace, BookedThing):
    rows.objects.filter(booking_id=PK).update(starts_at=start, ends_at=end)
print(BookedSpace.objects.select_related("space").get(booking_id=PK).space.door_token)
"""


@pytest.fixture
def scene(site, tmp_path_factory):
    tag = secrets.token_hex(3)
    said = done_there(site, tmp_path_factory, f"TAG = {tag!r}\n{ROWS}")
    return {**json.loads(said.splitlines()[-1]), "tag": tag}


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "帐篷.jpg"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


def as_(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def well(page, name, size):
    assert fits(page), name
    assert serious(page) == [], name
    shoot(page, f"four-{name}", size)


def figures(page, site, node):
    """What the four-commons page of a place says, by the code of the figure."""
    page.goto(f"{site}/desk/figures/commons/?node={node}")
    told = page.locator(".stat a.num").evaluate_all(
        "all => all.map(a => [new URL(a.href).searchParams.get('code'), a.textContent])"
    )
    return {code: float(text.replace(",", "")) for code, text in told if text != "—"}


def pressed(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def drawn(page, site, size, scene):
    """A floor with two desks; answers the number of the first."""
    as_(page, site, HOUSE)
    page.goto(f"{site}/desk/lease-plans/{scene['centre']}/")
    page.get_by_role("link", name="添加楼层").first.click()
    page.get_by_label("楼层名称").fill(f"楼层{scene['tag']}")
    page.get_by_label("宽（米）").fill("20")
    page.get_by_label("深（米）").fill("8")
    well(page, "floor-form", size)
    page.get_by_role("button", name="添加").click()
    section = page.locator("section", has_text=f"楼层{scene['tag']}")
    section.get_by_role("link", name="添加一排工位").click()
    letter = chr(65 + zlib.crc32(scene["tag"].encode()) % 26)
    number = f"{letter}{scene['tag'][:3]}-01"
    page.get_by_label("第一个编号").fill(number)
    page.get_by_label("个数").fill("2")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("main")).to_contain_text(number)
    well(page, "plan", size)
    return number


def moved_in(page, site, size, scene, number):
    as_(page, site, BODY)
    page.goto(f"{site}/desk/organisations/{scene['body']}/leases/")
    page.get_by_role("link", name="申请入驻").first.click()
    page.get_by_label("中心").select_option(value=str(scene["centre"]))
    page.get_by_label("用途").fill(f"办公{scene['tag']}")
    well(page, "ask", size)
    page.get_by_role("button", name="提交申请").click()
    well(page, "body-leases", size)
    page.locator("tr", has_text="待安排").or_(page.locator("tbody tr")).first.get_by_role(
        "link"
    ).click()
    here = page.url
    as_(page, site, HOUSE)
    page.goto(here)
    page.get_by_role("link", name="安排工位").click()
    page.get_by_label(number).check()
    well(page, "allot", size)
    page.get_by_role("button", name="报街道审批").click()
    for username, name in (
        (STREET, "同意入驻"), (BODY, "签署入驻协议和承诺书"), (HOUSE, "中心签署协议"),
    ):  # fmt: skip
        as_(page, site, username)
        page.goto(here)
        pressed(page, name)
    page.get_by_role("link", name="交付工位和钥匙").click()
    page.get_by_label("工位和物品的状况").fill("桌椅各一，完好")
    page.get_by_role("button", name="交付，请组织确认").click()
    as_(page, site, BODY)
    page.goto(here)
    well(page, "hand-over", size)
    pressed(page, "确认收到")
    expect(page.locator(".seal").first).to_have_text("已入驻")
    expect(page.locator("main")).to_contain_text(number)
    well(page, "moved-in", size)
    return here


def hall_used(page, site, size, scene, tmp_path_factory):
    """A hall, 30 chairs and the projector in one booking; used and left."""
    hall, title = f"大厅{scene['tag']}", f"邻里会{scene['tag']}"
    as_(page, site, HOUSE)
    setup = f"{site}/desk/venues/{scene['centre']}/setup/"
    page.goto(setup)
    page.goto(f"{setup}rooms/add/")
    page.locator("[name=name]").fill(hall)
    page.locator("[name=capacity]").fill("60")
    page.get_by_label("预约规则").select_option(label="须审批")
    page.get_by_label("清场（分钟）").fill("0")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(setup)
    day = timezone.localdate() + timedelta(days=14)
    as_(page, site, BODY)
    page.goto(f"{site}/desk/venues/{scene['centre']}/book/?on={day}")
    page.get_by_label(hall).check()
    page.locator("[name=start]").fill("10:00")
    page.locator("[name=end]").fill("11:00")
    page.locator(f"[name=thing-{scene['pools']['椅子']}]").fill("30")
    page.locator(f"[name=thing-{scene['pools']['投影仪']}]").fill("1")
    page.locator("[name=title]").fill(title)
    page.locator("[name=people]").fill("30")
    page.locator("[name=contact_name]").fill("样例")
    page.locator("[name=contact_phone]").fill("13900000001")
    well(page, "book", size)
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator(".seal").first).to_have_text("待审批")
    booking = page.url
    as_(page, site, HOUSE)
    page.goto(booking)
    pressed(page, "同意")
    expect(page.locator(".seal").first).to_have_text("已确认")
    pk = int(booking.rstrip("/").split("/")[-1])
    token = done_there(site, tmp_path_factory, f"PK = {pk}\n{HALL_NOW}").split()[-1]
    as_(page, site, BODY)
    page.goto(f"{site}/door/{token}/")
    page.get_by_label("到了几人").fill("28")
    page.get_by_role("button", name="签到").click()
    expect(page.locator("main")).to_contain_text("已签到")
    page.get_by_role("button", name="离场").click()
    page.get_by_label("灯已关").check()
    page.get_by_role("button", name="离场").click()
    expect(page.locator("main")).to_contain_text("已离场")
    return booking


def tent_broken(page, site, size, scene, photo, tmp_path_factory):
    title, pool = f"义诊{scene['tag']}", scene["pools"]["帐篷"]
    day = timezone.localdate() + timedelta(days=1)
    as_(page, site, BODY)
    page.goto(f"{site}/desk/loans/things/?centre={scene['centre']}&from={day}&to={day}")
    tents = page.locator(f"[name=take_{pool}]")
    tents.fill("1")
    page.locator("form", has=tents).get_by_role("button", name="借这里的物资").click()
    page.get_by_label("用途").fill(title)
    page.get_by_label("使用地点").fill("社区广场")
    page.get_by_label("联系人").fill("样例")
    page.get_by_label("联系电话").fill("13900000001")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("等中心审批")
    here = page.url
    as_(page, site, HOUSE)
    page.goto(here)
    page.get_by_role("button", name="同意", exact=True).click()
    done_there(site, tmp_path_factory, f"TITLE = {title!r}\n{EARLIER}")
    handed_over(page, site, size, here, photo)
    as_(page, site, HOUSE)
    page.goto(here)
    page.get_by_role("link", name="收回").click()
    page.get_by_label("归还数量").fill("0")
    page.get_by_label("损坏或缺少情况").fill("支架折断")
    page.locator("[name=photos]").set_input_files(photo)
    page.get_by_role("button", name="收回").click()
    expect(page.locator("main")).to_contain_text("损失待处理")
    page.locator("main a[href*='/desk/loans/damages/']").click()
    settled(page, site, size, page.url)
    return here


def van_shared(page, site, size, scene):
    name = f"秋文七座车{scene['tag']}"
    page.context.clear_cookies()
    offered(page, site, size, name)
    page.context.clear_cookies()
    verified(page, site, size, name)
    page.context.clear_cookies()
    use = taken(page, site, size, name)
    as_(page, site, BODY)
    page.goto(use)
    page.get_by_role("button", name="同意", exact=True).click()
    page.get_by_role("button", name="交付").click()
    as_(page, site, "shequ-fangxin")
    page.goto(use)
    page.get_by_role("button", name="归还").click()
    as_(page, site, BODY)
    page.goto(use)
    page.get_by_role("button", name="确认完好收回").click()
    expect(page.locator(".seal").first).to_have_text("已完结")
    return use


def operator_out(page, site, browser):
    """The day its contract is replaced is the day its account opens nothing."""
    as_(page, site, BUREAU)
    page.goto(f"{site}/desk/bases/?tier=street")
    page.get_by_role("link", name=STAFFED).click()
    base = page.url
    page.goto(f"{base}operator/")
    page.get_by_role("link", name="合同、人员与检查").click()
    contract, running = page.url, page.locator("h1").inner_text()
    staff(page, site, contract, "yunying-tanjia")
    context = browser.new_context(locale="zh-CN")
    old = context.new_page()
    enter(old, site, "yunying-tanjia")
    assert old.goto(base).status == 200
    page.goto(contract)
    page.get_by_role("link", name="更换运营机构").click()
    names = page.locator("datalist option").evaluate_all("all => all.map(one => one.value)")
    following = next(name for name in names if "服务中心" in name and name != running)
    page.get_by_label("新的运营机构").fill(following)
    page.get_by_label("合同编号").fill(f"演练{secrets.token_hex(3)}")
    page.get_by_label("合同金额").fill("64万元")
    page.get_by_label("更换原因").fill("合同期满")
    page.get_by_role("button", name="更换").click()
    expect(page.get_by_role("heading", name=following)).to_be_visible()
    assert old.goto(base).status == 404
    assert old.goto(f"{site}/desk/bases/").status == 404
    context.close()


COUNTED = {
    "venue.uses": 1, "venue.thing_uses": 31, "loans.count": 1, "loans.items": 1, "leases.desks_taken": 1,
}  # fmt: skip


def test_a_year_in_the_house(page, site, size, scene, photo, browser, tmp_path_factory):
    places = ((HOUSE, scene["node"]), (STREET, scene["street"]))
    before = {}
    page.on("dialog", lambda dialog: dialog.accept())
    for username, node in places:
        as_(page, site, username)
        before[node] = figures(page, site, node)
    number = drawn(page, site, size, scene)
    lease = moved_in(page, site, size, scene, number)
    booking = hall_used(page, site, size, scene, tmp_path_factory)
    loan = tent_broken(page, site, size, scene, photo, tmp_path_factory)
    use = van_shared(page, site, size, scene)
    operator_out(page, site, browser)
    for username, node in places:
        as_(page, site, username)
        after = figures(page, site, node)
        well(page, "commons", size)
        grown = {k: v - before[node].get(k, 0) for k, v in after.items()}
        assert {code: grown[code] for code in COUNTED} == COUNTED
        assert (
            after["leases.organisations_in"] >= 1
        )  # a body is counted once, however often it comes
        follow(page, {"venue.uses": booking, "leases.desks_taken": lease, "loans.count": loan})
    assert use


def follow(page, rows):
    """Each number leads to rows, and among them to what was done."""
    commons = page.url
    for code, there in rows.items():
        page.goto(commons)
        page.locator(f".stat a.num[href*='code={code}&']").click()
        path = there.split("/", 3)[3]
        while page.locator(f"[data-row] a[href='/{path}']").count() == 0:
            page.get_by_role("link", name="下一页").click()
        page.locator(f"[data-row] a[href='/{path}']").first.click()
        expect(page).to_have_url(there)
