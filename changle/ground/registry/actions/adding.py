"""Bodies enter the registry: one by a form, thousands by a spreadsheet, built alike."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from pypinyin import lazy_pinyin
from pypinyin.core import Pinyin

from changle.core.codes import check_uscc
from changle.core.log import LogEntry, record
from changle.core.reach import Actor, reserve_ids
from changle.core.refusals import Refused
from changle.ground.registry.models import ClassItem, Identity, Organisation
from changle.ground.territory.models import Node


CHUNK = 2000
SPEAKER = Pinyin()
OVERRIDE = "organisation.code_override"


class RegistryRefused(Refused):
    """The registry cannot take this; the sentence says why."""


class DuplicateCode(RegistryRefused):
    """The code belongs to another body, which `holder` names."""

    def __init__(self, holder: Organisation) -> None:
        super().__init__(f"这个代码已属于“{holder.name}”，请在原记录上修改。")
        self.holder = holder


@dataclass(frozen=True, kw_only=True)
class Draft:
    """All that may be said of a body when it enters; the columns of `Organisation` by plain values."""

    kind: str
    name: str
    place: Node  # the district, street or community in which it lies
    uscc: str = ""
    code_override_reason: str = ""
    filing_number: str = ""
    registrar_code: str = ""
    registrar_name: str = ""
    short_name: str = ""
    liability: str = ""
    competent_unit: str = ""
    field: ClassItem | None = None
    official_class: ClassItem | None = None
    category: ClassItem | None = None
    legal_representative: str = ""
    address: str = ""
    purpose: str = ""
    business_scope: str = ""
    fund_fen: int | None = None
    founded_on: date | None = None
    registered_on: date | None = None
    website: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    member_count: int | None = None
    premises_count: int | None = None
    premises_area: int | None = None
    confirmed_on: date | None = None
    source: str = ""
    is_sample: bool = False


PLAIN = [f.name for f in fields(Draft) if f.name not in {"place", "registrar_code"}]
UNIQUE = ("uscc", "filing_number")
OPENED_BY = {
    "BA": Identity.Opening.FILED,
    "PRE": Identity.Opening.FOUNDED,
}


def searchable(*texts: str) -> str:
    """What a search looks through: each text and, for names, its sounds, a line each.

    Small and narrow letters throughout, as the search makes of the words that it is given.
    """
    return "\n".join(unicodedata.normalize("NFKC", text).lower() for text in texts if text)


@lru_cache(maxsize=50_000)
def spoken(part: str) -> tuple[str, ...]:
    """The syllables of a word; names are made of the same few thousand words."""
    return tuple(lazy_pinyin(part))


def sounds(name: str) -> tuple[str, str]:
    """The pinyin without tones, and the initials, of a name; Latin letters stay."""
    syllables = [syllable for part in SPEAKER.seg(name) for syllable in spoken(part)]
    # What was no Chinese comes back as it stood; it has no first letter of its own.
    initials = (one if one in name else one[:1] for one in syllables)
    return "".join(syllables).lower()[:600], "".join(initials).lower()[:120]


def index(organisation: Organisation) -> None:
    """Fill the columns by which a body is sorted and found."""
    organisation.pinyin, organisation.initials = sounds(organisation.name)
    organisation.search_text = searchable(
        organisation.name,
        organisation.short_name,
        organisation.pinyin,
        organisation.initials,
        organisation.uscc,
        organisation.filing_number,
    )


def checked_code(draft: Draft, *, by: Actor) -> str:
    """The registrar's region code that the USCC bears; refuses a code that cannot be.

    A genuine code that fails the check is kept where the registrar gives the reason (the
    certificate) and holds the permission to do so.
    """
    if draft.kind not in Organisation.REGISTERED:
        if draft.uscc:
            raise RegistryRefused("备案组织和拟成立团队没有统一社会信用代码。")
        return draft.registrar_code
    if not draft.uscc:
        return draft.registrar_code
    try:
        code = check_uscc(draft.uscc)
    except ValidationError as error:
        excused = draft.code_override_reason and by.holds_at(OVERRIDE, draft.place.path or "")
        if excused and len(draft.uscc) == 18:  # noqa: PLR2004  GB 32100-2015
            return draft.registrar_code or draft.uscc[2:8]
        raise RegistryRefused(str(error.messages[0])) from None
    if code.kind != draft.kind:
        told = dict(Organisation.Kind.choices).get(code.kind or "", code.body_name)
        raise RegistryRefused(f"代码表明这是{told}，与所选类型不符。")
    return draft.registrar_code or code.region


def seat(place: Node) -> tuple[Node | None, Node | None]:
    """The street and the community in which a place lies."""
    if place.kind == Node.Kind.COMMUNITY:
        return place.parent, place
    if place.kind == Node.Kind.STREET:
        return place, None
    return None, None


def begun(draft: Draft, now: datetime) -> datetime:
    """Since when it is what it is: the day it was registered, filed or founded, if that is told."""
    on = draft.registered_on or draft.founded_on
    return timezone.make_aware(datetime.combine(on, time.min)) if on else now


@dataclass(frozen=True)
class Built:
    node: Node
    organisation: Organisation
    identity: Identity


def build(draft: Draft, *, key: int, by: Actor, now: datetime) -> Built:
    """The three rows of a new body, not yet saved; `key` is that of its node."""
    registrar = checked_code(draft, by=by)
    if not draft.name.strip():
        raise RegistryRefused("请填写名称。")
    street, community = seat(draft.place)
    node = Node(
        pk=key, kind=Node.Kind.ORGANISATION, name=draft.name, short_name=draft.short_name,
        parent=draft.place, path=f"{draft.place.path}{key}.", is_sample=draft.is_sample,
    )  # fmt: skip
    organisation = Organisation(
        node=node, street=street, community=community, registrar_code=registrar,
        state=Organisation.State.ACTIVE, state_since=begun(draft, now), recorded_at=now, changed_at=now,
        **{name: getattr(draft, name) for name in PLAIN},
    )  # fmt: skip
    index(organisation)
    identity = Identity(
        organisation=organisation, kind=draft.kind, name=draft.name,
        code=draft.uscc or draft.filing_number, registrar_code=registrar, place=draft.place,
        street=street, community=community, field=draft.field, official_class=draft.official_class,
        category=draft.category, opened_by=OPENED_BY.get(draft.kind, Identity.Opening.REGISTERED),
        starts_on=timezone.localdate(begun(draft, now)),
        recorded_at=now,
    )  # fmt: skip
    return Built(node, organisation, identity)


@transaction.atomic
def add_organisation(*, draft: Draft, by: Actor, now: datetime) -> Organisation:
    refuse_duplicate(draft)
    built = build(draft, key=reserve_ids(Node, 1)[0], by=by, now=now)
    built.node.save(force_insert=True)
    built.organisation.save(force_insert=True)
    built.identity.save(force_insert=True)
    record(built.organisation, "add", by=by, at=now, target=built.organisation.state)
    return built.organisation


def refuse_duplicate(*drafts: Draft) -> None:
    """Refuse codes that a body of the registry bears, or that two of the drafts share."""
    for name in UNIQUE:
        codes = [getattr(draft, name) for draft in drafts if getattr(draft, name)]
        if len(codes) > len(set(codes)):
            twice = next(code for code in codes if codes.count(code) > 1)
            raise RegistryRefused(f"代码 {twice} 出现了不止一次。")
        holder = Organisation.objects.filter(**{f"{name}__in": codes}).order_by("pk").first()
        if holder is not None:
            raise DuplicateCode(holder)


@transaction.atomic
def add_many(
    *, drafts: Sequence[Draft], by: Actor, now: datetime, note: str = ""
) -> list[Organisation]:
    """Add thousands with a handful of statements; a code that is taken refuses all of them."""
    added: list[Organisation] = []
    for start in range(0, len(drafts), CHUNK):
        part = drafts[start : start + CHUNK]
        refuse_duplicate(*part)
        keys = reserve_ids(Node, len(part))
        built = [build(d, key=k, by=by, now=now) for d, k in zip(part, keys, strict=True)]
        Node.objects.bulk_create([b.node for b in built])
        Organisation.objects.bulk_create([b.organisation for b in built])
        Identity.objects.bulk_create([b.identity for b in built])
        LogEntry.objects.bulk_create(entries((b.organisation for b in built), by, now, note))
        added += [b.organisation for b in built]
    return added


def entries(
    organisations: Iterable[Organisation], by: Actor, now: datetime, note: str
) -> list[LogEntry]:
    return [
        LogEntry(
            at=now, actor_id=by.user_id, actor_name=by.name, verb="add",
            subject_label=Organisation._meta.label, subject_id=str(organisation.pk),
            subject_text=organisation.name, path=organisation.node.path or "",
            target=organisation.state, note=note,
        )
        for organisation in organisations
    ]  # fmt: skip
