"""An official list comes in through the browser: good rows reach directory and figures, refused ones say why."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from changle.core.codes import organisation_check, uscc_check
from tests.e2e.conftest import ROOT, fits, shoot, sign_in


pytestmark = pytest.mark.e2e
OFFICIAL = Path(os.environ.get("CHANGLE_REALDATA") or ROOT.parent / "shared" / "data")


def code(number, kind="52"):
    body = f"MJE{number:05d}"
    first = f"{kind}110000{body}{organisation_check(body)}"
    return first + uscc_check(first)


def made_list(folder, start):
    """As an office makes it: a title above the header, a lost code, a wrong digit, a note below."""
    rows = ["某区社会组织年检结论公告,,", "社会组织名称,统一社会信用代码,年检结论"]
    rows += [f"样例浏览器导入组织{n},{code(start + n)},合格" for n in range(12)]
    rows.append("样例丢失数字的组织,9.111E+17,合格")
    good = code(start + 50)
    rows.append(f"样例校验码不符的组织,{good[:-1]}{'A' if good[-1] != 'A' else 'B'},合格")
    rows.append("注：本表由样例生成,,")
    path = folder / "名单.csv"
    path.write_text("\n".join(rows), encoding="gb18030")
    return path, 12


def figure(page, site, code="registry.registered"):
    page.goto(f"{site}/desk/figures/rows/?code={code}")
    return int(page.locator("[data-rows-value]").inner_text().replace(",", ""))


def bring_in(page, site, path):
    page.goto(f"{site}/desk/organisations/imports/new/")
    page.locator('input[type="file"]').set_input_files(str(path))
    page.get_by_role("button", name="上传并识别").click()
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("heading", name="逐行结果")).to_be_visible(timeout=60_000)


def write_good(page):
    page.locator('button[name="which"]:not([disabled])').last.click()
    expect(page.get_by_text("已导入：")).to_be_visible(timeout=90_000)


def test_a_list_is_imported_explained_counted_and_undone(page, site, size, tmp_path):
    path, good = made_list(tmp_path, 100 if size == "desk" else 300)
    sign_in(page, site, "qu")
    before = figure(page, site)
    here = figure(page, site, "registry.registered_by_district")
    bring_in(page, site, path)
    body = page.locator("main").inner_text()
    assert "数字" in body
    assert "校验" in body
    assert fits(page)
    shoot(page, "import", size)
    write_good(page)
    assert fits(page)
    batch = page.url
    assert figure(page, site) == before + good
    assert figure(page, site, "registry.registered_by_district") == here
    page.goto(f"{site}/desk/organisations/?q=样例浏览器导入组织3")
    page.locator("table a", has_text="样例浏览器导入组织3").first.click()
    expect(page.locator("main")).to_contain_text("110000")

    page.goto(f"{site}/organisations/?q=样例浏览器导入组织")
    expect(page.locator("main")).to_contain_text("样例浏览器导入组织")

    page.goto(batch)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="撤销本次导入").click()
    expect(page.locator("main")).to_contain_text("已撤销", timeout=60_000)
    assert figure(page, site) == before


def some_body(page, site, number):
    """A registered body of the sample: its address, name and code."""
    page.goto(f"{site}/desk/organisations/?kind=MF")
    link = page.locator("table tbody a").nth(number)
    name = link.inner_text().strip()
    link.click()
    page.wait_for_load_state()
    found = re.search(r"\b52[0-9A-Z]{16}\b", page.locator("main").inner_text())
    return page.url, name, found[0]


def test_an_inspection_list_changes_a_bodys_page_and_undo_takes_it_back(page, site, size, tmp_path):
    sign_in(page, site, "qu")
    address, name, uscc = some_body(page, site, 0 if size == "desk" else 3)
    rows = ["社会组织名称,统一社会信用代码,年检年度,年检结论",
            f"{name},{uscc},2011,合格", f"{name},{uscc},2012,基本合格", "样例查无此组织,,2012,合格"]  # fmt: skip
    path = tmp_path / "年检结论.csv"
    path.write_text("\n".join(rows), encoding="gb18030")
    bring_in(page, site, path)
    expect(page.locator("main")).to_contain_text("年检（年报）结论")
    expect(page.locator("#rows")).to_contain_text("补录须有统一社会信用代码和名称")
    assert fits(page)
    shoot(page, "import-inspection", size)
    write_good(page)
    batch = page.url
    page.goto(f"{address}credit/")
    for told in ("2011", "2012", "基本合格"):
        expect(page.locator("main")).to_contain_text(told)
    page.goto(batch)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="撤销本次导入").click()
    expect(page.locator("main")).to_contain_text("已撤销", timeout=60_000)
    page.goto(f"{address}credit/")
    expect(page.locator("main")).not_to_contain_text("2011")


def test_what_a_list_writes_over_is_ticked_cell_by_cell(page, site, size, tmp_path):
    sign_in(page, site, "qu")
    address, name, uscc = some_body(page, site, 1 if size == "desk" else 4)
    rows = [
        "名称,统一社会信用代码,住所,联系人,简称",
        f"{name},{uscc},样例新路 {size} 号,样例丙,样例简",
    ]
    path = tmp_path / "名录.csv"
    path.write_text("\n".join(rows), "utf-8")
    bring_in(page, site, path)
    expect(page.locator("#rows")).to_contain_text(f"样例新路 {size} 号")
    contact = page.get_by_label("联系人").and_(page.locator('[type="checkbox"]'))
    assert fits(page)
    contact.set_checked(not contact.is_checked())
    page.locator("#rows").scroll_into_view_if_needed()
    shoot(page, "import-diff", size)
    page.locator("#rows").get_by_role("button", name="保存选择").click()
    expect(page.locator("main")).to_contain_text("已保存选择，尚未写入组织库")
    shoot(page, "import-diff-saved", size)
    write_good(page)
    page.goto(address)
    expect(page.locator("main")).to_contain_text(f"样例新路 {size} 号")


@pytest.mark.realdata
def test_the_official_inspection_list_comes_in_whole(page, site, size):
    path = OFFICIAL / "annual_inspection.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    if size == "phone":
        pytest.skip("the same list, once")
    sign_in(page, site, "qu")
    before = figure(page, site)
    bring_in(page, site, path)
    write_good(page)
    assert figure(page, site) == before + 136
    page.goto(f"{site}/desk/figures/figure/?code=registry.registered")
    expect(page.locator("main")).to_contain_text("110000")
    listed = page.locator("a.num", has_text=re.compile(f"^{before + 136}$"))
    expect(listed.first).to_be_visible()


def test_a_file_that_is_no_table_is_refused_with_a_reason(page, site, tmp_path):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(b"%PDF-1.7 not a table")
    sign_in(page, site, "qu")
    page.goto(f"{site}/desk/organisations/imports/new/")
    page.locator('input[type="file"]').set_input_files(str(path))
    page.get_by_role("button", name="上传并识别").click()
    expect(page.locator(".invalid-feedback, .alert-danger").first).to_be_visible()
