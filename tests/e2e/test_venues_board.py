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
from changle.services.commons.lifecycle import BOOKING, NO_SHOW
from changle.services.commons.models import (
    BookedSpace, Booking, Centre, Claim, NoShow, Policy, Pool, Space
)
centre = Centre.objects.get(node__kind="centre", node__parent__name="张家堡街道")
centre.openings.update(opens="00:00", closes="23:59")
policy = centre.policies.first()
body = Organisation.objects.get(name__contains="秋文")
person = User.objects.get(username="zuzhi-qiuwen")
other = Organisation.objects.filter(street=body.street, state="active").exclude(pk=body.pk).first()
told = {"centre": centre.pk}
for name, minutes in (("door", -5), ("closed", 26 * 60), ("also", 26 * 60 + 30), ("missed", -180)):
    whose, who = (other, None) if name == "also" else (body, person)
    space = Space.objects.create(centre=centre, policy=policy, name=f"演练室{name}{TAG}",
        capacity=20, door_token=f"e2e-{name}-{TAG}", cleanup_minutes=0)
    pool = Pool.objects.create(centre=centre, name=space.name)
    space.pools.set([pool])
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    end = start + timedelta(hours=1)
    row = Booking(centre=centre, organisation=whose, booked_by=who, title=f"演练{name}{TAG}",
        people=9, starts_at=start, ends_at=end, holds_from=start, holds_until=end,
        booked_at=start, contact_name="样例", contact_phone="13900000001")
    BOOKING.begin(row, "no_show" if name == "missed" else "approved", at=start)
    row.save()
    if name == "missed":
        absence = NoShow(booking=row, at=start)
        NO_SHOW.begin(absence, "counted", at=start)
        absence.save()
    BookedSpace.objects.create(booking=row, space=space, starts_at=start, ends_at=end,
        on=timezone.localdate(start))
    if name != "missed":
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
    page.goto(f"{site}/desk/venues/{told['centre']}/today/")
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


def test_an_emergency_displaces_two_and_both_have_other_times(page, site, size, told):
    one, other = told["closed"], told["also"]
    sign_in(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/venues/{told['centre']}/closures/add/")
    for each in (one, other):
        page.get_by_label(each["space"]).check()
    for field, value in (("from_on", one["on"]), ("from_at", one["at"]),
                         ("until_on", other["until_on"]), ("until_at", other["until"])):  # fmt: skip
        page.locator(f"[name={field}]").fill(value)
    page.get_by_label("原因").fill("水管爆裂")
    page.locator("[name=is_emergency]").check()
    page.get_by_role("button", name="停用", exact=True).click()
    for name in ("closed", "also"):
        expect(page.locator(".alert-warning")).to_contain_text(f"演练{name}{told['tag']}")
    assert fits(page)
    shoot(page, "closure", size)
    page.get_by_role("button", name="仍然停用").click()
    expect(page.locator("main")).to_contain_text("2 个预约已让出并通知")
    assert serious(page) == []
    closure = page.url
    page.locator("li", has_text=f"演练also{told['tag']}").get_by_role("link").click()
    page.locator("button[name=start]").first.click()  # by the house, for a body that rang it up
    expect(page.locator("main")).to_contain_text("已改订")
    sign_in_anew(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/notices/")
    page.locator(f'a[href="/desk/bookings/{one["pk"]}/instead/"]').first.click()
    assert fits(page)
    assert serious(page) == []
    shoot(page, "instead", size)
    page.locator("button[name=start]").first.click()
    expect(page.locator("main")).to_contain_text("已改订")
    page.goto(f"{site}/desk/bookings/{one['pk']}/instead/")
    expect(page.locator("main")).to_contain_text("已经改订过了")
    page.goto(closure)  # is the house's alone
    expect(page.locator("main")).not_to_contain_text("水管爆裂")


def test_who_did_not_come_says_why_and_is_heard(page, site, size, told):
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/bookings/?side=ours&when=past&state=no_show")
    page.get_by_role("link", name=f"演练missed{told['tag']}").click()
    page.get_by_role("link", name="有正当理由的可以申诉").click()
    page.get_by_role("button", name="申诉").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    page.get_by_label("申诉理由").fill("门禁坏了，进不去")
    assert fits(page)
    assert serious(page) == []
    shoot(page, "appeal", size)
    page.get_by_role("button", name="申诉").click()
    expect(page.locator(".seal").first).to_have_text("申诉中")
    here = page.url
    sign_in_anew(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/bookings/no-shows/")
    page.locator(f'a[href="{here.removeprefix(site)}"]').click()
    page.get_by_label("撤销的理由").fill("门禁确有故障")
    page.get_by_role("button", name="撤销爽约").click()
    expect(page.locator(".seal").first).to_have_text("撤销")
    sign_in_anew(page, site, "zuzhi-qiuwen")
    page.goto(here)
    expect(page.locator("main")).to_contain_text("门禁确有故障")


def sign_in_anew(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)
