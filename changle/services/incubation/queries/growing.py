"""The diagnosis drawn, and the services that rules propose from it with the reason of each."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from changle.core.reach import Actor
from changle.ground.people.models import Paper, PartyFact, Post
from changle.ground.registry.models import Organisation
from changle.ground.territory.models import Grant
from changle.ground.territory.roles import Permission
from changle.services.activities.models import Session
from changle.services.incubation.models import (
    DIMENSIONS,
    MOST_LEVEL,
    Delivery,
    Diagnosis,
    Incubatee,
    Mentor,
    Mentoring,
    PlanItem,
)
from changle.services.incubation.queries.papers import DATA


VIEW, EDIT = Permission.INCUBATION_VIEW, Permission.INCUBATION_EDIT
APPLY = Permission.INCUBATION_APPLY
RADIUS, MIDDLE = 100, 150
GAPS = {
    "charter": "名册里没有章程", "party": "没有党组织记录", "bank": "没有开户许可记录",
    "posts": "没有在任的负责人记录", "sessions": "平台上还没有核实的活动",
    "premises": "没有场地证明", "registered": "还没有登记",
}  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    code: str
    kind: str
    title: str
    minutes: int
    why: str


@dataclass(frozen=True)
class Shape:
    """One side of one day on the radar: `points` as an SVG polygon has them."""

    label: str
    side: str
    points: str
    fresh: bool


@cache
def rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "plan_1.json").read_text("utf-8"))["rules"]
    return found


@cache
def steps() -> list[dict[str, Any]]:
    held = json.loads((DATA / "checklist_1.json").read_text("utf-8"))
    found: list[dict[str, Any]] = held["steps"]
    return found


def gaps_of(body: Organisation, on: date) -> set[str]:
    """What the registry and the activities do not hold of a body; five queries."""
    papers = Paper.objects.filter(organisation=body, state="valid")
    held = set(papers.values_list("kind", flat=True))
    now = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    found = {one for one in ("charter", "bank", "premises") if one not in held}
    if not PartyFact.objects.filter(now, organisation=body, has_organisation=True).exists():
        found.add("party")
    if not Post.objects.filter(now, organisation=body).exists():
        found.add("posts")
    if not Session.objects.filter(activity__lead=body.node_id, state__in=Session.COUNTING).exists():
        found.add("sessions")
    if body.kind not in Organisation.REGISTERED:
        found.add("registered")
    return found


def lowest(row: Incubatee) -> dict[str, tuple[int, str]]:
    """Dimension -> the lower of the two sides' latest levels, and whose it is."""
    found: dict[str, tuple[int, str]] = {}
    for one in latest(row).values():
        for code, level in one.levels.items():
            if code not in found or level < found[code][0]:
                found[code] = (level, one.get_side_display())
    return found


def latest(row: Incubatee) -> dict[str, Diagnosis]:
    rows = Diagnosis.objects.filter(incubatee=row).order_by("on", "pk")
    return {one.side: one for one in rows}


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    row: Incubatee
    low: Mapping[str, tuple[int, str]]
    gaps: set[str]


def by_level(when: Mapping[str, Any], facts: Facts) -> str:
    code = when["dimension"]
    if code not in facts.low:
        return ""
    level, side = facts.low[code]
    if not when.get("at_least", 0) <= level <= when.get("at_most", MOST_LEVEL):
        return ""
    return f"“{DIMENSIONS[code]}”{side} {level} 分（满分 {MOST_LEVEL}）"


def by_stage(when: Mapping[str, Any], facts: Facts) -> str:
    body = facts.row.organisation
    return f"现为{body.get_kind_display()}" if body.kind in when["stage"] else ""


def by_way(when: Mapping[str, Any], facts: Facts) -> str:
    if facts.row.is_virtual != when["virtual"]:
        return ""
    return "虚拟孵化" if facts.row.is_virtual else "实地孵化"


def by_gap(when: Mapping[str, Any], facts: Facts) -> str:
    return GAPS[when["gap"]] if when["gap"] in facts.gaps else ""


def by_field(when: Mapping[str, Any], facts: Facts) -> str:
    told = f"{facts.row.organisation.name}{facts.row.plan}"
    word = next((word for word in when["field"] if word in told), "")
    return f"名称或计划里提到“{word}”" if word else ""


LOOKS: dict[str, Callable[[Mapping[str, Any], Facts], str]] = {
    "dimension": by_level, "stage": by_stage, "virtual": by_way, "gap": by_gap, "field": by_field,
}  # fmt: skip


def met(when: Mapping[str, Any], facts: Facts) -> str:
    """Why a rule proposes its service, in words; "" unless all that it names is so."""
    said = [look(when, facts) for name, look in LOOKS.items() if name in when]
    return "，".join(said) if all(said) else ""


