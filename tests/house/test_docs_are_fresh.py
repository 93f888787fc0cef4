import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from changle.site.documents import PAGES


HOUSE = Path(__file__).resolve().parents[2]
DOCS = HOUSE / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run bin/changle write_docs"


@pytest.fixture
def copy(tmp_path, settings):
    """A folder of its own, for the command to write into."""
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path
    return tmp_path / "docs"


def test_the_command_writes_what_is_stale_and_then_finds_nothing(copy):
    call_command("write_docs", stdout=StringIO())
    assert sorted(path.name for path in copy.iterdir()) == sorted(PAGES)
    call_command("write_docs", "--check", stdout=StringIO())


def test_the_check_names_what_is_stale_and_writes_nothing(copy):
    call_command("write_docs", stdout=StringIO())
    (copy / "access.md").write_text("旧", "utf-8")
    said = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("write_docs", "--check", stdout=said)
    assert "access.md" in said.getvalue()
    assert (copy / "access.md").read_text("utf-8") == "旧"
