"""Money in whole fen (分), from text and to text; a float never touches it."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError


FEN = 100
WAN = 10_000 * FEN
MOST = 10**14 - 1  # 999,999,999,999.99 yuan, twelve digits before the point
LONGEST = 20  # digits: beyond it no amount, and no work for who sends a million of them
UNITS = {"": 1, "元": 1, "圆": 1, "块": 1, "千元": 1000, "万": 10**4, "亿": 10**8}
UNITS |= {"万元": 10**4, "亿元": 10**8, "百万元": 10**6, "千万元": 10**7}
AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?[¥￥]?(?P<sign>[-−]?)[¥￥]?"
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?"
    r"(?P<unit>百万元|千万元|千元|万元|亿元|万|亿|元|圆|块)?[整正]?",
    re.IGNORECASE,
)


class BadAmount(ValidationError):
    """What is no amount of money; the message is for the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, code="bad_amount")
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


def parse(text: str, *, unit: str = "元", negative: bool = False) -> int:
    """Fen from "1,234.5元", "3万元" or "１２．５"; `unit` holds where the text names none."""
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    if not typed:
        raise BadAmount("请填写金额。")
    found = AMOUNT.fullmatch(typed)
    if found is None:
        raise BadAmount(f"“{text.strip()[:30]}”不是金额，请填数字，例如 1234.50 或 3万元。")
    if found["sign"] and not negative:
        raise BadAmount("金额不能为负数。")
    number = f"{found['whole'].replace(',', '')}.{found['part'] or '0'}"
    fen = whole_fen(number, UNITS[found["unit"] or unit])
    return -fen if found["sign"] else fen


def whole_fen(number: str, times: int) -> int:
    whole, _, part = number.partition(".")
    whole, part = whole.lstrip("0"), part.rstrip("0")
    if len(whole) > LONGEST:
        raise BadAmount("金额太大，请核对单位是元还是万元。")
    if len(part) > LONGEST:
        raise BadAmount("金额最多到分，即以元计两位小数。")
    scaled = int((whole + part) or "0") * times * FEN
    fen, rest = divmod(scaled, 10 ** len(part))
    if rest:
        raise BadAmount("金额最多到分，即以元计两位小数。")
    if fen > MOST:
        raise BadAmount("金额太大，请核对单位是元还是万元。")
    return int(fen)


def yuan(fen: int) -> str:
    """1,234.50元."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN:,}.{fen % FEN:02d}元"


def wan(fen: int) -> str:
    """12.35万元, rounded half up: for reading, never for adding up."""
    rounded = (Decimal(fen) / WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:,}万元"


DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """The amount as agreements and receipts write it （《支付结算办法》附一）."""
    sign, fen = ("负", -fen) if fen < 0 else ("", fen)
    whole, jiao, cents = fen // FEN, fen // 10 % 10, fen % 10
    text = f"{capital_integer(whole)}元" if whole else ""
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif cents and whole:
        text += "零"
    if cents:
        text += f"{DIGITS[cents]}分"
    elif not jiao:
        text = f"{text or '零元'}整"
    return sign + text


def capital_integer(number: int) -> str:
    text, gap = "", False
    for power in range(len(GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * power) % 10_000
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):  # noqa: PLR2004  an empty thousand is read as 零
            text += "零"
        text += capital_group(group) + group_name(power, number)
        gap = group % 10 == 0
    return text


def group_name(power: int, number: int) -> str:
    """万亿 is said 万 where 亿 follows by itself, as in 壹万贰仟亿."""
    follows = number // 10**8 % 10_000
    return "万" if power == len(GROUPS) - 1 and follows else GROUPS[power]


def capital_group(group: int) -> str:
    """Up to 9999."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = bool(text)
    return text
