"""Bodies that may be the one just typed."""

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Q
from pypinyin import lazy_pinyin

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.territory.roles import Permission


MOST = 10
LOOKED_AT = 200
BRACKETS = re.compile(r"[\s（）()〔〕\[\]【】·.,，。、\-—_]")


@dataclass(frozen=True)
class Lookalike:
    pk: int
    name: str
    reasons: list[str]
    seen: bool  # whether the asker may open it


def bare(name: str) -> str:
    """A name without blanks, brackets and points, narrow and small."""
    return BRACKETS.sub("", unicodedata.normalize("NFKC", name)).lower()


def head(name: str) -> str:
    """The sound of a name up to its first bracket or blank: all spellings of it begin so."""
    parts = [part for part in BRACKETS.split(name) if part]
    return "".join(lazy_pinyin(parts[0])).lower() if parts else ""


def lookalikes(
    *,
    actor: Actor,
    name: str = "",
    uscc: str = "",
    filing_number: str = "",
    contact_phone: str = "",
    but: int = 0,
) -> list[Lookalike]:
    """Those of the same name, code or phone, each with why; one query.

    Names and codes are public and looked for everywhere; a phone only where the asker sees phones.
    """
    named = bare(name)
    wanted = Q(uscc=uscc) if uscc else Q(pk__in=())
    if filing_number:
        wanted |= Q(filing_number=filing_number)
    if named:
        wanted |= Q(short_name=name) | Q(pinyin__startswith=head(name))
    if contact_phone:
        wanted |= Q(contact_phone=contact_phone)
    rows = Organisation.objects.filter(wanted).exclude(pk=but).order_by("pk")
    columns = ("pk", "name", "short_name", "uscc", "filing_number", "contact_phone", "node__path")
    found = []
    for pk, other, short, code, number, phone, path in rows.values_list(*columns)[:LOOKED_AT]:
        reasons = []
        if uscc and code == uscc:
            reasons.append("统一社会信用代码相同")
        if filing_number and number == filing_number:
            reasons.append("备案编号相同")
        if named and named in {bare(other), bare(short)}:
            reasons.append("名称相同")
        if (
            contact_phone
            and phone == contact_phone
            and actor.holds_at(Permission.CONTACT_VIEW, path)
        ):
            reasons.append("联系电话相同")
        if reasons:
            seen = actor.holds_at(Permission.ORGANISATION_VIEW, path)
            found.append(Lookalike(pk, other, reasons, seen))
    return found[:MOST]
