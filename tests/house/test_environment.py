"""A setting that makes no sense stops the start with a sentence; the example names them all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path, **env):
    clean = {"PATH": os.environ["PATH"], "CHANGLE_DATA": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", "import changle.site.settings"],
        cwd=ROOT, env=clean | env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "zero"},
        {"PORT": "99999"},
        {"CHANGLE_DEBUG": "yes"},
        {"DATABASE_URL": "mysql://x"},
        {"CHANGLE_CRYPTO": "rot13"},
        {"CHANGLE_SECRET_KEY": "short"},
        {"CHANGLE_DEMO": "1", "HOST": "0.0.0.0"},
        {"CHANGLE_SECRET_KEY_FILE": "/nowhere"},
    ],
    ids=str,
)
def test_nonsense_stops_the_start(tmp_path, env):
    answer = start(tmp_path, **env)
    assert answer.returncode == 1
    assert "配置" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_sense_starts_and_secrets_are_kept_for_the_owner_alone(tmp_path):
    assert start(tmp_path).returncode == 0
    keys = sorted((tmp_path / "keys").iterdir())
    assert [key.stat().st_mode & 0o077 for key in keys] == [0, 0]


def test_the_example_names_every_setting():
    code = (ROOT / "changle/site/settings.py").read_text("utf-8")
    named = set(re.findall(r'env\.\w+\(\s*"(\w+)"', code))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert named == example
