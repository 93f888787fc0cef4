"""A body borrows a tent, gets it handed over, brings it back damaged; another settles it."""

import json
import os
import secrets
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, fits, shoot, sign_in
from tests.e2e.test_faces import serious


pytestmark = pytest.mark.e2e
# A tent of its own for each run, in a house that asks for no hours ahead.
ROWS = """
import django, json; django.setup()
from changle.services.commons.models import Centre, LoanRule, Pool, Thing
from django.db.models import F
centre = Centre.objects.get(node__kind="centre", node__parent__name="张家堡街道")
LoanRule.objects.update_or_create(centre=centre, defaults={"hours_ahead": 0, "most_open": 60})
name = "演练帐篷" + TAG
pool = Pool.objects.create(centre=centre, kind="equipment", name=name, quantity=2)
Thing.objects.create(centre=centre, pool=pool, name=name, may_leave=True, value_fen=68000)
Centre.objects.filter(pk=centre.pk).update(layout_stamp=F("layout_stamp") + 1)
print(json.dumps({"centre": centre.pk, "pool": pool.pk, "name": name}))
"""
EARLIER = """
import django; django.setup()
from changle.services.commons.models import Claim, Loan
from django.utils import timezone
from datetime import timedelta
now = timezone.now()
Loan.objects.filter(title=TITLE).update(starts_at=now)
Claim.objects.filter(loan__title=TITLE).update(starts_at=now)
"""


def done_there(site, tmp_path_factory, script):
    folder = next(tmp_path_factory.getbasetemp().glob("site*"))
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "CHANGLE_TESTING"}}
    env |= {
        "CHANGLE_DATA": str(folder), "CHANGLE_DEMO": "1", "CHANGLE_PUBLIC_URL": site,
        "DJANGO_SETTINGS_MODULE": "changle.site.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def told(site, tmp_path_factory):
    tag = secrets.token_hex(3)
    said = done_there(site, tmp_path_factory, f"TAG = {tag!r}\n{ROWS}")
    return {**json.loads(said.splitlines()[-1]), "title": f"义诊{tag}"}


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "帐篷.jpg"
    Image.new("RGB", (40, 30), "teal").save(path)
    return path


def sign_in_anew(page, site, username):
    page.context.clear_cookies()
    sign_in(page, site, username)


def test_a_tent_is_lent_and_comes_back_broken(page, site, size, told, photo, tmp_path_factory):
    here = asked_for(page, site, size, told)
    sign_in_anew(page, site, "zhongxin-zhangjiabu")
    page.goto(f"{site}/desk/loans/today/")
    well(page, "loan-board", size)
    page.goto(here)
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator("main")).to_contain_text("待取用")
    done_there(site, tmp_path_factory, f"TITLE = {told['title']!r}\n{EARLIER}")
    handed_over(page, site, size, here, photo)
    damage = brought_back(page, site, size, here, photo)
    settled(page, site, size, damage)
    sign_in_anew(page, site, "zuzhi-qiuwen")
    page.goto(here)
    expect(page.locator("main")).to_contain_text("已办结")
    assert serious(page) == []
    page.goto(f"{site}/desk/loans/things/?centre={told['centre']}")
    expect(page.locator("li", has_text=told["name"])).to_contain_text("共 1")


def well(page, name, size):
    assert fits(page)
    assert serious(page) == []
    shoot(page, name, size)


def asked_for(page, site, size, told):
    """The body asks for more than there are, is told so, and asks for two."""
    day = timezone.localdate() + timedelta(days=1)
    sign_in(page, site, "zuzhi-qiuwen")
    page.goto(f"{site}/desk/loans/things/?centre={told['centre']}&from={day}&to={day}")
    well(page, "loan-things", size)
    tents = page.locator(f"[name=take_{told['pool']}]")
    tents.fill("2")
    page.locator("form", has=tents).get_by_role("button", name="借这里的物资").click()
    expect(tents).to_have_value("2")
    tents.fill("3")
    page.get_by_label("用途").fill(told["title"])
    page.get_by_label("使用地点").fill("社区广场")
    page.get_by_label("联系人").fill("样例")
    page.get_by_label("联系电话").fill("13900000001")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("共有 2，不够 3")
    expect(page.get_by_label("使用地点")).to_have_value("社区广场")
    tents.fill("2")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("等中心审批")
    return page.url


def handed_over(page, site, size, here, photo):
    page.goto(here)
    page.get_by_role("link", name="交付").click()
    well(page, "loan-hand-over", size)
    page.locator("[name=photos]").set_input_files(photo)
    page.get_by_role("button", name="交付").click()
    expect(page.locator("main")).to_contain_text("待借用方确认")
    sign_in_anew(page, site, "zuzhi-qiuwen")
    page.goto(here)
    page.get_by_role("button", name="确认收到").click()
    expect(page.locator("main")).to_contain_text("借出中")


def brought_back(page, site, size, here, photo):
    sign_in_anew(page, site, "zhongxin-zhangjiabu")
    page.goto(here)
    page.get_by_role("link", name="收回").click()
    page.get_by_label("归还数量").fill("1")
    page.get_by_role("button", name="收回").click()
    expect(page.locator("main")).to_contain_text("请写明")
    page.get_by_label("损坏或缺少情况").fill("丢了一顶")
    page.locator("[name=photos]").set_input_files(photo)
    page.get_by_role("button", name="收回").click()
    expect(page.locator("main")).to_contain_text("损失待处理")
    well(page, "loan", size)
    page.locator("main a[href*='/desk/loans/damages/']").click()
    expect(page.locator("main")).to_contain_text("须由别人处理")
    return page.url


def settled(page, site, size, damage):
    sign_in_anew(page, site, "jie-zhangjiabu")
    page.goto(damage)
    page.get_by_role("link", name="处理赔偿").click()
    expect(page.get_by_label("赔偿金额")).to_have_value("680.00")
    page.get_by_label("如何处理").fill("照价赔偿")
    page.get_by_role("button", name="确定").click()
    expect(page.locator("main")).to_contain_text("680.00元")
    well(page, "loan-damage", size)
