"""What the official facts allow a body on a day: the facts decide, nothing is stored of it.

A body is listed from the first day of the listing and no longer from the day of removal, so that
what it may do changes, and changes back, the same day.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.rulebook import (
    BASIC,
    CANCELLED,
    FAILED,
    GRADE_RULE,
    LOWERED,
    MISSED,
    MISSED_TWICE,
    SUSPENSION,
    deadline,
    is_exempt,
    numbers,
    years_after,
)


Kind = OfficialFact.Kind
SOME = 500  # keys a query
ENDED = {"deregistered", "revoked", "lapsed", "cancelled", "dissolved", "merged"}
HALTED = {"suspended", "liquidating", "paused"}


def spoken(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "日期不详"


def holding(on: date) -> Q:
    """Facts of a span that hold on a day and were not withdrawn."""
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=on)
    return begun & (Q(ends_on__isnull=True) | Q(ends_on__gt=on)) & Q(withdrawn_at__isnull=True)


@dataclass(frozen=True)
class Standing:
    """What the official facts say of one body on a day."""

    on: date
    facts: tuple[OfficialFact, ...]  # begun by then and not withdrawn, the newest first
    rules: Mapping[str, int]

    def of(self, kind: str) -> list[OfficialFact]:
        return [fact for fact in self.facts if fact.kind == kind]

    def in_force(self, kind: str) -> list[OfficialFact]:
        return [f for f in self.of(kind) if f.ends_on is None or f.ends_on > self.on]

    @cached_property
    def abnormal(self) -> OfficialFact | None:
        """The newest stay on the list of abnormal activity; a recurrence restarts its clock."""
        return next(iter(self.in_force(Kind.ABNORMAL)), None)

    @cached_property
    def serious(self) -> OfficialFact | None:
        return next(iter(self.in_force(Kind.SERIOUS)), None)

    @cached_property
    def inspections(self) -> dict[int, OfficialFact]:
        """By inspected year."""
        return {fact.year: fact for fact in reversed(self.of(Kind.INSPECTION)) if fact.year}

    @cached_property
    def last_inspection(self) -> OfficialFact | None:
        years = self.inspections
        return years[max(years)] if years else None

    @cached_property
    def grade(self) -> OfficialFact | None:
        """The grade in force; one that has expired, or whose term nobody told, is none."""
        for fact in self.of(Kind.GRADE):
            until = self.until(fact)
            if until is not None and until > self.on:
                return fact
        return None

    @property
    def grade_until(self) -> date | None:
        """The first day on which the grade no longer holds."""
        return self.until(self.grade) if self.grade else None

    @property
    def reapply_on(self) -> date | None:
        """The day from which the body may be graded anew, within the last years of its grade."""
        until = self.grade_until
        return years_after(until, -self.rules["reapply_years"]) if until else None

    @property
    def stars(self) -> int:
        """5 for 5A; 0 without a grade."""
        text = self.grade.result[:1] if self.grade else ""
        return int(text) if text.isascii() and text.isdecimal() else 0

    def until(self, fact: OfficialFact) -> date | None:
        """The end of a grade: as told, else its full term; None where nobody told when it began."""
        if fact.ends_on is not None:
            return fact.ends_on
        return years_after(fact.starts_on, self.rules["grade_years"]) if fact.starts_on else None

    @cached_property
    def penalty(self) -> OfficialFact | None:
        """The suspension in force; other penalties are done in a moment."""
        return next((f for f in self.in_force(Kind.PENALTY) if f.result == SUSPENSION), None)


def standing_of(organisation_ids: Collection[int], on: date) -> dict[int, Standing]:
    """The standing of each body on a day; two queries for some hundreds of bodies."""
    rules, told, ids = numbers(on), defaultdict[int, list[OfficialFact]](list), [*organisation_ids]
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=on)
    for start in range(0, len(ids), SOME):
        part = ids[start : start + SOME]
        rows = OfficialFact.objects.filter(begun, organisation__in=part, withdrawn_at__isnull=True)
        for fact in rows.order_by("pk"):
            told[fact.organisation_id].append(fact)
    return {pk: stood(on, told[pk], rules) for pk in ids}


def standing_from(facts: Iterable[OfficialFact], on: date) -> Standing:
    """The standing of one body, whose facts that hold good are at hand."""
    begun = [fact for fact in facts if fact.starts_on is None or fact.starts_on <= on]
    return stood(on, begun, numbers(on))


def stood(on: date, facts: Iterable[OfficialFact], rules: Mapping[str, int]) -> Standing:
    return Standing(on, tuple(sorted(facts, key=newest, reverse=True)), rules)


def newest(fact: OfficialFact) -> tuple[date, int]:
    return (fact.starts_on or date.min, fact.pk)


@dataclass(frozen=True)
class Verdict:
    ok: bool
    reasons: tuple[str, ...] = ()  # sentences: the fact, its day, and what would lift it


Check = Callable[[Organisation, Standing], Iterator[str]]


def alive(body: Organisation, standing: Standing) -> Iterator[str]:
    over = body.ended_on or timezone.localdate(body.state_since)
    if body.state in ENDED and over <= standing.on:
        yield f"该组织已于{spoken(over)}{body.state_label()}，不再办理。"


def working(body: Organisation, standing: Standing) -> Iterator[str]:
    """The body's own state; what it was on an earlier day only its log knows."""
    since = timezone.localdate(body.state_since)
    if body.state in HALTED and since <= standing.on:
        yield f"该组织自{spoken(since)}起{body.state_label()}，恢复正常之日起可以办理。"
    elif (fact := standing.penalty) is not None:
        end = f"至{spoken(fact.ends_on)}" if fact.ends_on else ""
        yield f"自{spoken(fact.starts_on)}起受限期停止活动处罚{end}，期满之日起可以办理。"


