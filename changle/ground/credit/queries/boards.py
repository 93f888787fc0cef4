"""The district's lists of what is in force, due, missing: rows of one shape, each leading to its body."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from changle.core.reach import Actor
from changle.core.sheets import Column
from changle.ground.credit.queries.inspecting import bound
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries import KINDS
from changle.ground.registry.queries.eligibility import Standing, holding, spoken, standing_of
from changle.ground.registry.queries.rulebook import (
    BASIC,
    FAILED,
    MISSED,
    MISSED_TWICE,
    RESULTS,
    deadline,
    is_exempt,
    numbers,
    years_after,
)
from changle.ground.territory.roles import Permission


Kind = OfficialFact.Kind
SEES = Permission.ORGANISATION_VIEW
GRADE_AHEAD = 180  # days before its end in which a grade is told as expiring


@dataclass(frozen=True)
class Asked:
    """What a board is narrowed to; whatever the address brought that cannot be is dropped."""

    street: int = 0
    kind: str = ""
    year: int = 0

    @classmethod
    def of(cls, get: Any, today: date) -> "Asked":
        street, year = get.get("street", ""), get.get("year", "")
        kind = get.get("kind", "")
        sound = year.isascii() and year.isdecimal() and 1989 <= int(year[:5]) < today.year  # noqa: PLR2004
        return cls(
            int(street) if street.isascii() and street.isdecimal() and len(street) < 18 else 0,  # noqa: PLR2004
            kind if kind in Organisation.Kind.values else "",
            int(year) if sound else today.year - 1,
        )

    def within(self, to: str = "") -> Q:
        found = Q(**{f"{to}street": self.street}) if self.street else Q()
        return found & Q(**{f"{to}kind": self.kind}) if self.kind else found


@dataclass(frozen=True)
class Row:
    pk: int  # of the body
    name: str
    kind: str
    street: str
    what: str
    tone: str
    since: date | None
    until: date | None
    why: str
    doubts: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        told = ("name", "kind", "street", "what", "since", "until", "why")
        return {name: getattr(self, name) for name in told}


COLUMNS = [
    Column("name", "组织", "text", 36), Column("kind", "类型", "text", 12),
    Column("street", "街道", "text", 14), Column("what", "事项", "text", 24),
    Column("since", "起", "date", 12), Column("until", "期限", "date", 12),
    Column("why", "说明", "text", 48),
]  # fmt: skip
Board = Callable[[Actor, Asked, date], list[Row]]


def facts_seen(actor: Actor, asked: Asked, *kinds: str) -> "QuerySet[OfficialFact]":
    rows = actor.rows(OfficialFact, SEES).filter(kind__in=kinds, withdrawn_at__isnull=True)
    rows = rows.filter(asked.within("organisation__"))
    return rows.exclude(organisation__state="merged").select_related("organisation__street")


def row(body: Organisation, what: str, tone: str = "", **told: Any) -> Row:
    street = body.street.label if body.street else ""
    plain = {"since": None, "until": None, "why": ""} | told
    return Row(body.pk, body.name, KINDS.get(body.kind, ""), street, what, tone, **plain)


def lists(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """The stays on both lists that are in force, the serious first."""
    rows = facts_seen(actor, asked, Kind.ABNORMAL, Kind.SERIOUS).filter(holding(today))
    return [
        row(fact.organisation, fact.get_kind_display(), "" if fact.kind == Kind.SERIOUS else "near",
            since=fact.starts_on, why=fact.ground or fact.result)
        for fact in rows.order_by("-kind", "starts_on", "pk")
    ]  # fmt: skip


def rectifications(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """The rectifications that run or ran out, the oldest deadline first."""
    rows = facts_seen(actor, asked, Kind.INSPECTION).filter(
        rectify_by__isnull=False, rectified_on__isnull=True
    )
    return [
        row(fact.organisation, f"{fact.year}年度年检{fact.result}", "" if late else "near",
            since=fact.starts_on, until=fact.rectify_by,
            why=f"逾期 {late} 天" if late else f"还有 {left} 天")
        for fact in rows.order_by("rectify_by", "pk")
        for left in [(fact.rectify_by - today).days if fact.rectify_by else 0]
        for late in [max(0, -left)]
    ]  # fmt: skip


def grades(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """The grades that end within half a year."""
    rules, soon = numbers(today), today + timedelta(days=GRADE_AHEAD)
    found = []
    for fact in facts_seen(actor, asked, Kind.GRADE).filter(holding(today)).order_by("pk"):
        until = fact.ends_on or (
            years_after(fact.starts_on, rules["grade_years"]) if fact.starts_on else None
        )
        if until is None:
            found.append(row(fact.organisation, fact.result, why="没有记明起止日期，按无等级处理"))
        elif today < until <= soon:
            why = f"还有 {(until - today).days} 天，可以再次申请"
            found.append(
                row(
                    fact.organisation,
                    fact.result,
                    "near",
                    since=fact.starts_on,
                    until=until,
                    why=why,
                )
            )
    return sorted(found, key=lambda one: (one.until or date.max, one.pk))


def missing(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """Who had to be inspected for a year and has no result; the doubtful say why they are so."""
    year, rules = asked.year, numbers(today)
    had_to = bound(year).values("organisation")
    done = OfficialFact.objects.filter(
        kind=Kind.INSPECTION, year=year, withdrawn_at__isnull=True, result__in=RESULTS
    )
    bodies = actor.rows(Organisation, SEES).filter(asked.within(), pk__in=had_to)
    bodies = bodies.exclude(pk__in=done.values("organisation")).exclude(state="merged")
    told = list(bodies.select_related("street", "node").order_by("pinyin", "pk"))
    standing = standing_of([body.pk for body in told], today)
    return [
        row(body, f"{year}年度年检尚无结论", "near" if doubts else "calm",
            until=deadline(body.kind, year, rules), why="；".join(doubts), doubts=doubts)
        for body in told
        for doubts in [doubts_of(body, standing[body.pk], year)]
    ]  # fmt: skip


def doubts_of(body: Organisation, standing: Standing, year: int) -> list[str]:
    """Why a body may not be passed among many, but must be looked at by itself."""
    before = standing.inspections.get(year - 1)
    due = body.registered_on is None or (
        body.registered_on.year < year
        and not is_exempt(body.kind, body.registered_on, year - 1, standing.rules)
    )
    open_ones = [
        fact for fact in standing.inspections.values() if fact.rectify_by and not fact.rectified_on
    ]
    told = [
        f"{spoken(standing.serious.starts_on)}列入严重违法失信名单" if standing.serious else "",
        f"{spoken(standing.abnormal.starts_on)}列入活动异常名录" if standing.abnormal else "",
        f"状态为{body.state_label()}" if body.state not in {"active", "changing"} else "",
        f"{open_ones[0].year}年度整改未完成" if open_ones else "",
        f"上年度{before.result}" if before and before.result in {BASIC, FAILED, MISSED, MISSED_TWICE} else "",
        "上年度没有结论" if due and before is None else "",
    ]  # fmt: skip
    return [one for one in told if one]


def proposals(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """What a rule asks the bureau to decide on: shown, never done by itself."""
    return [*for_the_serious_list(actor, asked, today), *for_revocation(actor, asked, today)]


def for_revocation(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """Who was absent or failed year after year up to the last one (MCA order 27, art. 10)."""
    needed = numbers(today)["revocation_years"]
    rows = facts_seen(actor, asked, Kind.INSPECTION).filter(
        year__gte=today.year - 1 - needed, organisation__state__in=Organisation.LIVING
    )
    told: dict[int, dict[int, OfficialFact]] = {}
    for fact in rows.order_by("year", "starts_on", "pk"):
        told.setdefault(fact.organisation_id, {})[fact.year or 0] = fact
    found = []
    for years in told.values():
        last = max(years)
        span = [years.get(last - n) for n in range(needed)]
        bad = [
            one for one in span if one is not None and one.result in {FAILED, MISSED, MISSED_TWICE}
        ]
        if len(bad) == needed or years[last].result == MISSED_TWICE:
            why = "、".join(f"{one.year}年度{one.result}" for one in reversed(bad))
            found.append(
                row(years[last].organisation, "提请撤销登记", since=years[last].starts_on, why=why)
            )
    return sorted(found, key=lambda one: one.pk)


def for_the_serious_list(actor: Actor, asked: Asked, today: date) -> list[Row]:
    """Who has been on the list of abnormal activity for the full term."""
    term = years_after(today, -numbers(today)["serious_years"])
    rows = (
        facts_seen(actor, asked, Kind.ABNORMAL).filter(holding(today)).order_by("starts_on", "pk")
    )
    clock = {fact.organisation_id: fact for fact in rows}  # the last recurrence keeps the clock
    listed = facts_seen(actor, asked, Kind.SERIOUS).filter(holding(today))
    already = set(listed.values_list("organisation_id", flat=True))
    return [
        row(fact.organisation, "提请列入严重违法失信名单", since=fact.starts_on,
            why=f"在活动异常名录已 {(today - fact.starts_on).days} 天：{fact.ground or fact.result}")
        for pk, fact in clock.items()
        if pk not in already and fact.starts_on and fact.starts_on <= term
    ]  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    label: str
    about: str
    rows: Board
    empty: str


BOARDS = {
    "lists": Sheet("在列名录", "现在在活动异常名录、严重违法失信名单上的组织。", lists,
                   "现在没有组织在名录上。"),
    "rectifications": Sheet("整改", "年检基本合格、不合格后还没有完成整改的组织，期限近的在前。",
                            rectifications, "没有进行中的整改。"),
    "grades": Sheet("等级到期", "半年内到期的评估等级；到期当日起按无等级处理。", grades,
                    "半年内没有等级到期。"),
    "missing": Sheet("年检未结", "应参加该年度年检、还没有登记结论的组织。", missing,
                     "应检的组织都已登记结论。"),
    "proposals": Sheet("提请处置", "列入活动异常名录已满期限、年检连续不合格或未参加的组织。是否处置由登记管理机关决定，平台不自动办理。",
                       proposals, "没有需要提请处置的组织。"),
}  # fmt: skip


def labels(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """(those without doubt, the doubtful)."""
    told = list(rows)
    return [one for one in told if not one.doubts], [one for one in told if one.doubts]
