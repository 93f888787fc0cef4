"""Inspections, grades, lists and penalties of the sample: the ordinary, and trouble of all sorts."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from changle.core.periods import shifted
from changle.core.reach import Actor
from changle.ground.credit.actions.listing import end_grade, list_off, list_on, record_grade
from changle.ground.credit.actions.recording import (
    Paper,
    close_rectification,
    record_inspection,
    record_penalty,
    withdraw_fact,
)
from changle.ground.credit.models import ListGround
from changle.ground.credit.queries.rules import seed_grounds
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.registry.queries.rulebook import EXEMPT, PASSED, is_exempt, numbers, years_after
from changle.site.demo.scene import Scene


YEARS = 3  # inspected years before the last one
MISSING, EXPIRING, GRADED = 12, 3, 30
AUTHORITY = "未央区民政局"


def furnish(scene: Scene) -> None:
    seed_grounds()
    today = scene.today
    bodies = list(
        Organisation.objects.filter(
            pk__in=[one.pk for one in scene.standing],
            kind__in=Organisation.REGISTERED,
            state="active",
        ).order_by("pk")
    )
    clean = [one for one in bodies if not one.facts.filter(kind="abnormal").exists()]
    known = next(one for one in clean if one.short_name == "秋文社工")
    clean.remove(known)
    chosen = iter(scene.random.sample(clean, 60))
    troubled = inspections(scene, bodies, known, chosen)
    OfficialFact.objects.bulk_create(
        grade(one, stars, begun)
        for one, stars, begun in graded(scene, known, chosen, today)
        if one.pk not in troubled
    )
    listings(scene, chosen)
    penalties(scene, chosen)
    corrected(scene, next(chosen))


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(15, 20)))


def inspections(
    scene: Scene, bodies: list[Organisation], known: Organisation, chosen: Iterator[Organisation]
) -> set[int]:
    """Past years for all; of last year most, the rest missing or to be mended. Answers who is not sound."""
    last, today, rules = scene.today.year - 1, scene.today, numbers(scene.today)
    missing = {next(chosen).pk for _each in range(MISSING)}
    mended = [next(chosen) for _each in range(6)]
    apart = missing | {one.pk for one in mended}
    rows = []
    for year in range(max(last - YEARS, 2021), last + 1):  # 2020 is told by the sample itself
        for body in bodies:
            came = body.registered_on
            if (came and came.year > year) or (year == last and body.pk in apart and body != known):
                continue
            told = EXEMPT if is_exempt(body.kind, came, year, rules) else PASSED
            on = min(date(year + 1, 5, 4) + timedelta(days=body.pk % 25), today)
            rows.append(
                OfficialFact(
                    organisation=body, kind="inspection", year=year, result=told, starts_on=on,
                    authority=AUTHORITY, source="样例", recorded_at=moment(min(on + timedelta(days=3), today)),
                )
            )  # fmt: skip
    OfficialFact.objects.bulk_create(rows, batch_size=500)
    hand: dict[str, Any] = {"by": scene.by, "now": scene.now}
    for number, (body, days) in enumerate(zip(mended, (60, 75, 84, 130, 120, 40), strict=True)):
        result = ("基本合格", "不合格", "基本合格", "不合格", "基本合格", "一年未年检")[number]
        paper = Paper(
            authority=AUTHORITY, document=f"样例检〔{last}〕{number + 1}号", ground=WHY[number]
        )
        on = min(max(today - timedelta(days=days), date(last + 1, 1, 2)), today)
        fact = record_inspection(pk=body.pk, year=last, result=result, on=on, paper=paper, **hand)
        if number == 4:  # noqa: PLR2004  the fifth has mended its ways
            close_rectification(pk=fact.pk, on=max(on, today - timedelta(days=35)), **hand)
    return apart


WHY = (
    "全年未开展业务活动",
    "未按章程换届",
    "财务制度不健全",
    "净资产低于最低标准",
    "未及时办理变更登记",
    "未报送年度工作报告",
)


def graded(
    scene: Scene, known: Organisation, chosen: Iterator[Organisation], today: date
) -> Iterator[tuple[Organisation, str, date]]:
    """Grades given two years ago, and some that end in three weeks."""
    soon = years_after(today + timedelta(days=21), -5)
    yield known, "4A", soon
    for _each in range(EXPIRING - 1):
        yield next(chosen), "3A", soon
    begun = date(today.year - 2, 12, 1)
    for _each in range(GRADED - EXPIRING):
        yield next(chosen), scene.random.choice(["5A", "4A", "3A", "3A", "2A"]), begun


def grade(body: Organisation, stars: str, begun: date) -> OfficialFact:
    return OfficialFact(
        organisation=body, kind="grade", result=stars, year=begun.year, starts_on=begun,
        ends_on=years_after(begun, 5), authority=AUTHORITY, source="样例",
        recorded_at=moment(begun + timedelta(days=2)),
    )  # fmt: skip


def listings(scene: Scene, chosen: Iterator[Organisation]) -> None:
    """Two on the list since some weeks, one off it again, one of the old ones on the graver list."""
    hand: dict[str, Any] = {"by": scene.by, "now": scene.now}
    ago = [scene.today - timedelta(days=days) for days in (50, 33, 47, 16, 20)]
    grounds = {one.code: one for one in ListGround.objects.order_by("pk")}
    paper = Paper(authority=AUTHORITY, document="样例公告〔1〕号")
    for day, code in zip(ago[:2], ("unreachable", "rectification_overdue"), strict=True):
        list_on(pk=next(chosen).pk, ground=grounds[code], on=day, paper=paper, **hand)
    mended = next(chosen)
    list_on(pk=mended.pk, ground=grounds["annual_report"], on=ago[2], paper=paper, **hand)
    list_off(pk=mended.pk, list_="abnormal", on=ago[3], reason="已补报年度工作报告", **hand)
    old = OfficialFact.objects.filter(
        kind="abnormal", starts_on__lt=years_after(scene.today, -2), ends_on__isnull=True,
        organisation__state="active",
    )  # fmt: skip
    first = old.order_by("pk").first()
    if first is not None:
        list_on(
            pk=first.organisation_id, ground=grounds["two_years"], on=ago[4], paper=paper, **hand
        )


def penalties(scene: Scene, chosen: Iterator[Organisation]) -> None:
    today = scene.today
    hand: dict[str, Any] = {"by": scene.by, "now": scene.now}
    told = [
        ("警告", 320, None),
        ("警告", 41, None),
        ("罚款", 200, 1_000_000),
        ("限期停止活动", 30, None),
    ]
    for number, (result, days, fen) in enumerate(told, start=1):
        on = today - timedelta(days=days)
        record_penalty(
            pk=next(chosen).pk, result=result, on=on, amount_fen=fen,
            ends_on=shifted(today, 2) if result == "限期停止活动" else None,
            paper=Paper(
                authority=AUTHORITY, document=f"样例罚〔{on.year}〕{number}号", ground="超出章程规定的业务范围活动"
            ), **hand,
        )  # fmt: skip


def corrected(scene: Scene, body: Organisation) -> None:
    """What was entered wrongly and taken back, and a grade that was lowered."""
    by: Actor = scene.by
    begun = date(scene.today.year - 1, 3, 1)
    fact = record_grade(pk=body.pk, grade="4A", starts_on=begun, by=by, now=scene.now)
    withdraw_fact(pk=fact.pk, because="证书日期录错", by=by, now=scene.now)
    fact = record_grade(
        pk=body.pk, grade="4A", starts_on=begun.replace(month=4), by=by, now=scene.now
    )
    on = scene.today - timedelta(days=25)
    end_grade(pk=fact.pk, on=on, reason="跟踪评估不达标", to="3A", by=by, now=scene.now)
