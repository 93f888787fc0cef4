"""Journeys run in a real browser against the real server with a sample district of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright


ROOT = Path(__file__).resolve().parents[2]
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
SHOTS = Path(os.environ.get("CHANGLE_SHOTS", ROOT / "test-results" / "shots"))


def chromium() -> str:
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = os.environ.get("CHANGLE_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        pytest.skip("没有 Chromium：安装它，或用 CHANGLE_CHROMIUM 指明位置")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a server on loopback with the sample district."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in {"DATABASE_URL", "CHANGLE_TESTING", "CHANGLE_TEST_DB"}
    }
    env |= {
        "CHANGLE_DATA": str(folder), "PORT": str(port), "CHANGLE_DEMO": "1",
        "CHANGLE_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "changle.site.command", "run"],
        cwd=ROOT,
        env=env,
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _each in range(600):
            if server.poll() is not None:
                raise AssertionError((folder / "server.log").read_text())
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2)
            except OSError:
                time.sleep(0.2)
            else:
                break
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as play:
        arguments = [
            "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
            "--disable-component-update", "--disable-sync", "--disable-quic",
        ]  # fmt: skip
        launched = play.chromium.launch(executable_path=chromium(), args=arguments)
        yield launched
        launched.close()


@pytest.fixture(params=["desk", "phone"])
def size(request):
    return request.param


@pytest.fixture
def page(browser, size):
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="America/New_York",
        is_mobile=size == "phone", has_touch=size == "phone", accept_downloads=True,
    )  # fmt: skip
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda m: (
            faults.append(m.text)
            if m.type == "error" and "40" not in m.text and "42" not in m.text
            else None
        ),
    )
    yield opened
    context.close()
    assert faults == [], "the page complained"


def sign_in(page: Page, site: str, username: str) -> None:
    """By the button of a sample role."""
    page.goto(f"{site}/account/sign-in/")
    page.locator(f'button[value="{username}"]').click()
    page.wait_for_load_state()


def shoot(page: Page, name: str, size: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / f"{name}-{size}.png"), full_page=False)


def fits(page: Page) -> bool:
    """No sideways scrolling."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"))
