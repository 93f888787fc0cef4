"""A day in a house: in and out at the door on a phone, what broke, and rooms that are needed."""

import json
import os
import secrets
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e
# Uses of this very hour, whenever the test runs: the sample's lie in the hours of its houses.
ROWS = """
import django, json; django.setup()
from datetime import timedelta
from django.utils import timezone
from changle.ground.accounts.models import User
from changle.ground.registry.models import Organisation
from changle.services.commons.lifecycle import BOOKING
from changle.services.commons.models import Booking, BookedSpace, Centre, Claim, Space, Pool, Policy
centre = Centre.objects.get(node__parent__name="张家堡街道")
centre.openings.update(opens="00:00", closes="23:59")
policy = centre.policies.first()
body = Organisation.objects.get(name__contains="秋文")
person = User.objects.get(username="zuzhi-qiuwen")
told = {"centre": centre.pk}
for name, minutes in (("door", -5), ("closed", 26 * 60)):
    space = Space.objects.create(centre=centre, policy=policy, name=f"演练室{name}{TAG}",
        capacity=20, door_token=f"e2e-{name}-{TAG}", cleanup_minutes=0)
    pool = Pool.objects.create(centre=centre, name=space.name)
    space.pools.set([pool])
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    end = start + timedelta(hours=1)
    row = Booking(centre=centre, organisation=body, booked_by=person, title=f"演练{name}{TAG}",
        people=9, starts_at=start, ends_at=end, holds_from=start, holds_until=end,
        booked_at=start, contact_name="样例", contact_phone="13900000001")
    BOOKING.begin(row, "approved", at=start)
    row.save()
    BookedSpace.objects.create(booking=row, space=space, starts_at=start, ends_at=end,
        on=timezone.localdate(start))
    Claim.objects.create(pool=pool, booking=row, starts_at=start, ends_at=end)
    here = timezone.localtime(start)
    told[name] = {"pk": row.pk, "space": space.name, "on": f"{here:%Y-%m-%d}",
        "at": f"{here:%H:%M}", "until_on": f"{timezone.localtime(end):%Y-%m-%d}",
        "until": f"{timezone.localtime(end):%H:%M}"}
Centre.objects.filter(pk=centre.pk).update(layout_stamp=centre.layout_stamp + 1)
print(json.dumps(told))
"""


@pytest.fixture
def told(site, tmp_path_factory):
    """Two bookings of a body, one of them now; in rooms of their own."""
    folder = next(tmp_path_factory.getbasetemp().glob("site*"))
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "CHANGLE_TESTING"}}
    env |= {
        "CHANGLE_DATA": str(folder), "CHANGLE_DEMO": "1", "CHANGLE_PUBLIC_URL": site,
        "DJANGO_SETTINGS_MODULE": "changle.site.settings",
    }  # fmt: skip
    tag = secrets.token_hex(3)  # rooms of its own for each test
    script = f"TAG = {tag!r}\n{ROWS}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "tag": tag}


def test_in_and_out_at_the_door_then_what_broke_is_settled(page, site, size, told):
    door = f"{site}/door/e2e-door-{told['tag']}/"
    page.goto(door)
    expect(page.locator("main")).not_to_contain_text(f"演练door{told['tag']}")
    assert serious(page) == []
    page.get_by_role("link", name="登录后签到或离场").click()
    page.locator('button[value="zuzhi-qiuwen"]').click()
    page.wait_for_url(door)
    assert fits(page)
    shoot(page, "door", size)
    page.get_by_role("button", name="签到").click()
    page.get_by_label("灯已关").check()
    page.get_by_role("button", name="离场").click()
    expect(page.get_by_text("已离场")).to_be_visible()
    sign_in_anew(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/venues/today/")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "board", size)
    visit = page.locator(f"#visit-{told['door']['pk']}")
    visit.get_by_label("查验说明").fill("看到一半")
    page.locator("h1").click()
    page.evaluate("htmx.ajax('GET', location.pathname, '#board')")  # as it asks every minute
    page.wait_for_load_state("networkidle")
    expect(visit.get_by_label("查验说明")).to_have_value("看到一半")
    expect(page.locator("#board #board")).to_have_count(0)
    visit.get_by_role("link", name="有损坏").click()
    page.get_by_label("损坏情况").fill("椅子断腿")
    page.get_by_label("估价").fill("1,200.5")
    page.get_by_role("button", name="登记").click()
    page.get_by_role("link", name="椅子断腿").first.click()
    expect(page.locator("main")).to_contain_text("1,200.50元")
    assert fits(page)
    shoot(page, "damage", size)
    page.get_by_label("如何处理").fill("已赔偿")
    page.get_by_role("button", name="已处理").click()
    expect(page.locator("main")).to_contain_text("已赔偿")


def test_a_closure_displaces_a_booking_and_one_tap_has_another_time(page, site, size, told):
    one = told["closed"]
    sign_in(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/venues/{told['centre']}/closures/add/")
    page.get_by_label(one["space"]).check()
    for field, value in (("from_on", one["on"]), ("from_at", one["at"]),
                         ("until_on", one["until_on"]), ("until_at", one["until"])):  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    page.get_by_label("原因").fill("水管爆裂")
    page.get_by_role("button", name="停用", exact=True).click()
    expect(page.locator(".alert-warning")).to_contain_text(f"演练closed{told['tag']}")
    assert fits(page)
    shoot(page, "closure", size)
    page.get_by_role("button", name="仍然停用").click()
    expect(page.locator("main")).to_contain_text("已让出并通知")
    sign_in_anew(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/notices/")
    page.locator(f'a[href="/desk/bookings/{one["pk"]}/instead/"]').first.click()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "instead", size)
    page.locator("button[name=start]").first.click()
    expect(page.locator("main")).to_contain_text("已改订")


def sign_in_anew(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)
