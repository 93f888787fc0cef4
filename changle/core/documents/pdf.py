"""PDF by typst, in a process of its own: it takes some 200 MB, and can be stopped in time.

What people typed goes in as JSON and is never part of the typst source.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno

from changle.core.documents.words import (
    DocumentRefused,
    Sections,
    Table,
    bounded,
    chinese_date,
    letterhead,
    plain,
)


SECONDS = 120
_PRESS = Path(__file__).with_name("press.py")
_TEMPLATES = Path(__file__).with_name("templates")
_LONG_RUN = re.compile(r"[!-~]{20}(?=[!-~])")
_LANDSCAPE_FROM = 7  # columns
_TAGS_UP_TO = 2000  # rows


def letter(
    *,
    title: str,
    paragraphs: Sequence[str],
    to: str = "",
    number: str = "",
    signed: str = "",
    dated: date | None = None,
    qr_url: str = "",
    header: str = "",
) -> bytes:
    """A letter or certificate, laid out after GB/T 9704-2012 as far as its fonts go."""
    facts = {
        "title": title,
        "number": number,
        "to": to,
        "paragraphs": list(paragraphs),
        "signed": signed,
        "dated": chinese_date(dated) if dated else "",
    }
    return _printed("letter", facts, qr_url, header)


def table_report(
    *,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    """A table over as many pages as it takes, its header on each, numbers as they were given."""
    facts = {
        "title": title,
        "columns": list(columns),
        "rows": bounded(columns, rows),
        "notes": list(notes),
        "landscape": len(columns) >= _LANDSCAPE_FROM,
    }
    return _printed("table_report", facts, qr_url, header)


def tables_report(
    *,
    title: str,
    tables: Iterable[Table],
    lead: Sequence[str] = (),
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    """Several tables in one document, each on a page of its own, its notes under it."""
    facts = {
        "title": title,
        "lead": list(lead),
        "tables": [
            {"heading": one.heading, "columns": list(one.columns), "notes": list(one.notes),
             "rows": bounded(one.columns, one.rows)}
            for one in tables
        ],
        "notes": list(notes),
    }  # fmt: skip
    return _printed("tables_report", facts, qr_url, header)


def facts_sheet(
    *,
    title: str,
    sections: Sections,
    notes: Sequence[str] = (),
    qr_url: str = "",
    header: str = "",
) -> bytes:
    """Labels and values under headings, such as an organisation's file card."""
    facts = {
        "title": title,
        "notes": list(notes),
        "sections": [
            {"heading": heading, "facts": [[label, plain(value)] for label, value in each]}
            for heading, each in sections
        ],
    }
    return _printed("facts_sheet", facts, qr_url, header)


def of_template(
    source: Path, facts: dict[str, Any], *, qr_url: str = "", header: str = ""
) -> bytes:
    """A document of an app's own layout: a typst file that draws its page from page.typ.

    `facts` holds plain strings, lists and yes-or-no; `title` must be among them.
    """
    return _pressed(source, facts, qr_url, header)


def _printed(template: str, facts: dict[str, Any], qr_url: str, header: str) -> bytes:
    return _pressed(_TEMPLATES / f"{template}.typ", facts, qr_url, header)


def _pressed(layout: Path, facts: dict[str, Any], qr_url: str, header: str) -> bytes:
    told = {**facts, "header": letterhead(header), "qr": _qr(qr_url)}
    with TemporaryDirectory(prefix="changle-pdf-") as folder:
        root = Path(folder)
        for part in (*_TEMPLATES.glob("*.typ"), layout):
            (root / part.name).write_bytes(part.read_bytes())
        (root / "data.json").write_text(json.dumps(_breakable(told), ensure_ascii=False), "utf-8")
        source, target = root / layout.name, root / "out.pdf"
        # Tags tell a screen reader what is what, and cost as much memory as all else.
        tags = "tagged" if len(facts.get("rows", ())) < _TAGS_UP_TO else "plain"
        try:
            subprocess.run(
                [sys.executable, "-I", str(_PRESS), str(source), str(target), tags],
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise DocumentRefused("内容太多，排版超时。请减少内容，或导出为 xlsx。") from None
        except subprocess.CalledProcessError as error:
            raise DocumentRefused("排版没有成功，请联系管理员。") from error
        return target.read_bytes()


def _qr(url: str) -> str:
    """The code as SVG; "" if there is nothing to code."""
    if not url:
        return ""
    buffer = BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="svg", border=2, xmldecl=False)
    return buffer.getvalue().decode()


def _breakable(thing: Any, key: str = "") -> Any:
    """Let long runs of letters and digits break, so that they stay on the paper."""
    if isinstance(thing, str):
        return thing if key == "qr" else _LONG_RUN.sub("\\g<0>\u200b", plain(thing))
    if isinstance(thing, dict):
        return {name: _breakable(value, name) for name, value in thing.items()}
    return [_breakable(each) for each in thing] if isinstance(thing, list) else thing
