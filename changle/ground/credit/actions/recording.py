"""What the official systems decided is entered, dated as it happened; entered wrongly, it is withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from changle.core.log import record
from changle.core.money import yuan
from changle.core.notices import tell
from changle.core.periods import shifted
from changle.core.reach import Actor
from changle.core.refusals import Refused
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.eligibility import spoken
from changle.ground.registry.queries.rulebook import (
    EXEMPT,
    PENALTIES,
    RESULTS,
    SUSPENSION,
    TO_RECTIFY,
    WITH_AMOUNT,
    is_exempt,
    numbers,
)
from changle.ground.territory.roles import Permission


Kind = OfficialFact.Kind
FIRST_YEAR = 1949  # what is dated before is a slip


class CreditRefused(Refused):
    """The fact does not hold together, or stands already; the sentence is for the clerk."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Whose decision it is, under which number, and why."""

    authority: str = ""
    document: str = ""
    ground: str = ""


NO_PAPER = Paper()


def locked(pk: int, *, by: Actor) -> Organisation:
    """The body as the only hand on its facts; who may not enter them finds none."""
    rows = by.rows(Organisation, Permission.FACT_EDIT).select_for_update(of=("self",))
    return rows.select_related("node").get(pk=pk)


def fact_locked(pk: int, *, by: Actor) -> OfficialFact:
    """The fact, under the lock of its body: two deeds on one body follow one another."""
    rows = by.rows(OfficialFact, Permission.FACT_EDIT)
    locked(rows.values_list("organisation_id", flat=True).get(pk=pk), by=by)
    return rows.select_for_update(of=("self",)).select_related("organisation__node").get(pk=pk)


def not_ahead(on: date, now: datetime, what: str = "日期") -> None:
    if on > timezone.localdate(now):
        raise CreditRefused(f"{what}不能晚于今天：未来的事实不能预先登记。")
    if on.year < FIRST_YEAR:
        raise CreditRefused(f"{what}太早，请核对。")


def facts_of_kind(organisation: Organisation, kind: str) -> list[OfficialFact]:
    rows = OfficialFact.objects.filter(organisation=organisation, kind=kind)
    return list(rows.filter(withdrawn_at__isnull=True).order_by("starts_on", "pk"))


def enter(organisation: Organisation, *, by: Actor, now: datetime, **columns: Any) -> OfficialFact:
    """Write the fact, its log entry and, to who keeps the body, the notice."""
    try:
        with transaction.atomic():
            fact = OfficialFact.objects.create(
                organisation=organisation, recorded_at=now, recorded_by_id=by.user_id or None,
                source=f"{by.name}录入"[:80], **columns,
            )  # fmt: skip
    except IntegrityError:
        raise CreditRefused("这条事实已记录过。") from None
    note(fact, "record_fact", by=by, now=now)
    return fact


def note(fact: OfficialFact, verb: str, *, by: Actor, now: datetime, why: str = "") -> None:
    said = sentence(fact)
    record(fact.organisation, verb, by=by, at=now, note="；".join(filter(None, (said, why))))


def sentence(fact: OfficialFact) -> str:
    """The fact in a line, for the log and the notices."""
    parts = [
        f"{fact.get_kind_display()}：" + (f"{fact.year}年度" if fact.year else ""),
        fact.result,
        fact.ground,
        yuan(fact.amount_fen) if fact.amount_fen else "",
        f"{spoken(fact.starts_on)}起" if fact.starts_on else "",
        f"至{spoken(fact.ends_on)}" if fact.ends_on else "",
    ]
    return parts[0] + " ".join(filter(None, parts[1:]))


def tell_keepers(fact: OfficialFact, text: str, *, by: Actor, now: datetime) -> None:
    body = fact.organisation
    tell(
        body, f"{body.name}：{text}", needs=Permission.ORGANISATION_EDIT, by=by, at=now,
        url=f"/desk/organisations/{body.pk}/credit/",
    )  # fmt: skip


@transaction.atomic
def record_inspection(
    *, pk: int, year: int, result: str, on: date, by: Actor, now: datetime,
    paper: Paper = NO_PAPER, rectify_by: date | None = None,
) -> OfficialFact:  # fmt: skip
    """The conclusion on one year. 基本合格 and 不合格 open a rectification (MCA order 27, art. 9)."""
    body = locked(pk, by=by)
    not_ahead(on, now, "结论日期")
    check_year(body, year, result, on)
    if any(fact.year == year for fact in facts_of_kind(body, Kind.INSPECTION)):
        raise CreditRefused(f"{year}年度已有年检结论。登记有误的，请先更正（撤下）原结论再登记。")
    if result in TO_RECTIFY:
        rectify_by = rectify_by or shifted(on, numbers(on)["rectification_months"])
        if rectify_by <= on:
            raise CreditRefused("整改期限应晚于结论日期。")
    elif rectify_by is not None:
        raise CreditRefused("只有基本合格、不合格才有整改期限。")
    fact = enter(
        body, by=by, now=now, kind=Kind.INSPECTION, year=year, result=result, starts_on=on,
        authority=paper.authority, document=paper.document, ground=paper.ground,
        rectify_by=rectify_by,
    )  # fmt: skip
    if rectify_by is not None:
        text = f"{year}年度年检{result}，请于{spoken(rectify_by)}前整改完成"
        tell_keepers(fact, text, by=by, now=now)
    return fact


