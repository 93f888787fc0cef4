"""At the door: a camera, a line that breaks, two doors at once, a child that is fetched, a screen."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.e2e import doorway
from tests.e2e.conftest import SIZES, chromium, fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e
READY = "断网也能用"


@pytest.fixture
def folder(site, tmp_path_factory):
    return tmp_path_factory.getbasetemp() / "site0"


@contextmanager
def doors(browser, site, path, *sizes):
    """One signed-in page a door, each a device of its own, all with the film before their camera."""
    words = [
        "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", "--disable-background-networking",
        *([f"--use-file-for-fake-video-capture={path}"] if path else []),
    ]  # fmt: skip
    launched = browser.browser_type.launch(executable_path=chromium(), args=words)
    faults, pages = [], []
    for size in sizes:
        width, height = SIZES[size]
        context = launched.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN",
            permissions=["camera"], is_mobile=size == "phone", has_touch=size == "phone",
        )  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if "Policy" in m.text else None)
        sign_in(page, site, doorway.HOLDER)
        pages.append(page)
    try:
        yield pages
    finally:
        launched.close()
    assert faults == []


def at(page, name):
    return page.locator(f'[data-door="{name}"]')


def opened(page, site, session):
    page.goto(f"{site}/desk/sessions/{session}/check-in/")
    expect(at(page, "line")).to_have_text("在线")
    expect(at(page, "offline")).to_have_text(READY)


def typed(page, code):
    at(page, "code").fill(code)
    page.keyboard.press("Enter")


def test_the_camera_lets_a_queue_in(browser, site, folder, tmp_path, size):
    there = doorway.ask(folder, "going_on()")
    film = tmp_path / "queue.y4m"
    doorway.film(film, [there["codes"][0], f"{site}/tickets/{there['codes'][1]}/"])
    with doors(browser, site, film, size) as (page,):
        opened(page, site, there["session"])
        expect(at(page, "people").locator("li")).to_have_count(4)
        page.get_by_role("button", name="打开摄像头扫码").click()
        for name in there["names"][:2]:
            expect(at(page, "result")).to_contain_text(f"{name} 签到成功", timeout=30_000)
            shoot(page, "door-scanned", size)
        expect(at(page, "people").locator("li")).to_have_count(2)
        # The film goes on: the same code again is no second coming.
        expect(at(page, "result")).to_contain_text("已在", timeout=30_000)
        page.get_by_role("button", name="关闭摄像头").click()
        assert fits(page)
        assert serious(page) == []
        assert (
            page.evaluate("""[...document.querySelectorAll('.door .btn, .door .chip')]
            .filter((one) => one.offsetParent && one.offsetHeight < 44).length""")
            == 0
        )
    assert [one["code"] for one in doorway.ask(folder, f"came({there['session']})")] == there[
        "codes"
    ][:2]


def test_two_doors_without_a_line_lose_nobody_and_double_nobody(browser, site, folder):
    there = doorway.ask(folder, "going_on(6)")
    pk, codes, names = there["session"], there["codes"], there["names"]
    with doors(browser, site, None, "phone", "desk") as (north, south):
        for page in (north, south):
            opened(page, site, pk)
            page.context.set_offline(True)
        for page in (north, south):
            page.reload()  # from the device alone, the list with it
            expect(at(page, "line")).to_contain_text("离线")
            expect(at(page, "people").locator("li")).to_have_count(6)
        for code, name in zip(codes[:3], names, strict=False):
            typed(north, code)
            expect(at(north, "result")).to_contain_text(
                re.compile(f"{re.escape(name)}.*已记在本机")
            )
        typed(north, codes[0])
        expect(at(north, "result")).to_contain_text("已在")  # known here without a line
        north.reload()
        expect(at(north, "waiting")).to_have_text("待发送 3 条")
        shoot(north, "door-offline", "phone")
        for number in (2, 3):  # the other door let the first of them in too
            typed(south, codes[number])
            expect(at(south, "result")).to_contain_text(names[number])
        typed(south, f"{codes[4][:-1]}{'1' if codes[4][-1] != '1' else '2'}")
        expect(at(south, "result")).to_contain_text("签到码不对")
        typed(south, "HELLO")
        expect(at(south, "result")).to_contain_text("不是签到码")
        # Called by name, without a telephone.
        at(south, "people").locator("li", has_text=names[4]).get_by_role(
            "button", name="签到"
        ).click()
        expect(at(south, "waiting")).to_have_text("待发送 3 条")
        assert doorway.ask(folder, f"came({pk})") == []
        for page in (north, south):
            page.context.set_offline(False)
            expect(at(page, "waiting")).to_have_text("已全部发送", timeout=30_000)
        expect(at(north, "odd-box")).to_be_hidden()
        expect(at(south, "odd")).to_contain_text(
            re.compile(f"重复.*{re.escape(names[2])}", re.DOTALL)
        )
        shoot(south, "door-conflict", "desk")
        at(south, "odd").get_by_role("button", name="知道了").click()
        expect(at(south, "odd-box")).to_be_hidden()
    came = doorway.ask(folder, f"came({pk})")
    assert [one["code"] for one in came] == codes[:5]
    assert [one["method"] for one in came] == ["code"] * 4 + ["manual"]


def test_a_child_is_fetched_while_the_line_is_away(browser, site, folder, size):
    there = doorway.ask(folder, "going_on(3)")
    pk, codes, names = there["session"], there["codes"], there["names"]
    with doors(browser, site, None, size) as (page,):
        opened(page, site, pk)
        for code, name in zip(codes, names, strict=True):
            typed(page, code)
            expect(at(page, "result")).to_contain_text(f"{name} 签到成功")
        page.context.set_offline(True)
        page.get_by_role("button", name="在场").click()
        child = at(page, "people").locator("li", has_text=names[2])
        expect(child.get_by_role("button", name="签退")).to_have_count(0)
        child.get_by_role("button", name="其他人接").click()
        page.get_by_label("来接的家长姓名").fill("褚样例")
        shoot(page, "door-handing", size)
        page.get_by_role("button", name="登记交接").click()
        expect(at(page, "waiting")).to_have_text("待发送 1 条")
        at(page, "people").locator("li", has_text=names[0]).get_by_role(
            "button", name="签退"
        ).click()
        expect(at(page, "waiting")).to_have_text("待发送 2 条")
        page.context.set_offline(False)
        expect(at(page, "waiting")).to_have_text("已全部发送", timeout=30_000)
        kept = page.evaluate("""new Promise((done) => {
            const asked = indexedDB.open("changle-door");
            asked.onsuccess = () => {
                const rows = asked.result.transaction("notes").objectStore("notes").getAll();
                rows.onsuccess = () => done(JSON.stringify(rows.result));
            };
        })""")
        assert "褚样例" not in kept
        assert not any(code in kept for code in codes)
    came = doorway.ask(folder, f"came({pk})")
    assert [(one["left"], one["handed_to"]) for one in came] == [
        (True, ""), (False, ""), (True, "褚样例"),
    ]  # fmt: skip


def test_who_is_signed_out_keeps_what_was_noted(browser, site, folder):
    there = doorway.ask(folder, "going_on(2)")
    pk = there["session"]
    with doors(browser, site, None, "phone") as (page,):
        opened(page, site, pk)
        page.context.clear_cookies()
        typed(page, there["codes"][0])
        expect(at(page, "line")).to_contain_text("登录已过期")
        expect(at(page, "waiting")).to_have_text("待发送 1 条")
        sign_in(page, site, doorway.HOLDER)
        page.goto(f"{site}/desk/sessions/{pk}/check-in/")
        expect(at(page, "waiting")).to_have_text("已全部发送", timeout=30_000)
    assert [one["code"] for one in doorway.ask(folder, f"came({pk})")] == there["codes"][:1]


def test_the_worker_keeps_no_other_page(browser, site, folder):
    there = doorway.ask(folder, "going_on(2)")
    pk = there["session"]
    with doors(browser, site, None, "phone") as (page,):
        opened(page, site, pk)
        page.reload()
        for path in (f"/desk/sessions/{pk}/", f"/desk/sessions/{pk}/door/", "/desk/activities/"):
            page.goto(f"{site}{path}")
        kept = page.evaluate("""caches.keys().then((names) => Promise.all(
            names.map((name) => caches.open(name).then((cache) => cache.keys()))
        )).then((lists) => lists.flat().map((one) => new URL(one.url).pathname))""")
        assert [path for path in kept if not path.startswith("/static/")] == [
            f"/desk/sessions/{pk}/check-in/"
        ]


def test_the_screen_and_the_paper(site, folder, page, size):
    there = doorway.ask(folder, "going_on(2)")
    pk = there["session"]
    sign_in(page, site, doorway.HOLDER)
    page.goto(f"{site}/desk/sessions/{pk}/screen/")
    expect(page.locator(".digits")).to_have_text(re.compile(r"^\d{6}$"))
    expect(page.locator(".screen svg").first).to_be_visible()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "door-screen", size)
    page.goto(f"{site}/desk/sessions/{pk}/paper/")
    page.get_by_label("名单").fill("冯样例 13612340001\n陈样例")
    page.get_by_role("button", name="录入").click()
    expect(page.locator("main")).to_contain_text("第 2 行")
    page.get_by_label("名单").fill("冯样例 13612340001 志愿者")
    page.get_by_label("没有留手机号的人数").fill("3")
    shoot(page, "door-paper", size)
    page.get_by_role("button", name="录入").click()
    expect(page.locator("main")).to_contain_text("录入实名 1 人、匿名 3 人")
    assert fits(page)
    assert page.request.get(f"{site}/desk/sessions/{pk}/roster.pdf").body().startswith(b"%PDF")