def proposals(row: Incubatee, on: date) -> list[Proposal]:
    """Every service whose rule is met and that the plan does not have yet."""
    facts = Facts(row, lowest(row), gaps_of(row.organisation, on))
    had = set(PlanItem.objects.filter(incubatee=row).values_list("rule", flat=True))
    found = []
    for rule in rules():
        why = "" if rule["code"] in had else met(rule["when"], facts)
        if why:
            found.append(Proposal(rule["code"], rule["kind"], rule["title"], rule["minutes"], why))
    return found


def corner(place: int, level: float) -> tuple[float, float]:
    turn = 2 * math.pi * place / len(DIMENSIONS) - math.pi / 2
    reach = RADIUS * level / MOST_LEVEL
    return round(MIDDLE + reach * math.cos(turn), 1), round(MIDDLE + reach * math.sin(turn), 1)


def ring(levels: Mapping[str, int]) -> str:
    held = [corner(n, levels.get(code, 0)) for n, code in enumerate(DIMENSIONS)]
    return " ".join(f"{x},{y}" for x, y in held)


def radar(row: Incubatee) -> dict[str, Any]:
    """The rings, the names at the corners, and a shape a side and day, the newest last."""
    rows = list(Diagnosis.objects.filter(incubatee=row).order_by("on", "pk"))
    newest = {one.side: one.pk for one in rows}
    names = [(*corner(n, MOST_LEVEL * 1.22), label) for n, label in enumerate(DIMENSIONS.values())]
    return {
        "rings": [ring(dict.fromkeys(DIMENSIONS, level)) for level in range(1, MOST_LEVEL + 1)],
        "names": names,
        "shapes": [
            Shape(f"{one.get_side_display()} {one.on}", one.side, ring(one.levels),
                  newest[one.side] == one.pk)
            for one in rows
        ],
        "lines": [
            (label, [(one, one.levels.get(code, "")) for one in rows])
            for code, label in DIMENSIONS.items()
        ],
        "days": rows,
    }  # fmt: skip


def items_of(row: Incubatee) -> list[PlanItem]:
    rows = PlanItem.objects.filter(incubatee=row).select_related(
        "incubatee__organisation__node", "incubatee__call__centre__node"
    )
    return list(rows.order_by("state", "wanted_by", "pk"))


def deliveries_of(row: Incubatee) -> list[Delivery]:
    rows = Delivery.objects.filter(incubatee=row).select_related("item", "mentor")
    return list(rows.order_by("-on", "-pk")[:200])


def mentorings_of(row: Incubatee) -> list[Mentoring]:
    rows = Mentoring.objects.filter(incubatee=row).select_related("mentor")
    return list(rows.order_by("starts_on", "pk"))


def mentors_of(actor: Actor, needs: str = VIEW) -> list[Mentor]:
    rows = actor.rows(Mentor, needs).select_related("centre")
    return list(rows.order_by("-is_active", "centre__sort", "centre_id", "name")[:400])


def mentors_at(row: Incubatee) -> list[Mentor]:
    """Who may be asked to accompany a body: the house's own, those who know its weak sides first."""
    weak = {code for code, (level, _side) in lowest(row).items() if level <= MOST_LEVEL // 2}
    rows = Mentor.objects.filter(centre=row.call.centre_id, is_active=True).order_by("name")
    return sorted(rows, key=lambda one: -len(weak & set(one.dimensions)))


def item_seen(actor: Actor, pk: int, needs: str = VIEW) -> PlanItem | None:
    rows = actor.rows(PlanItem, needs)
    return rows.select_related("incubatee__organisation__node", "incubatee__call__centre__node"
                               ).filter(pk=pk).first()  # fmt: skip


def delivery_seen(actor: Actor, pk: int, needs: str = VIEW) -> Delivery | None:
    rows = actor.rows(Delivery, needs)
    return rows.select_related("item", "incubatee__organisation__node",
                               "incubatee__call__centre__node").filter(pk=pk).first()  # fmt: skip


def mentoring_seen(actor: Actor, pk: int) -> Mentoring | None:
    return actor.rows(Mentoring, EDIT).select_related("mentor").filter(pk=pk).first()


def people_known(actor: Actor) -> list[tuple[int, str]]:
    """Accounts that may be a mentor's: experts, and who works for the bodies of these places."""
    held = actor.rows(Grant, EDIT) if actor.holds(EDIT) else Grant.objects.none()
    asked = Q(pk__in=held.values("user_id")) | Q(grants__role="EXP")
    people: Any = get_user_model()._default_manager.filter(asked, is_active=True).distinct()
    return [(one.pk, str(one)) for one in people.order_by("pk")[:400]]