def not_serious(_body: Organisation, standing: Standing) -> Iterator[str]:
    if fact := standing.serious:
        yield listed("严重违法失信名单", fact)


def not_abnormal(_body: Organisation, standing: Standing) -> Iterator[str]:
    if fact := standing.abnormal:
        yield listed("活动异常名录", fact)


def listed(name: str, fact: OfficialFact) -> str:
    why = fact.ground or fact.result
    return f"{spoken(fact.starts_on)}列入{name}{f'（{why}）' if why else ''}，移出名录之日起恢复。"


def registered(body: Organisation, _standing: Standing) -> Iterator[str]:
    if not body.is_registered:
        yield "只有登记的社会组织可以办理，该组织未登记；登记之日起可以办理。"


def graded(rule: str) -> Check:
    def check(_body: Organisation, standing: Standing) -> Iterator[str]:
        needed = standing.rules[rule]
        if standing.stars >= needed:
            return
        last = next(iter(standing.of(Kind.GRADE)), None)
        if standing.grade is not None:
            told = f"现有等级为{standing.grade.result}（至{spoken(standing.grade_until)}）"
        elif last is not None and (end := standing.until(last)):
            told = f"{last.result}等级已于{spoken(end)}失效"
        elif last is not None:
            told = f"{last.result}等级没有记明有效期，不能认定"
        else:
            told = "没有评估等级"
        yield f"须有{needed}A及以上等级，{told}；取得等级之日起可以办理。"

    return check


def seasoned(body: Organisation, standing: Standing) -> Iterator[str]:
    years = standing.rules["seasoned_years"]
    if body.registered_on is None:
        yield f"没有登记日期的记录，不能认定登记满{years}年；补记后重新判断。"
    elif (full := years_after(body.registered_on, years)) > standing.on:
        yield f"{spoken(body.registered_on)}登记，未满{years}年；{spoken(full)}起可以申请。"


def free_of_grade(_body: Organisation, standing: Standing) -> Iterator[str]:
    again = standing.reapply_on
    if standing.grade is not None and again is not None and standing.on < again:
        held = f"现有{standing.grade.result}等级有效至{spoken(standing.grade_until)}"
        yield f"{held}；{spoken(again)}起可以再次申请。"


