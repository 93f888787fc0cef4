"""What makes the street look twice at an application."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from changle.core.reach import Actor
from changle.ground.filing.models import Filing, FilingMember
from changle.ground.filing.queries.rules import Rulebook, excluded_in
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import Lookalike, Sketch, likely_twins, lookalikes
from changle.ground.registry.queries.likeness import ENOUGH


@dataclass
class Doubtful:
    """An application and why it is better read by itself; sound if there is no reason."""

    filing: Filing
    members: int
    reasons: list[str] = field(default_factory=list)
    twins: list[Lookalike] = field(default_factory=list)


def twins_of(row: Filing, *, actor: Actor) -> list[Lookalike]:
    """Bodies of the registry with which this one might be confused, the likeliest first."""
    if keeps_its_name(row):
        return []
    found = lookalikes(
        actor=actor, name=row.name, contact_phone=row.leader_phone,
        legal_representative=row.leader_name, address=row.premises_address,
        place=row.community, but=row.organisation_id or 0,
    )  # fmt: skip
    return [twin for twin in found if twin.score >= ENOUGH]


def keeps_its_name(row: Filing) -> bool:
    """Whether no new name is to be judged."""
    if row.kind == Filing.Kind.CHANGE:
        return row.organisation is not None and row.organisation.name == row.name
    return row.kind == Filing.Kind.CANCEL


def judged(rows: Sequence[Filing], *, actor: Actor, on: date) -> list[Doubtful]:
    """A heap of applications, each with why to look twice; six queries, however many."""
    book = Rulebook(on)
    keys = [row.pk for row in rows]
    counted = FilingMember.objects.filter(filing__in=keys).values_list("filing")
    members = dict(counted.annotate(count=Count("pk")).order_by("filing"))
    phones = Filing.objects.filter(
        leader_phone__in={row.leader_phone for row in rows if row.leader_phone},
        state__in=Filing.IN_HAND,
    )
    borne = Counter(phones.values_list("leader_phone", flat=True))
    named = Filing.objects.filter(name__in={row.name for row in rows}, state__in=Filing.IN_HAND)
    called = Counter(named.values_list("name", flat=True))
    twins = likely_twins([sketch(row) for row in rows], actor=actor)
    found = []
    for number, row in enumerate(rows):
        one = Doubtful(row, members.get(row.pk, 0))
        terms = book.terms(row.category_id)
        if row.kind != Filing.Kind.CANCEL:
            one.twins = [] if keeps_its_name(row) else twins.get(number, [])
            one.reasons += [f"与“{t.name}”相似：{'，'.join(t.reasons)}" for t in one.twins[:3]]
            if called[row.name] > 1:
                one.reasons.append("另有一份在办申请同名")
            if word := excluded_in(row.name, terms):
                one.reasons.append(f"名称含“{word}”")
        if row.kind == Filing.Kind.NEW:
            one.reasons += wanting(row, one.members, terms.minimum, borne[row.leader_phone])
        if row.initiator_id == actor.user_id:
            one.reasons.append("您自己发起的，须由他人办理")
        found.append(one)
    return found


def wanting(row: Filing, members: int, minimum: int, borne: int) -> list[str]:
    reasons = []
    if members < minimum:
        reasons.append(f"成员 {members} 人，不足 {minimum} 人")
    if borne > 1:
        reasons.append("负责人手机号也用在另一份在办申请里")
    if not row.phone_confirmed:
        reasons.append("社区未核实负责人手机号")
    missing = [label for name, label in Filing.PAPERS.items() if getattr(row, f"{name}_id") is None]
    if missing:
        reasons.append(f"缺{'、'.join(missing)}")
    return reasons


def sketch(row: Filing) -> Sketch:
    """An application as it is compared with the registry."""
    return Sketch(
        name=row.name, pk=row.organisation_id or 0, kind=Organisation.Kind.BA,
        contact_phone=row.leader_phone, legal_representative=row.leader_name,
        address=row.premises_address, street_id=row.community.parent_id,
        community_id=row.community_id, community=row.community.name,
        path=str(row.community.path),
    )  # fmt: skip
