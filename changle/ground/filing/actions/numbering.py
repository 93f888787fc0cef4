"""The next number, and the code by which anybody may check a certificate."""

import secrets
from datetime import date

from changle.ground.filing.models import FilingSerial
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Node


SERIAL, YEAR, STREET = "{serial}", "{year}", "{street}"
DIGITS = 4


def allot(*, street: Node, on: date, form: str) -> str:
    """The next number of a street and year, without gaps.

    Call it in the transaction that files: the row stays locked until then, so that two clerks never
    get one number, and a filing that fails gives its number back. Where the form does not name the
    street, the whole district counts together, for a number belongs to one body alone.
    """
    node = street if STREET in form or street.parent is None else street.parent
    FilingSerial.objects.get_or_create(node=node, year=on.year)
    serial = FilingSerial.objects.select_for_update().get(node=node, year=on.year)
    while True:
        serial.last += 1
        number = written(form, street=street, year=on.year, serial=serial.last)
        # A number that an older list brought in is no gap, and is not given out twice.
        if not Organisation.objects.filter(filing_number=number).exists():
            break
    serial.save(update_fields=["last"])
    return number


def written(form: str, *, street: Node, year: int, serial: int) -> str:
    short = street.name.removesuffix("街道办事处").removesuffix("街道").removesuffix("镇")
    told = form.replace(YEAR, str(year)).replace(STREET, short)
    return told.replace(SERIAL, f"{serial:0{DIGITS}d}")[:40]


def new_code() -> str:
    """Eighty random bits: nobody guesses one."""
    return secrets.token_hex(10)
