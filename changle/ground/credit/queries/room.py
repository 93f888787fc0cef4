"""One body's room: what it may do, why not, and the facts as a story."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from changle.core.calendar import Calendar
from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.eligibility import (
    PURPOSES,
    Standing,
    Verdict,
    eligible,
    spoken,
    standing_of,
)
from changle.ground.territory.queries import verbs
from changle.ground.territory.roles import Permission


Kind = OfficialFact.Kind
PROMPT = {Kind.ABNORMAL, Kind.SERIOUS, Kind.PENALTY}  # to be entered within days (MCA order 60)
verbs.update(
    {
        "record_fact": "登记官方事实", "close_rectification": "登记整改完成", "withdraw_fact": "更正官方事实",
        "list_off": "移出名录", "end_grade": "等级变动", "set_credit_rule": "修改信用规则参数",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    label: str
    source: str
    verdict: Verdict


def answers(body: Organisation, standing: Standing) -> list[Answer]:
    """Each purpose with its verdict on the day of the standing; no query."""
    return [
        Answer(one.label, one.source, eligible(body, one.code, standing.on, standing=standing))
        for one in PURPOSES.values()
    ]


def standing_now(body: Organisation, on: date) -> Standing:
    return standing_of([body.pk], on)[body.pk]


def fact_of(actor: Actor, pk: int) -> OfficialFact | None:
    """A fact, if the asker may enter such."""
    rows = actor.rows(OfficialFact, Permission.FACT_EDIT)
    return rows.select_related("organisation__node").filter(pk=pk).first()


@dataclass(frozen=True)
class Told:
    """A fact as the story prints it."""

    fact: OfficialFact
    title: str
    lines: list[str]
    tone: str  # of the seal; empty is the alarming one
    mark: str  # in force, over, withdrawn, to be rectified
    deeds: tuple[str, ...]  # withdraw, rectified, end_grade


def story_of(body: Organisation, standing: Standing) -> list[Told]:
    """Every fact, the newest first, the withdrawn among them; two queries."""
    rows = OfficialFact.objects.filter(organisation=body).select_related("recorded_by")
    calendar, days = Calendar.load(), standing.rules["entry_days"]
    story = []
    for fact in sorted(rows.order_by("pk"), key=day_of_fact, reverse=True):
        one = told(fact, standing)
        if fact.kind in PROMPT and fact.starts_on:
            due = calendar.add_working_days(fact.starts_on, days)
            if timezone.localdate(fact.recorded_at) > due:
                one.lines.append(f"录入晚于规定的 {days} 个工作日（应在{spoken(due)}前）")
        story.append(one)
    return story


def day_of_fact(fact: OfficialFact) -> tuple[date, int]:
    return (fact.starts_on or (date(fact.year, 12, 31) if fact.year else date.min), fact.pk)


def told(fact: OfficialFact, standing: Standing) -> Told:
    year = f"{fact.year}年度" if fact.kind == Kind.INSPECTION and fact.year else ""
    word = fact.result if fact.kind in {Kind.INSPECTION, Kind.GRADE, Kind.PENALTY} else ""
    title = " ".join(filter(None, (fact.get_kind_display(), year, word)))
    mark, tone = mark_of(fact, standing)
    return Told(fact, title, lines_of(fact, standing), tone, mark, deeds_of(fact, standing))


def mark_of(fact: OfficialFact, standing: Standing) -> tuple[str, str]:  # noqa: PLR0911  a mark a kind
    """(word, tone of its seal)."""
    end = standing.until(fact) if fact.kind == Kind.GRADE else fact.ends_on
    over = end is not None and end <= standing.on
    listed = fact.kind in {Kind.ABNORMAL, Kind.SERIOUS}
    if fact.withdrawn_at:
        return "已更正", "calm"
    if fact.rectify_by and not fact.rectified_on:
        return ("整改逾期", "") if fact.rectify_by < standing.on else ("整改中", "near")
    if fact.rectified_on:
        return "已整改", "good"
    if listed:
        return ("已移出", "calm") if over else ("在列", "")
    if fact.kind == Kind.GRADE:
        if end is None:
            return "未注有效期", "near"
        return ("已失效", "calm") if over else ("有效", "good")
    if fact.kind == Kind.PENALTY:
        return "已执行" if over else "处罚", "calm" if over else "near"
    return "结论", "good" if fact.result == "合格" else "calm"


def lines_of(fact: OfficialFact, standing: Standing) -> list[str]:
    end = standing.until(fact) if fact.kind == Kind.GRADE else fact.ends_on
    words = {Kind.ABNORMAL: "移出", Kind.SERIOUS: "移出", Kind.GRADE: "失效"}.get(fact.kind, "期满")  # type: ignore[call-overload]  # a choice is its text
    why = fact.ground or (fact.result if fact.kind in {Kind.ABNORMAL, Kind.SERIOUS} else "")
    lines = [
        f"事由：{why}" if why else "",
        f"金额：{yuan(fact.amount_fen)}" if fact.amount_fen else "",
        f"{spoken(end)}{words}" + (f"（{fact.end_ground}）" if fact.end_ground else "")
        if end
        else "",
        f"整改期限：{spoken(fact.rectify_by)}" if fact.rectify_by else "",
        f"{spoken(fact.rectified_on)}完成整改" if fact.rectified_on else "",
        " ".join(filter(None, (fact.authority, fact.document))),
        f"更正原因：{fact.withdrawn_because}" if fact.withdrawn_at else "",
    ]
    return [line for line in lines if line]


def deeds_of(fact: OfficialFact, standing: Standing) -> tuple[str, ...]:
    """What who enters facts may still do with it."""
    if fact.withdrawn_at:
        return ()
    deeds = ["withdraw"]
    if fact.rectify_by and not fact.rectified_on:
        deeds.insert(0, "rectified")
    if fact.kind == Kind.GRADE and (until := standing.until(fact)) and until > standing.on:
        deeds.insert(0, "end_grade")
    return tuple(deeds)
