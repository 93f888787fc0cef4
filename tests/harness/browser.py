"""The Chromium that the journeys are run in: found, or installed where that is allowed."""

import os
import shutil
import subprocess


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def found() -> str:
    """The path of a Chromium, or nothing."""
    return os.environ.get("CHANGLE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")


def may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and bool(shutil.which("apt-get"))


def installed() -> bool:
    """Fetch Chromium from the distribution; whether one is there afterwards."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(["apt-get", *command], env=environment, check=False)
    return bool(found())