def judged_year(body: Organisation, standing: Standing) -> int:
    """The last inspected year of which a result is there, or was due by the day."""
    last = standing.on.year - 1
    due = deadline(body.kind, last, standing.rules)
    return last if last in standing.inspections or standing.on > due else last - 1


def inspected(body: Organisation, standing: Standing) -> Iterator[str]:
    year = judged_year(body, standing)
    came = body.registered_on
    if came and (came.year > year or is_exempt(body.kind, came, year, standing.rules)):
        return
    fact, before = standing.inspections.get(year), standing.inspections.get(year - 1)
    lifted = "下一年度年检合格后恢复"
    if fact is None:
        yield f"没有{year}年度年检结论的记录（视为未参加）；补记合格结论之日起恢复。"
    elif fact.result in {MISSED, MISSED_TWICE, FAILED}:
        yield f"{year}年度年检结论为{fact.result}（{spoken(fact.starts_on)}）；{lifted}。"
    elif fact.result == BASIC and before is not None and before.result == BASIC:
        yield f"{year - 1}、{year}年度年检连续两年基本合格；{lifted}。"


def unpenalised(_body: Organisation, standing: Standing) -> Iterator[str]:
    for fact in standing.of(Kind.PENALTY):
        if fact.starts_on and fact.starts_on.year == standing.on.year - 1:
            free = date(standing.on.year + 1, 1, 1)
            yield f"上年度受到行政处罚（{spoken(fact.starts_on)}{fact.result}）；{spoken(free)}起不再影响。"


def unbarred(_body: Organisation, standing: Standing) -> Iterator[str]:
    for fact in standing.of(Kind.GRADE):
        how = next((w for w in (LOWERED, CANCELLED) if fact.end_ground.startswith(w)), "")
        if not how or fact.ends_on is None or fact.ends_on > standing.on:
            continue
        years = standing.rules["lowered_years" if how == LOWERED else "cancelled_years"]
        free = years_after(fact.ends_on, years)
        if standing.on < free:
            yield f"{spoken(fact.ends_on)}被{how}，{years}年内不得申请；{spoken(free)}起可以申请。"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Something that a body may ask for, what speaks against it, and by which rule."""

    code: str
    label: str
    source: str
    checks: tuple[Check, ...]


LIVING = (alive, not_serious, working)
OURS = "本区规则"
PURPOSES = {
    one.code: one
    for one in (
        Purpose(code="move_in", label="入驻", source=OURS, checks=(*LIVING, not_abnormal)),
        Purpose(code="grant", label="申请资助", source=OURS, checks=(*LIVING, not_abnormal)),
        Purpose(code="venue", label="场地预约", source=OURS, checks=LIVING),
        Purpose(code="grade_application", label="申请等级评估", source=GRADE_RULE,
                checks=(*LIVING, registered, seasoned, free_of_grade, inspected, unpenalised, unbarred)),
        Purpose(code="fundraising", label="公开募捐", source="《慈善法》及本区规则",
                checks=(*LIVING, registered, not_abnormal)),
        Purpose(code="simplified_inspection", label="简化年检", source=GRADE_RULE,
                checks=(*LIVING, registered, graded("simplified_grade"))),
        Purpose(code="preference", label="优先承接职能和购买服务", source=GRADE_RULE,
                checks=(*LIVING, registered, graded("preference_grade"))),
        # A list never bars the way off it.
        Purpose(code="rectification", label="整改和申请移出", source="名录不影响整改", checks=(alive,)),
    )
}  # fmt: skip


def eligible(
    organisation: Organisation, purpose: str, on: date, *, standing: Standing | None = None
) -> Verdict:
    """Whether a body may do something on a day, and if not, why; give `standing` for many bodies."""
    standing = standing or standing_of([organisation.pk], on)[organisation.pk]
    checks = PURPOSES[purpose].checks
    reasons = tuple(sentence for check in checks for sentence in check(organisation, standing))
    return Verdict(not reasons, reasons)
