"""Opens every number on the pages that a person may see, follows it and adds up its rows."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from io import StringIO

from django.test import Client


ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
OF = re.compile(r'data-of="(\d+)/(\d+)( %)?"')
HREF = re.compile(r'href="([^"]+)"')
TAGS = re.compile(r"<[^>]+>")
NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")
VALUE = re.compile(r"data-rows-value>([^<]*)<")
ROWS, FILE = "/desk/figures/rows/?", "/desk/figures/rows/file.csv?"
FIGURES = "/desk/figures/"
ADDS = "计入"
LAST = re.compile(r"^.*[^\d,.%-](?=-?[\d,.]+%?$)|%$", re.DOTALL)


def divided(page: str, text: str, of: re.Match[str]) -> Iterator[str]:
    """A quotient is the one of its two halves, as far as it is printed."""
    places = len(text.partition(".")[2])
    exact = int(of[1]) * (100 if of[3] else 1) / int(of[2]) if int(of[2]) else 0.0
    if abs(float(text.replace(",", "")) - exact) > 0.5 * 10**-places + 1e-9:
        yield f"{page}：写着 {text}，而 {of[1]} ÷ {of[2]} 不是它。"


@dataclass
class Crawl:
    """One person's way through the figures. `seen` may be shared: a number is added up once."""

    client: Client
    seen: set[tuple[str, str]] = field(default_factory=set)
    every: int = 1  # only each so manieth number is followed
    every_page: int = 1  # and of the figures' own pages
    pages: int = 0
    numbers: int = 0

    def run(self, starts: list[str]) -> Iterator[str]:
        """Yields a sentence for each number that leads nowhere or to other rows."""
        waiting, met = deque(starts), set(starts)
        while waiting:
            page = waiting.popleft()
            answer = self.client.get(page)
            self.pages += 1
            if answer.status_code != 200:  # noqa: PLR2004
                yield f"{page}：打不开（{answer.status_code}）。"
                continue
            for attributes, inner in ANCHOR.findall(answer.content.decode()):
                found = HREF.search(attributes)
                href = unescape(found[1]) if found else ""
                text = TAGS.sub("", inner).strip()
                text = LAST.sub("", text)  # "民非 230": words before the number
                if href.startswith(ROWS) and NUMBER.fullmatch(text):
                    counted = "apart" not in attributes and "revised" not in attributes
                    of = OF.search(attributes)
                    if of:
                        yield from divided(page, text, of)
                        text = f"{int(of[1]):,}"
                    yield from self.follow(page, href, text, counted=counted)
                elif href.startswith(f"{FIGURES}figure/?") and href not in met:
                    met.add(href)
                    if len(met) % self.every_page == 0:
                        waiting.append(href)

    def follow(self, page: str, href: str, text: str, *, counted: bool) -> Iterator[str]:
        if (href, text) in self.seen:
            return
        self.seen.add((href, text))
        if len(self.seen) % self.every:
            return
        self.numbers += 1
        answer = self.client.get(href)
        if answer.status_code != 200:  # noqa: PLR2004
            yield f"{page}：{text} 通向 {href}，打不开（{answer.status_code}）。"
            return
        if not counted:
            return
        shown = VALUE.search(answer.content.decode())
        head = shown[1] if shown else "?"
        if head != text:
            yield f"{page}：写着 {text}，明细页 {href} 写着 {head}。"
        total = self.added_up(href)
        if total != float(text.replace(",", "")):
            yield f"{page}：写着 {text}，明细 {href} 加起来是 {total:g}。"

    def added_up(self, href: str) -> float:
        """The sum over all rows, as the file of the same rows tells them."""
        answer = self.client.get(href.replace(ROWS, FILE, 1))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return sum(float(row[ADDS] or 0) for row in csv.DictReader(StringIO(text)))
