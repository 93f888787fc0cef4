"""From a free room to a booking, to a conflict with its way out, by mouse, by touch and by keyboard."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in


pytestmark = pytest.mark.e2e
PAGES = ["/desk/venues/", "/desk/venues/find/", "/desk/bookings/", "/desk/venues/1/",
         "/desk/venues/1/?view=week", "/desk/venues/1/book/", "/centres/1/times/"]  # fmt: skip


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], v["nodes"][0]["html"][:160])
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def filled(page, title):
    page.locator('[name="title"]').fill(title)
    page.locator('[name="people"]').fill("4")
    page.locator('[name="contact_name"]').fill("样例")
    page.locator('[name="contact_phone"]').fill("13800000000")


def day_of(size):
    """Days of their own for each size, far enough from the sample's weeks."""
    return timezone.localdate() + timedelta(days=50 if size == "desk" else 51)


def test_find_book_meet_a_conflict_and_wait(page, site, size):
    sign_in(page, site, "zuzhi-qiuwen")
    day = day_of(size)
    page.goto(f"{site}/desk/venues/find/?on={day}&when=pm&length=120&people=4")
    shoot(page, "find", size)
    assert fits(page)
    page.get_by_role("link", name=re.compile("^预订")).first.click()
    asked = page.url
    filled(page, "旅程读书会")
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator(".seal").first).to_contain_text(re.compile("已确认|待审批"))
    shoot(page, "booked", size)
    confirmed = page.locator(".seal").first.inner_text() == "已确认"
    assert confirmed, "the smallest room of the sample is booked without approval"
    page.context.clear_cookies()
    sign_in(page, site, "jumin")
    page.goto(asked)
    filled(page, "居民的聚会")
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator("#errors")).to_contain_text("已被占用")
    assert "旅程读书会" not in page.content()
    assert page.locator('[name="title"]').input_value() == "居民的聚会"
    assert page.locator('[name="shift"]').count() >= 1
    assert fits(page)
    shoot(page, "taken", size)
    page.get_by_role("button", name="加入候补").click()
    expect(page.locator(".seal").first).to_have_text("候补")
    page.goto(asked)
    filled(page, "居民的聚会改期")
    page.get_by_role("button", name="预约", exact=True).click()
    page.locator('[name="shift"]').first.click()
    expect(page.locator(".seal").first).to_have_text("已确认")
    page.goto(f"{site}/desk/bookings/")
    expect(page.locator("main")).to_contain_text("居民的聚会改期")
    assert fits(page)
    shoot(page, "bookings", size)


def test_a_series_asks_about_each_date(page, site, size):
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/venues/1/book/?on={day_of(size) - timedelta(days=30)}")
    page.locator('[name="rooms"]').nth(1).check()
    page.locator('[name="start"]').fill("10:00")
    page.locator('[name="end"]').fill("11:00")
    page.get_by_text("重复预约").click()
    page.locator('[name="repeat"]').select_option("week")
    page.locator('[name="count"]').fill("3")
    filled(page, "每周例会")
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator("h1")).to_contain_text("核对每一次")
    assert page.locator("tbody tr").count() == 3
    assert fits(page)
    shoot(page, "series", size)
    for choice in page.locator("tbody select").all():
        if choice.locator("option").first.inner_text() == "请选择":
            choice.select_option("skip")
    page.get_by_role("button", name="全部预约").click()
    expect(page.locator("main")).to_contain_text("循环预约的各次")


def test_one_date_is_moved_and_one_is_skipped(page, site, size):
    sign_in(page, site, "zuzhi-qiuwen")
    first = day_of(size) - timedelta(days=23)
    second, third = first + timedelta(days=7), first + timedelta(days=14)
    room = page.locator('[name="rooms"]').nth(2)
    page.goto(f"{site}/desk/venues/2/book/?on={second}&start={second}T10:00&end={second}T11:00")
    room.check()
    filled(page, "先订下的")
    page.get_by_role("button", name="预约", exact=True).click()
    page.goto(f"{site}/desk/venues/2/book/?on={first}&start={first}T10:00&end={first}T11:00")
    room.check()
    page.get_by_text("重复预约").click()
    page.locator('[name="repeat"]').select_option("week")
    page.locator('[name="count"]').fill("3")
    filled(page, "逐次选择的例会")
    page.get_by_role("button", name="预约", exact=True).click()
    expect(page.locator("h1")).to_contain_text("核对每一次")
    choice = {day: page.locator(f'select[aria-label^="{day.year}年{day.month}月{day.day}日"]')
              for day in (first, second, third)}  # fmt: skip
    page.get_by_role("button", name="全部预约").click()  # without a word about the second
    expect(page.get_by_role("alert")).to_be_visible()
    moved = choice[second].locator("option", has_text="改到").first
    words = moved.inner_text()
    choice[second].select_option(moved.get_attribute("value"))
    choice[third].select_option("skip")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "series-chosen", size)
    page.get_by_role("button", name="全部预约").click()
    series = page.locator("section", has=page.get_by_role("heading", name="循环预约的各次"))
    expect(series.locator("ul").first.locator("li")).to_have_count(2)
    expect(series).to_contain_text(words.removeprefix("改到 ").split("–")[0].split(" ")[1])
    expect(series).to_contain_text(f"{third}")


def test_a_span_is_drawn_and_the_keyboard_walks(page, site, size):
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/venues/1/?on={day_of(size) + timedelta(days=2)}")
    assert fits(page)
    shoot(page, "timeline", size)
    if size == "phone":
        page.locator("a.free").first.click()
        expect(page).to_have_url(re.compile("/book/\\?space="))
        assert page.locator('[name="start"]').input_value()
        return
    slots = page.locator(".tl-slots").nth(1).locator("[role=gridcell]:not([aria-disabled])")
    first, last = slots.nth(2).bounding_box(), slots.nth(7).bounding_box()
    page.mouse.move(first["x"] + 5, first["y"] + 9)
    page.mouse.down()
    page.mouse.move(last["x"] + 5, last["y"] + 9, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("/book/"))
    start, end = (page.locator(f'[name="{name}"]').input_value() for name in ("start", "end"))
    hours = [int(text[:2]) + int(text[3:]) / 60 for text in (start, end)]
    assert hours[1] - hours[0] == 3
    page.go_back()
    page.locator(".tl-slots [tabindex='0']").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "空闲" in label
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".tl-slots .picked").count() == 2
    page.keyboard.press("Escape")
    assert page.locator(".tl-slots .picked").count() == 0
    page.locator(".tl-slots [tabindex='0']").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/book/\\?space="))
    assert page.locator('[name="rooms"]:checked').count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_within_reach_of_everybody(page, site, path):
    sign_in(page, site, "jumin")
    assert page.goto(site + path).status == 200
    assert fits(page)
    assert serious(page) == []
