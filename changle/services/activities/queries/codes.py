"""Codes that people carry and codes that hang at the door; each tells by itself that it is ours."""

import hmac
from datetime import datetime

from django.utils.crypto import salted_hmac


LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: without I, L, O and U
MAC_LENGTH = 8  # 40 bits, beside a limit on tries
ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", " ": "", "-": ""})
DOOR_SECONDS = 60


def base32(number: int) -> str:
    told = ""
    while True:
        number, digit = divmod(number, len(LETTERS))
        told = LETTERS[digit] + told
        if not number:
            return told


def mac(text: str, purpose: str) -> str:
    whole = salted_hmac(f"activities {purpose}", text, algorithm="sha256").digest()
    number = int.from_bytes(whole[:5], "big")
    return base32(number).rjust(MAC_LENGTH, "0")


def ticket_code(sign_up_pk: int) -> str:
    """The code of a sign-up, for its QR and for typing: number and signature in one."""
    told = base32(sign_up_pk)
    return told + mac(told, "ticket")


def read_ticket(text: str) -> int | None:
    """The key of the sign-up that a code names; None: not one of ours."""
    code = text.strip().upper().translate(ALIKE)[:40]
    told, signature = code[:-MAC_LENGTH], code[-MAC_LENGTH:]
    if not told or len(told) > 12 or any(letter not in LETTERS for letter in code):  # noqa: PLR2004  of a bigint
        return None
    if not hmac.compare_digest(signature, mac(told, "ticket")):
        return None
    number = 0
    for letter in told:
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number


def door_code(session_pk: int, secret: str, now: datetime) -> str:
    """What the screen at the door shows this minute: six digits."""
    minute = int(now.timestamp()) // DOOR_SECONDS
    return door_digits(session_pk, secret, minute)


def door_digits(session_pk: int, secret: str, minute: int) -> str:
    whole = salted_hmac("activities door", f"{session_pk} {secret} {minute}", algorithm="sha256")
    return f"{int.from_bytes(whole.digest()[:8], 'big') % 1_000_000:06d}"


def door_opens(session_pk: int, secret: str, typed: str, now: datetime) -> bool:
    """Whether a code hangs at the door now, or did in the minute before."""
    minute, ours = int(now.timestamp()) // DOOR_SECONDS, False
    for each in (minute, minute - 1):
        ours |= hmac.compare_digest(door_digits(session_pk, secret, each), typed.strip()[:12])
    return ours and bool(secret)


def come_code(session_pk: int, secret: str, now: datetime) -> str:
    """What the QR at the door names: the session and the digits of this minute, as /come/<this>/."""
    return f"{session_pk}-{door_code(session_pk, secret, now)}"


def read_come(text: str) -> tuple[int, str] | None:
    """Session and digits of a code of the door; None: not one. Whether it opens says `door_opens`."""
    pk, _dash, digits = text.strip()[:40].partition("-")
    if not (pk.isdecimal() and pk.isascii() and len(pk) <= 18 and digits):  # noqa: PLR2004  of a bigint
        return None
    return int(pk), digits
