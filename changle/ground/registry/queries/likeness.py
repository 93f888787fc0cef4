"""Whether two bodies may be one: judged alike for one that is typed, a list's rows, and the queue.

Whoever compares thousands does not compare each with each: two bodies are looked at together only
where one is filed under a key by which the other seeks (`filed`, `sought`), so that the cost grows
with the rows and not with their square.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin


ENOUGH = 40  # points from which two bodies are put before somebody
SHORTEST = 4  # letters from which a name contained in another tells something
BRACKETS = re.compile(r"[\s（）()〔〕\[\]【】·.,，。、\-—_]")
# Names that differ in such a letter alone are those of brothers and sisters, not of one body.
COUNTING = frozenset(
    "0123456789一二三四五六七八九十百零甲乙丙丁戊己庚辛壬癸东西南北中上下前后左右新老大小男女"
)

# Why two bodies may be one: (what people read, points).
REASONS: dict[str, tuple[str, int]] = {
    "uscc": ("统一社会信用代码相同", 100),
    "number": ("备案编号相同", 100),
    "name": ("名称相同", 60),
    "sound": ("名称读音相同", 50),
    "near": ("名称只差一字", 45),
    "phone": ("联系电话相同", 45),
    "contained": ("名称互相包含", 40),
    "leader": ("同一街道、同一负责人", 25),
    "address": ("住所相同", 20),
    "namesake": ("外街道有同名", 30),
}
Key = tuple[str | int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What is compared of a body; a draft of a list fills in what its row says."""

    name: str
    pk: int = 0
    kind: str = ""
    short_name: str = ""
    uscc: str = ""
    filing_number: str = ""
    contact_phone: str = ""
    legal_representative: str = ""
    address: str = ""
    street_id: int | None = None
    community_id: int | None = None
    community: str = ""  # its name, which many names begin with
    path: str = ""


@lru_cache(maxsize=100_000)
def bare(name: str) -> str:
    """A name without blanks, brackets and points, narrow and small."""
    return BRACKETS.sub("", unicodedata.normalize("NFKC", name)).lower()


def spellings(name: str) -> set[str]:
    """The ways in which one name is usually written: brackets wide or narrow, without blanks."""
    narrow = unicodedata.normalize("NFKC", name)
    wide = narrow.replace("(", "（").replace(")", "）")
    return {name, narrow, wide, bare(name), *("".join(one.split()) for one in (narrow, wide))} - {
        ""
    }


@lru_cache(maxsize=100_000)
def sound(name: str) -> str:
    return "".join(lazy_pinyin(bare(name)))


def head(name: str) -> str:
    """The sound of a name up to its first bracket or blank: all spellings of it begin so."""
    parts = [part for part in BRACKETS.split(name) if part]
    return "".join(lazy_pinyin(parts[0])).lower() if parts else ""


def trunk(one: Sketch) -> str:
    """The bare name without that of its own community at its beginning."""
    name, community = bare(one.name), bare(one.community)
    for prefix in (community, community.removesuffix("社区").removesuffix("村")):
        if prefix and name.startswith(prefix) and len(name) > len(prefix):
            return name[len(prefix) :]
    return name


def keys_of(one: Sketch) -> Iterator[Key]:
    """What two bodies that may be one have in common, at least one of these."""
    name = bare(one.name)
    anywhere = (
        ("uscc", one.uscc), ("number", one.filing_number), ("phone", one.contact_phone),
        ("name", name), ("name", bare(one.short_name)),
    )  # fmt: skip
    yield from (key for key in anywhere if key[1])
    if one.street_id is not None:
        here = (("leader", bare(one.legal_representative)), ("address", bare(one.address)))
        yield from ((kind, one.street_id, text) for kind, text in here if text)
        if name:
            yield from name_keys(one.street_id, name, one.name)


def name_keys(street: int, name: str, written: str) -> Iterator[Key]:
    """Names of one sound, and names one letter apart: those are alike when a letter is left out."""
    yield ("sound", street, sound(written))
    yield ("near", street, name)
    for cut in range(len(name)):
        yield ("near", street, name[:cut] + name[cut + 1 :])


