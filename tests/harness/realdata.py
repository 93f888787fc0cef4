"""The published files that stand beside the repository, not in it."""

import os
from pathlib import Path

import pytest


DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "data"


def realdata_path(name: str) -> Path:
    """A file or folder of published data; the test is skipped with a line where it is absent."""
    path = Path(os.environ.get("CHANGLE_REALDATA") or DEFAULT) / name
    if not path.exists():
        pytest.skip(f"published data not here: {name} (CHANGLE_REALDATA)")
    return path
