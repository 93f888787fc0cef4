"""What a cell says: typed values made of what people type."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from changle.core.refusals import Refused


Cell = str | int | float | bool | date | datetime | None

EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits of a number; a longer code has lost its tail
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 system, for the serials after its false 1900-02-29
_FALSE_LEAP_DAY = 60
_YEAR_LIKE = range(1900, 2101)
_LAST_SERIAL = (date(LAST_YEAR, 12, 31) - _EPOCH).days
_COMPACT = range(FIRST_YEAR * 10000, LAST_YEAR * 10000 + 1232)

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ODD = re.compile("[^!-~\u4e00-\u9fff（）、。，：；“”《》·]")  # most cells have none: the short way
_SPACES = re.compile(r"[^\S\n]+")
_HAN_GAP = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff·])\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff·])"
)
_FULL = {0x3000: " ", 0x00A0: " "} | {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if chr(code - 0xFEE0).isalnum() or chr(code - 0xFEE0) in "@./-+_#&"
}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d{2,}")
_DATE = re.compile(
    r"(?P<y>\d{4})\s*(?:年|[-./])\s*(?P<m>\d{1,2})\s*(?:月|[-./])\s*(?P<d>\d{1,2})\s*(?:日|号)?"
    r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_SHORT_YEAR = re.compile(
    r"\d{2}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?|\d{1,2}[/-]\d{1,2}[/-]\d{2}"
)
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.0+)?")


class Unreadable(Refused):
    """A cell does not say what its column asks for."""


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not text(cell))


def text(cell: Cell) -> str:
    """The words of a cell: trimmed, half-width digits and letters, nothing invisible, NFC."""
    if not isinstance(cell, str):
        return _typed_text(cell)
    if not _ODD.search(cell):
        return cell
    words = _INVISIBLE.sub("", unicodedata.normalize("NFC", cell).translate(_FULL))
    words = _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in words.split("\n")).strip()


def _typed_text(cell: float | date | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else _number_text(cell)


def _number_text(number: float) -> str:
    if isinstance(number, int) and abs(number) < EXACT_BELOW:
        return str(number)
    if not abs(number) < EXACT_BELOW:  # so that what is no number at all comes here too
        return f"{number:.15G}"
    return str(int(number)) if number == int(number) else repr(number)


def person_name(cell: Cell) -> str:
    """A name or title: as `text`, and without the gaps that people set between Chinese letters."""
    return _HAN_GAP.sub("", text(cell).replace("\n", ""))


def digits_lost(cell: Cell) -> bool:
    """Whether a long code was kept as a number, so that its last digits are gone for good."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return abs(cell) >= EXACT_BELOW
    return isinstance(cell, str) and bool(_SCIENTIFIC.fullmatch(text(cell)))


def as_date(cell: Cell) -> date | None:
    """The day that a cell names; None if blank. Raises Unreadable with the reason."""
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, bool):
        raise Unreadable("这里应是日期。")
    if isinstance(cell, int | float):
        return _from_number(cell)
    words = text(cell)
    if not words:
        return None
    if re.fullmatch(r"\d{1,8}(\.\d+)?", words):
        return _from_number(float(words))
    found = _DATE.fullmatch(words)
    if found is None:
        if _SHORT_YEAR.fullmatch(words):
            raise Unreadable(f"“{words}”的年份只有两位，请写全四位年份。")
        raise Unreadable(f"“{words[:30]}”不是日期，请写成 2021-09-18 的样子。")
    return _made(int(found["y"]), int(found["m"]), int(found["d"]), words)


def _from_number(number: float) -> date:
    whole = int(number) if abs(number) < EXACT_BELOW else 0
    if whole in _YEAR_LIKE:
        raise Unreadable(f"“{whole}”只有年份，请写全年月日。")
    if whole in _COMPACT:
        return _made(whole // 10000, whole // 100 % 100, whole % 100, str(whole))
    if not 1 <= whole <= _LAST_SERIAL or whole == _FALSE_LEAP_DAY:
        raise Unreadable(f"“{_number_text(number)}”不是日期。")
    return _EPOCH + timedelta(days=whole + (whole < _FALSE_LEAP_DAY))


def _made(year: int, month: int, day: int, words: str) -> date:
    try:
        return _plausible(date(year, month, day))
    except ValueError:
        raise Unreadable(f"没有“{words}”这一天。") from None


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable(f"年份 {day.year} 不合情理，请核对。")
    return day


def as_int(cell: Cell) -> int | None:
    """The whole number that a cell holds; None if blank. Raises Unreadable with the reason."""
    if isinstance(cell, (bool, date)):
        raise Unreadable("这里应是整数。")
    if isinstance(cell, int | float):
        if not abs(cell) < EXACT_BELOW or cell != int(cell):
            raise Unreadable(f"“{_number_text(cell)}”不是整数。")
        return int(cell)
    words = text(cell).replace("，", ",").replace(" ", "")
    if not words:
        return None
    if not words.isascii() or not _NUMBER.fullmatch(words) or len(words) > 18:  # noqa: PLR2004
        raise Unreadable(f"“{words[:30]}”不是整数。")
    return int(words.split(".")[0].replace(",", ""))
