"""Bodies of the registry that may be one that is typed, or a row of a list."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries.likeness import (
    ENOUGH,
    SHORTEST,
    Key,
    Sketch,
    bare,
    head,
    in_words,
    judged,
    keys_of,
    points,
    spellings,
)
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


MOST = 10
FEW = 200  # drafts up to which the database seeks for each; beyond, every record is read once
LOOKED_AT = 3000  # bodies looked at for one that is typed: those of its street, and its namesakes


@dataclass(frozen=True)
class Lookalike:
    pk: int
    name: str
    reasons: list[str]
    seen: bool  # whether the asker may open it
    score: int = 0


COLUMNS = {
    "pk": "pk", "kind": "kind", "name": "name", "short_name": "short_name", "uscc": "uscc",
    "filing_number": "filing_number", "contact_phone": "contact_phone",
    "legal_representative": "legal_representative", "address": "address", "street_id": "street_id",
    "community_id": "community_id", "community": "community__name", "path": "node__path",
}  # fmt: skip


def sketches(rows: "QuerySet[Organisation]") -> Iterator[Sketch]:
    """One query, however many rows."""
    for values in rows.values_list(*COLUMNS.values()).iterator(chunk_size=2000):
        told = dict(zip(COLUMNS, values, strict=True))
        told["community"] = told["community"] or ""
        yield Sketch(**told)


def standing_records() -> "QuerySet[Organisation]":
    """Every record but those already merged into another."""
    return Organisation.objects.exclude(state=Organisation.State.MERGED).order_by("pk")


def sees_phones(actor: Actor | None, path: str) -> bool:
    return actor is not None and actor.holds_at(Permission.CONTACT_VIEW, path)


def told(actor: Actor | None, one: Sketch, other: Sketch) -> Lookalike | None:
    """Another body as one asker may hear of it; a phone tells only where they see phones."""
    reasons = [
        reason
        for reason in judged(one, other)
        if reason != "phone" or sees_phones(actor, other.path)
    ]
    if not reasons:
        return None
    seen = actor is not None and actor.holds_at(Permission.ORGANISATION_VIEW, other.path)
    return Lookalike(other.pk, other.name, in_words(reasons), seen, points(reasons))


def sketch_at(place: Node | None, **fields: str) -> Sketch:
    """A body to be entered at a district, street or community."""
    street = community = None
    if place is not None and place.kind == Node.Kind.COMMUNITY:
        street, community = place.parent_id, place
    elif place is not None and place.kind == Node.Kind.STREET:
        street = place.pk
    named: dict[str, Any] = {"name": "", **fields}
    return Sketch(
        street_id=street, community_id=community.pk if community else None,
        community=community.name if community else "", **named,
    )  # fmt: skip


def lookalikes(  # noqa: PLR0913  a body has as many marks
    *,
    actor: Actor,
    name: str = "",
    uscc: str = "",
    filing_number: str = "",
    contact_phone: str = "",
    legal_representative: str = "",
    address: str = "",
    place: Node | None = None,
    but: int = 0,
) -> list[Lookalike]:
    """Those that may be the one typed, each with why, the likeliest first; one query.

    Names and codes are public and looked for everywhere; a phone only where the asker sees phones.
    """
    one = sketch_at(
        place, name=name, uscc=uscc, filing_number=filing_number, contact_phone=contact_phone,
        legal_representative=legal_representative, address=address,
    )  # fmt: skip
    wanted = Q(uscc=uscc) if uscc else Q(pk__in=())
    if filing_number:
        wanted |= Q(filing_number=filing_number)
    if bare(name):
        wanted |= Q(short_name=name) | Q(pinyin__startswith=head(name))
    if contact_phone:
        wanted |= Q(contact_phone=contact_phone)
    if one.street_id is not None and (bare(name) or legal_representative):
        wanted |= Q(street=one.street_id)
    rows = standing_records().filter(wanted).exclude(pk=but)[:LOOKED_AT]
    found = [like for other in sketches(rows) if (like := told(actor, one, other))]
    return sorted(found, key=lambda like: (-like.score, like.pk))[:MOST]


def likely_twins(
    drafts: Sequence[Sketch], *, actor: Actor | None = None
) -> dict[int, list[Lookalike]]:
    """For the rows of a list, few or thousands: their numbers -> bodies each may be; one query.

    Only what reaches `ENOUGH` points is told. A draft whose `pk` is set is not its own twin.
    """
    rows = near(drafts) if len(drafts) <= FEW else standing_records()
    lying, beside = under(drafts, keys_of), named_in(drafts)
    found: dict[int, list[Lookalike]] = {}
    met: set[int] = set()
    for other in sketches(rows) if drafts else ():
        if other.pk in met:
            continue
        met.add(other.pk)
        candidates = {number for key in keys_of(other) if key in lying for number in lying[key]}
        theirs = bare(other.name)
        for number, mine in beside.get(other.community_id, ()):
            if len(min(mine, theirs, key=len)) >= SHORTEST and (mine in theirs or theirs in mine):
                candidates.add(number)
        for number in candidates:
            if drafts[number].pk == other.pk:
                continue
            like = told(actor, drafts[number], other)
            if like is not None and like.score >= ENOUGH:
                found.setdefault(number, []).append(like)
    return {
        number: sorted(likes, key=lambda like: (-like.score, like.pk))[:MOST]
        for number, likes in found.items()
    }


def near(drafts: Sequence[Sketch]) -> "QuerySet[Organisation]":
    """The bodies that may share a key with one of a few drafts, one or several times each."""
    marks: dict[str, set[Any]] = {
        mark: {getattr(one, mark) for one in drafts} - {"", None}
        for mark in ("street_id", "uscc", "filing_number", "contact_phone")
    }
    names = {
        text for one in drafts for name in (one.name, one.short_name) for text in spellings(name)
    }
    marks |= {"name": names, "short_name": names}
    rows = standing_records().order_by()
    parts = [rows.filter((f"{mark}__in", sorted(told))) for mark, told in marks.items() if told]
    return rows.none().union(*parts, all=True)


def named_in(drafts: Sequence[Sketch]) -> dict[int | None, list[tuple[int, str]]]:
    """Community -> the drafts that lie there with their bare names: one may contain another's."""
    found: dict[int | None, list[tuple[int, str]]] = {}
    for number, draft in enumerate(drafts):
        if draft.community_id and (name := bare(draft.name)):
            found.setdefault(draft.community_id, []).append((number, name))
    return found


def under(
    drafts: Sequence[Sketch], keys: Callable[[Sketch], Iterable[Key]]
) -> dict[Key, list[int]]:
    lying: dict[Key, list[int]] = {}
    for number, draft in enumerate(drafts):
        for key in keys(draft):
            lying.setdefault(key, []).append(number)
    return lying
