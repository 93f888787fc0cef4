"""The picture that goes with a session's address when it is passed on, and the code of a ticket."""

from functools import lru_cache
from io import BytesIO

import pylopdf_fonts_zh_cn
import segno
from django.utils.safestring import SafeString, mark_safe
from PIL import Image, ImageDraw, ImageFont


WIDTH, HEIGHT, EDGE = 1200, 630, 80  # as Open Graph advises
INK, PAPER, RED, PALE = "#163f63", "#fffdf7", "#b8382c", "#4d5761"
BIG, SMALL, LINES = 68, 38, 3


@lru_cache(maxsize=4)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.serif_path()), size)


def wrapped(text: str, size: int, most: int) -> list[str]:
    """In lines that fit between the edges; the last one is cut where there is more."""
    lines, line, room = [], "", WIDTH - 2 * EDGE
    for letter in text:
        if font(size).getlength(line + letter) > room:
            lines.append(line)
            line = ""
            if len(lines) == most:
                return [*lines[:-1], f"{lines[-1][:-1]}…"]
        line += letter
    return [*lines, line] if line else lines


@lru_cache(maxsize=128)
def share_picture(title: str, when: str, where: str, sides: str) -> bytes:
    """PNG; the same words are drawn once."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 24), fill=INK)
    draw.rectangle((0, 24, 180, 32), fill=RED)
    down = 84
    for line in wrapped(title, BIG, LINES):
        draw.text((EDGE, down), line, font=font(BIG), fill=INK)
        down += BIG + 22
    down += 16
    for text, colour in ((when, RED), (where, PALE), (sides, PALE)):
        for line in wrapped(text, SMALL, 1):
            draw.text((EDGE, down), line, font=font(SMALL), fill=colour)
            down += SMALL + 24
    draw.text((EDGE, HEIGHT - 76), "长乐 · 免费报名", font=font(SMALL), fill=INK)
    kept = BytesIO()
    picture.quantize(32).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def drawn(text: str, title: str, *, any_size: bool = False) -> SafeString:
    """A QR code to hold before a camera; `any_size`: as large as its place."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture,
        kind="svg",
        scale=5,
        border=3,
        xmldecl=False,
        svgns=False,
        title=title,
        omitsize=any_size,
    )
    return mark_safe(picture.getvalue().decode())  # noqa: S308  drawn here, of a code of ours
