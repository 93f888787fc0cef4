"""What others made and we pass on: unchanged, small, and with its licence named."""

import hashlib
import json
import re
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "changle" / "core" / "static" / "core"
SUMS = STATIC / "vendor" / "SHA256SUMS"
LICENCES = (ROOT / "docs" / "licences.md").read_text("utf-8")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text("utf-8")))


def listed() -> dict[str, str]:
    lines = SUMS.read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


@pytest.mark.parametrize("name", sorted(listed()))
def test_a_vendored_file_is_as_it_was_fetched(name):
    content = (STATIC / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == listed()[name]
    assert len(content) < 1_000_000


def test_no_file_is_vendored_beside_the_list():
    there = {f"vendor/{path.name}" for path in (STATIC / "vendor").iterdir()} - {
        "vendor/SHA256SUMS"
    }
    assert there | {"icons.svg"} == set(listed())


def test_every_icon_that_a_page_shows_is_in_the_sprite():
    sprite = set(re.findall(r'id="ti-([a-z0-9-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    pages = [path.read_text("utf-8") for path in (ROOT / "changle").rglob("*.html")]
    shown = {name for page in pages for name in re.findall(r'{% icon "([a-z0-9-]+)"', page)}
    assert shown - sprite == set(), "add them to bin/icons.txt and run bin/vendor"


@pytest.mark.parametrize("name", sorted(pins("requirements.lock")))
def test_the_licence_of_every_pin_is_named(name):
    assert re.search(rf"^\| {re.escape(name)} \| \S", LICENCES, re.MULTILINE)


def test_the_licence_of_every_browser_package_is_named():
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert all(f"| {name} |" in LICENCES for name in wanted)


def test_nothing_is_under_a_licence_that_would_bind_us():
    rows = [line for line in LICENCES.splitlines() if line.startswith("|")]
    assert not [row for row in rows if re.search(r"\bA?GPL", row)]


def test_the_tests_run_with_the_pins_that_are_served():
    served, tested = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: tested.get(name) for name in served} == served


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-test.lock", "package.json", ".npmrc"]
)
def test_no_lock_names_the_host_it_came_from(name):
    assert "://" not in (ROOT / name).read_text("utf-8")
