from pathlib import Path

import pytest

from changle.site.documents import PAGES


DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run bin/changle write_docs"