def check_year(body: Organisation, year: int, result: str, on: date) -> None:
    if not body.is_registered:
        raise CreditRefused("备案组织和拟成立团队不参加年检。")
    if result not in RESULTS:
        raise CreditRefused("请选择年检结论。")
    if not FIRST_YEAR <= year < on.year:
        raise CreditRefused("被检年度应早于作出结论的年份。")
    came = body.registered_on
    if came and came.year > year:
        raise CreditRefused(f"该组织{spoken(came)}才登记，没有{year}年度的年检。")
    if result == EXEMPT and not is_exempt(body.kind, came, year, numbers(on)):
        raise CreditRefused(
            "只有民办非企业单位、且在被检年度的截止日之后登记的，才是“刚成立不需检”。"
        )


@transaction.atomic
def close_rectification(*, pk: int, on: date, by: Actor, now: datetime) -> OfficialFact:
    fact = fact_locked(pk, by=by)
    if fact.withdrawn_at is not None:
        raise CreditRefused("这条事实已被更正，不再有整改。")
    if fact.rectify_by is None:
        raise CreditRefused("这条事实没有要求整改。")
    if fact.rectified_on is not None:
        raise CreditRefused(f"整改已于{spoken(fact.rectified_on)}完成。")
    not_ahead(on, now, "整改完成日期")
    if fact.starts_on and on < fact.starts_on:
        raise CreditRefused("整改完成日期不能早于结论日期。")
    fact.rectified_on = on
    fact.save(update_fields=["rectified_on"])
    note(fact, "close_rectification", by=by, now=now, why=f"{spoken(on)}完成整改")
    return fact


@transaction.atomic
def record_penalty(
    *, pk: int, result: str, on: date, paper: Paper, by: Actor, now: datetime,
    ends_on: date | None = None, amount_fen: int | None = None,
) -> OfficialFact:  # fmt: skip
    """One penalty of a decision; a decision that orders two is entered as two."""
    body = locked(pk, by=by)
    not_ahead(on, now, "决定日期")
    check_penalty(result, on, ends_on, amount_fen)
    if not paper.ground.strip() or not paper.document.strip():
        raise CreditRefused("请填写处罚事由和决定书文号。")
    document = paper.document
    for fact in facts_of_kind(body, Kind.PENALTY):
        if fact.starts_on == on and fact.document.startswith(paper.document):
            if fact.result == result:
                raise CreditRefused(f"{paper.document}的“{result}”已登记过。")
            document = f"{paper.document}（{result}）"  # one decision, another penalty
    fact = enter(
        body, by=by, now=now, kind=Kind.PENALTY, result=result, starts_on=on, ends_on=ends_on,
        amount_fen=amount_fen, ground=paper.ground, authority=paper.authority,
        document=document[:80],
    )  # fmt: skip
    tell_keepers(fact, f"登记了行政处罚（{result}）", by=by, now=now)
    return fact


def check_penalty(result: str, on: date, ends_on: date | None, amount_fen: int | None) -> None:
    if result not in PENALTIES:
        raise CreditRefused("请选择处罚种类。")
    if result in WITH_AMOUNT and not amount_fen:
        raise CreditRefused(f"“{result}”要填写大于零的金额。")
    if result not in WITH_AMOUNT and amount_fen:
        raise CreditRefused(f"“{result}”没有金额；一并罚款或没收的，请另登记一条。")
    if result == SUSPENSION and (ends_on is None or ends_on <= on):
        raise CreditRefused("限期停止活动要填写晚于决定日期的期满日。")
    if result != SUSPENSION and ends_on is not None:
        raise CreditRefused("只有限期停止活动有期满日。")


@transaction.atomic
def withdraw_fact(*, pk: int, because: str, by: Actor, now: datetime) -> OfficialFact:
    """Take back what was entered wrongly: it stays readable, and counts for nothing."""
    fact = fact_locked(pk, by=by)
    if fact.withdrawn_at is not None:
        raise CreditRefused("这条事实已经更正过。")
    if not because.strip():
        raise CreditRefused("请写明更正原因。")
    fact.withdrawn_at, fact.withdrawn_because = now, because
    fact.save(update_fields=["withdrawn_at", "withdrawn_because"])
    note(fact, "withdraw_fact", by=by, now=now, why=because)
    tell_keepers(fact, f"更正（撤下）了{sentence(fact)}", by=by, now=now)
    return fact
