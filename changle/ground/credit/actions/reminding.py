"""What ends soon is told in time: to who keeps the body's reports, and to the bureau."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from changle.core.reminders import AHEAD, Due, remind
from changle.core.schedule import daily
from changle.ground.credit.queries.inspecting import bound
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.rulebook import RESULTS, deadline, numbers, years_after
from changle.ground.territory.models import Node
from changle.ground.territory.queries import keeper
from changle.ground.territory.roles import Permission


Kind = OfficialFact.Kind
BODY, BUREAU = Permission.ANNUAL_EDIT, Permission.FACT_EDIT
AT = time(7, 20)


@daily(AT)
def remind_of_credit(now: datetime) -> None:
    """Rectifications, grades and inspections; done twice it tells nothing twice."""
    today = timezone.localdate(now)
    for due in (*rectifications(today), *grades(today)):
        for topic, needs in (("body", BODY), ("bureau", BUREAU)):
            told = Due(
                row=due.row, topic=f"{due.topic}:{topic}", on=due.on, text=due.text, url=due.url
            )
            remind([told], needs=needs, now=now)
    remind(inspections(today), needs=BODY, now=now)
    remind(missing(today), needs=BUREAU, now=now)


def page_of(body: Organisation) -> str:
    return f"/desk/organisations/{body.pk}/credit/"


def facts(kind: str) -> list[OfficialFact]:
    rows = keeper(BUREAU).rows(OfficialFact, BUREAU).filter(kind=kind, withdrawn_at__isnull=True)
    return list(rows.select_related("organisation__node").order_by("pk"))


def near(on: date | None, today: date) -> bool:
    return on is not None and today <= on <= today + timedelta(days=max(AHEAD))


def rectifications(today: date) -> Iterator[Due]:
    for fact in facts(Kind.INSPECTION):
        if fact.rectify_by and not fact.rectified_on and near(fact.rectify_by, today):
            body = fact.organisation
            text = f"{body.name}：{fact.year}年度年检{fact.result}的整改期限"
            yield Due(row=fact, topic="rectify", on=fact.rectify_by, text=text, url=page_of(body))


def grades(today: date) -> Iterator[Due]:
    """The end of a grade, and before it the day from which the body may apply again."""
    rules = numbers(today)
    for fact in facts(Kind.GRADE):
        if fact.starts_on is None:
            continue
        until = fact.ends_on or years_after(fact.starts_on, rules["grade_years"])
        again = years_after(until, -rules["reapply_years"])
        body = fact.organisation
        if near(until, today):
            text = f"{body.name}：{fact.result}评估等级"
            yield Due(row=fact, topic="grade", on=until, text=text, url=page_of(body))
        if near(again, today):
            text = f"{body.name}：{fact.result}等级再次申请评估前的等待期"
            yield Due(row=fact, topic="reapply", on=again, text=text, url=page_of(body))


def unsubmitted(year: int) -> list[Organisation]:
    done = OfficialFact.objects.filter(
        kind=Kind.INSPECTION, year=year, withdrawn_at__isnull=True, result__in=RESULTS
    )
    rows = keeper(BUREAU).rows(Organisation, BUREAU).filter(
        pk__in=bound(year).values("organisation"), state__in=Organisation.LIVING
    )  # fmt: skip
    rows = rows.exclude(pk__in=done.values("organisation"))
    return list(rows.select_related("node").order_by("pk"))


def inspections(today: date) -> Iterator[Due]:
    """The body's own deadline for last year's inspection."""
    year, rules = today.year - 1, numbers(today)
    if not any(near(deadline(kind, year, rules), today) for kind in Organisation.REGISTERED):
        return
    for body in unsubmitted(year):
        on = deadline(body.kind, year, rules)
        if near(on, today):
            text = f"{body.name}：{year}年度年检（年报）报送期限"
            yield Due(row=body, topic="inspection", on=on, text=text, url=page_of(body))


def missing(today: date) -> Iterator[Due]:
    """To the bureau one line for them all."""
    year, rules = today.year - 1, numbers(today)
    on = deadline("MF", year, rules)
    if not near(on, today):
        return
    count = len(unsubmitted(year))
    root = keeper(BUREAU).rows(Node, BUREAU).filter(parent__isnull=True).order_by("pk").first()
    if count and root is not None:
        text = f"{year}年度年检还有 {count} 家没有结论，报送期限"
        yield Due(
            row=root, topic="inspection", on=on, text=text, url=f"/desk/credit/missing/?year={year}"
        )