def whole(one: Sketch) -> Iterator[Key]:
    name = bare(one.name)
    if one.community_id and len(name) >= SHORTEST:
        yield ("whole", one.community_id, name)


def inside(one: Sketch) -> Iterator[Key]:
    """The names that this one's contains."""
    name = bare(one.name)
    if one.community_id:
        for size in range(SHORTEST, len(name)):
            for start in range(len(name) - size + 1):
                yield ("whole", one.community_id, name[start : start + size])


def filed(one: Sketch) -> set[Key]:
    return {*keys_of(one), *whole(one)}


def sought(one: Sketch) -> set[Key]:
    """Seeking by these finds whoever is alike, or contained; those that contain it seek for it."""
    return {*keys_of(one), *inside(one)}


def judged(one: Sketch, other: Sketch) -> list[str]:
    """Why two bodies may be one, as codes of `REASONS`, the weightiest first; empty: they are two."""
    if one.uscc and other.uscc and one.uscc != other.uscc:
        return []  # two legal persons
    reasons = []
    if one.uscc and one.uscc == other.uscc:
        reasons.append("uscc")
    if one.filing_number and one.filing_number == other.filing_number:
        reasons.append("number")
    if told := by_name(one, other):
        reasons.append(told)
    if one.contact_phone and one.contact_phone == other.contact_phone:
        reasons.append("phone")
    if one.street_id is not None and one.street_id == other.street_id:
        leader = bare(one.legal_representative)
        if leader and leader == bare(other.legal_representative):
            reasons.append("leader")
        if one.address and bare(one.address) == bare(other.address):
            reasons.append("address")
    return reasons


def by_name(one: Sketch, other: Sketch) -> str:
    mine, theirs = bare(one.name), bare(other.name)
    if not mine or not theirs:
        return ""
    names = {theirs, bare(other.short_name)} - {""}
    if mine in names or theirs == bare(one.short_name):
        # Dancing teams of two streets may well have one name; registered bodies may not.
        apart = None not in {one.street_id, other.street_id} and one.street_id != other.street_id
        return "namesake" if apart and not (one.uscc or other.uscc) else "name"
    elsewhere = one.street_id is None or one.street_id != other.street_id
    if elsewhere or neighbours(one, other) or counted(mine, theirs):
        return ""
    return by_letters(one, other, mine, theirs)


def by_letters(one: Sketch, other: Sketch, mine: str, theirs: str) -> str:
    if len(mine) == len(theirs) and sound(one.name) == sound(other.name):
        return "sound"
    if len(mine) >= SHORTEST - 1 and one_apart(mine, theirs):
        return "near"
    shorter, longer = sorted((mine, theirs), key=len)
    within = one.community_id and one.community_id == other.community_id
    return "contained" if within and len(shorter) >= SHORTEST and shorter in longer else ""


def neighbours(one: Sketch, other: Sketch) -> bool:
    """Teams of the same name in two communities, told apart by the community's name alone."""
    if None in {one.community_id, other.community_id} or one.community_id == other.community_id:
        return False
    mine, theirs = trunk(one), trunk(other)
    return mine == theirs and mine != bare(one.name)


def counted(mine: str, theirs: str) -> bool:
    """Whether two names differ in a number or a side alone: first and second, east and west."""
    differing = set(mine) ^ set(theirs)
    return bool(differing) and differing <= COUNTING


def one_apart(mine: str, theirs: str) -> bool:
    """Whether one letter put in, left out or replaced makes one of the other."""
    shorter, longer = sorted((mine, theirs), key=len)
    if len(longer) - len(shorter) > 1 or mine == theirs:
        return False
    same = next((n for n, letter in enumerate(shorter) if letter != longer[n]), len(shorter))
    skip = 1 if len(longer) == len(shorter) else 0
    return shorter[same + skip :] == longer[same + 1 :]


def points(reasons: Iterable[str]) -> int:
    return min(100, sum(REASONS[reason][1] for reason in reasons))


def in_words(reasons: Iterable[str]) -> list[str]:
    return [REASONS[reason][0] for reason in reasons if reason in REASONS]
