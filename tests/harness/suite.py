"""Everything that must hold, step by step.

    bin/test                  all steps
    bin/test --fast           in under three minutes: lint without types, SQLite without slow tests
    bin/test --lint           ruff, mypy, import-linter, djlint
    bin/test --migrations     the migrations make what the models say, on both databases
    bin/test --sqlite         unit and house tests on SQLite
    bin/test --postgres       the same on PostgreSQL (a server of its own, from a wheel)
    bin/test --unit           --sqlite and --postgres
    bin/test --e2e            journeys in headless Chromium
    bin/test --sqlite -- ARG  words after -- go to pytest

ALLOW_SKIP=1 lets a part be skipped that cannot run on this machine.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.harness import browser


PARTS = ("lint", "migrations", "sqlite", "postgres", "e2e")
STEP_SECONDS = 30 * 60
NO_BROWSER = (
    "没有 Chromium，也无权安装：请安装它，或用 CHANGLE_CHROMIUM 指明，或用 ALLOW_SKIP=1 跳过 / "
    "no Chromium, and no right to install it: install chromium, name it by CHANGLE_CHROMIUM, "
    "or skip by ALLOW_SKIP=1"
)


@dataclass
class Step:
    name: str
    command: list[str]
    settings: dict[str, str] = field(default_factory=dict)
    is_pytest: bool = False
    state: str = "未运行 not run"
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def lint(*, fast: bool) -> list[Step]:
    bins = Path(sys.executable).parent
    steps = [
        Step("ruff check", [f"{bins}/ruff", "check", "."]),
        Step("ruff format", [f"{bins}/ruff", "format", "--check", "."]),
        Step("lint-imports", [f"{bins}/lint-imports"]),
    ]
    if not fast:
        steps += [
            Step("mypy", [f"{bins}/mypy"], {"CHANGLE_TESTING": "1"}),
            Step("djlint", [f"{bins}/djlint", "--lint", "--quiet", "changle"]),
        ]
    return steps


def migrations() -> list[Step]:
    command = [sys.executable, "-m", "tests.harness.migrated"]
    return [
        Step(f"migrations, {kind}", command, {"CHANGLE_TEST_DB": kind})
        for kind in ("sqlite", "postgres")
    ]


def pytest(name: str, marks: str, *words: str, **settings: str) -> Step:
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-m", marks, *words]
    return Step(name, command, settings, is_pytest=True)


def units(kind: str, extra: list[str], *, fast: bool) -> Step:
    workers = str(min(4, max(2, os.cpu_count() or 1)))
    marks = "not e2e and not slow" if fast else "not e2e"
    return pytest(f"tests, {kind}", marks, "-n", workers, *extra, CHANGLE_TEST_DB=kind)


def journeys(extra: list[str]) -> Step:
    step = pytest("journeys, chromium", "e2e", "tests/e2e", *extra, CHANGLE_TEST_DB="sqlite")
    if not browser.found() and not (browser.may_install() and browser.installed()):
        sys.stdout.write(f"\n{NO_BROWSER}\n")
        step.state = "跳过 skipped" if os.environ.get("ALLOW_SKIP") == "1" else "失败 FAILED"
        step.failed = 0 if os.environ.get("ALLOW_SKIP") == "1" else 1
    return step


def run(step: Step, folder: str) -> None:
    sys.stdout.write(f"\n==> {step.name}\n")
    sys.stdout.flush()
    report = Path(folder) / "report.xml"
    report.unlink(missing_ok=True)
    words = [f"--junitxml={report}"] if step.is_pytest else []
    start = time.monotonic()
    process = subprocess.Popen(
        [*step.command, *words], env=os.environ | step.settings, start_new_session=True
    )
    try:
        code = process.wait(STEP_SECONDS)
    except BaseException as error:  # its own children too, whatever ended the wait
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        sys.stdout.write(f"{step.name}: 超过 {STEP_SECONDS // 60} 分钟，已中止 / timed out\n")
        code = 1
    step.seconds = time.monotonic() - start
    if step.is_pytest:
        count(step, report)
    if code and not step.failed:
        step.failed = 1
    step.state = "失败 FAILED" if step.failed else "通过 ok"


def count(step: Step, report: Path) -> None:
    """From the report of pytest; one that died has written none."""
    if not report.exists():
        return
    for suite in ET.parse(report).getroot().iter("testsuite"):
        number = {
            name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
        }
        step.failed += number["failures"] + number["errors"]
        step.skipped += number["skipped"]
        step.passed += number["tests"] - number["failures"] - number["errors"] - number["skipped"]


def summary(steps: list[Step]) -> int:
    sys.stdout.write("\n")
    for step in steps:
        tests = f"{step.passed} passed, {step.failed} failed, {step.skipped} skipped"
        counted = tests if step.is_pytest and step.seconds else ""
        sys.stdout.write(f"{step.name:<24}{step.seconds:7.0f} s  {step.state:<12}  {counted}\n")
    passed, failed = sum(step.passed for step in steps), sum(step.failed for step in steps)
    undone = [step for step in steps if step.state.startswith("未")]
    sys.stdout.write(f"\n{passed} passed, {failed} failed\n")
    return 1 if failed or undone else 0


def chosen(words: list[str]) -> tuple[set[str], bool]:
    parts = {word.removeprefix("--") for word in words}
    unknown = parts - {*PARTS, "unit", "fast"}
    if unknown:
        sys.stdout.write(__doc__ or "")
        sys.exit(0 if unknown <= {"help", "-h"} else 2)
    fast = "fast" in parts
    if "unit" in parts:
        parts |= {"sqlite", "postgres"}
    parts &= set(PARTS)
    return parts or ({"lint", "sqlite"} if fast else set(PARTS)), fast


def planned(parts: set[str], extra: list[str], *, fast: bool) -> list[Step]:
    steps = lint(fast=fast) if "lint" in parts else []
    steps += migrations() if "migrations" in parts else []
    steps += [units(kind, extra, fast=fast) for kind in ("sqlite", "postgres") if kind in parts]
    return steps + ([journeys(extra)] if "e2e" in parts else [])


def main() -> int:
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parts, fast = chosen(words[:cut])
    steps = planned(parts, words[cut + 1 :], fast=fast)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for step in steps:
                if step.state.startswith("未"):
                    run(step, folder)
        except KeyboardInterrupt:
            sys.stdout.write("\n中断 / interrupted\n")
    return summary(steps)


if __name__ == "__main__":
    sys.exit(main())
