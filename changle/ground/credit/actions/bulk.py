"""Many bodies are passed for a year in one go; the doubtful are left to be looked at one by one."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.credit.actions.recording import (
    NO_PAPER,
    CreditRefused,
    Kind,
    Paper,
    enter,
    not_ahead,
)
from changle.ground.credit.queries.boards import doubts_of
from changle.ground.credit.queries.inspecting import bound
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.eligibility import standing_of
from changle.ground.registry.queries.rulebook import PASSED
from changle.ground.territory.roles import Permission


MOST = 500


@transaction.atomic
def pass_many(
    *, pks: Collection[int], year: int, on: date, by: Actor, now: datetime, paper: Paper = NO_PAPER
) -> int:
    """合格 for a year for all of them, or, where one of them is doubtful, for none; answers how many."""
    if not pks:
        raise CreditRefused("请先勾选组织。")
    if len(pks) > MOST:
        raise CreditRefused(f"一次最多登记 {MOST} 家。")
    not_ahead(on, now, "结论日期")
    if on.year <= year:
        raise CreditRefused("被检年度应早于作出结论的年份。")
    rows = by.rows(Organisation, Permission.FACT_EDIT).filter(pk__in=pks)
    bodies = list(rows.select_for_update(of=("self",)).select_related("node").order_by("pk"))
    if len(bodies) != len(set(pks)):
        raise CreditRefused("勾选的组织里有您不能登记的，请刷新后再选。")
    refuse_told(bodies, year)
    had_to = set(
        bound(year).filter(organisation__in=bodies).values_list("organisation_id", flat=True)
    )
    standing = standing_of([body.pk for body in bodies], timezone.localdate(now))
    for body in bodies:
        if body.pk not in had_to:
            raise CreditRefused(f"“{body.name}”不需参加{year}年度年检。")
        if doubts := doubts_of(body, standing[body.pk], year):
            raise CreditRefused(f"“{body.name}”须单独登记：{'；'.join(doubts)}。")
    for body in bodies:
        enter(
            body, by=by, now=now, kind=Kind.INSPECTION, year=year, result=PASSED, starts_on=on,
            authority=paper.authority, document=paper.document,
        )  # fmt: skip
    return len(bodies)


def refuse_told(bodies: list[Organisation], year: int) -> None:
    told = OfficialFact.objects.filter(
        organisation__in=bodies, kind=Kind.INSPECTION, year=year, withdrawn_at__isnull=True
    )
    first = told.select_related("organisation").order_by("pk").first()
    if first is not None:
        raise CreditRefused(
            f"“{first.organisation.name}”刚才已登记{year}年度结论（{first.result}），请刷新后再选。"
        )
