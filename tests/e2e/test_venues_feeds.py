"""A calendar program reads one's bookings by an address, until the address is revoked."""

import secrets
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e


def test_a_calendar_is_read_until_it_is_revoked(page, site, size):
    name = f"演练日历{secrets.token_hex(2)}"
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/bookings/")
    page.get_by_role("link", name="日历订阅").click()
    page.get_by_label("用在哪里").fill(name)
    page.get_by_role("button", name="生成地址").click()
    address = page.locator("#address").inner_text().strip()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "feed", size)
    with urllib.request.urlopen(address, timeout=10) as answer:
        text = answer.read().decode()
        etag = answer.headers["ETag"]
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert text.startswith("BEGIN:VCALENDAR")
    assert "常青藤舞蹈队排练" in text.replace("\r\n ", "")
    asked = urllib.request.Request(address, headers={"If-None-Match": etag})
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(asked, timeout=10)
    assert unchanged.value.code == 304
    unchanged.value.close()
    page.goto(f"{site}/desk/feeds/")
    assert address.rsplit("/", 1)[-1] not in page.content()  # told once
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("tr", has_text=name).get_by_role("button", name="撤销").click()
    expect(page.locator("main")).to_contain_text("已撤销")
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(address, timeout=10)
    assert gone.value.code == 404
    gone.value.close()
