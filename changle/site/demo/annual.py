"""The sample's annual reports: closed years, a season just over, and one body at its own report."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from changle.core.reach import Actor
from changle.ground.annual.actions import blank_report, explain, mirror, prepare, save_section
from changle.ground.annual.models import AnnualReport
from changle.ground.annual.queries import book, deadlines, fields, houses_of, live, takes_part
from changle.ground.registry.models import OfficialFact, Organisation
from changle.ground.territory.queries import actor_for
from changle.site.demo.scene import Scene


CLOSED_YEAR = 2021  # the year of the published picture
SUMMARY = (
    "一年来，本单位坚持章程规定的宗旨和业务范围，面向居民开展服务，组织公益活动，规范内部治理，"
    "按时召开会议，财务公开透明，接受业务主管单位和登记机关的指导监督（样例）。"
)
PLAN = "下一年度继续做好常规服务，完善制度，加强人员培训，扩大志愿者队伍（样例）。"
HAND = {"premises_source": "租赁", "accounting": "民间非营利组织会计制度", "fee_standard": "每年 100 元（样例）",
        "system_certificate": True, "system_finance": True, "certificate_shown": True}  # fmt: skip
# How the season that is just over stands: shares of a hundred, in this order.
SEASON = (
    ("closed", 70),
    ("accepted", 14),
    ("submitted", 6),
    ("preparing", 6),
    ("returned", 2),
    ("checked", 2),
)


def furnish(scene: Scene) -> None:
    last = scene.today.year - 1
    keep_year(scene, CLOSED_YEAR, season=False)
    if last > CLOSED_YEAR:
        keep_year(scene, last, season=True)
    own(scene, scene.nodes["秋文"].organisation, last)


def keep_year(scene: Scene, year: int, *, season: bool) -> None:
    """A report for each body of the close of 2021 that had to report of the year."""
    own_pk = scene.nodes["秋文"].organisation.pk
    standing = Organisation.objects.filter(pk__in=[o.pk for o in scene.standing if o.is_registered])
    bodies = [
        one
        for one in standing.select_related("node", "official_class").order_by("pk")
        if one.pk != own_pk and takes_part(one, year)
    ]
    facts = OfficialFact.objects.filter(
        kind=OfficialFact.Kind.INSPECTION, year=year, withdrawn_at__isnull=True
    )
    decided = set(facts.values_list("organisation_id", flat=True))
    until = deadlines(year)
    reports = []
    for house in houses_of(bodies, year):
        one = house.organisation
        state = settled(scene.random, decided=one.pk in decided, season=season)
        values = live(house, one.kind) | figures(scene.random, one)
        reports.append(row_of(scene, one, year, until[one.kind], state, values))
    AnnualReport.objects.bulk_create(reports, batch_size=200)


def settled(random: Random, *, decided: bool, season: bool) -> str:
    """The state of one report; of a year long past all but a few are done."""
    if not season:
        state = "preparing" if random.random() < 0.02 else "closed"  # noqa: PLR2004  a few never came
    else:
        names, shares = zip(*SEASON, strict=True)
        state = random.choices(names, shares)[0]
    return "accepted" if state == "closed" and not decided else state


def row_of(
    scene: Scene, one: Organisation, year: int, until: date, state: str, values: dict[str, Any]
) -> AnnualReport:
    in_hand = state in AnnualReport.REPORTED
    if state == AnnualReport.State.PREPARING:  # hardly begun
        values = {code: value for code, value in values.items() if fields()[code].sourced}
    late = in_hand and scene.random.random() < 0.04  # noqa: PLR2004  few are late
    ahead = scene.random.randrange(3, 80)
    on = until - timedelta(days=-ahead // 4 if late else ahead)
    report = blank_report(one, year, until, moment(until - timedelta(days=120)))
    values = frozen(values, one.kind)
    report.values = values
    report.typed = sorted(code for code in values if not fields()[code].sourced)
    mirror(report, values)
    report.submitted_on = on if in_hand else None
    report.late_reason = "会计离职，重新对账（样例）" if late else ""
    since = moment(on if in_hand else until - timedelta(days=30))
    told = {f.attname: getattr(report, f.attname) for f in AnnualReport._meta.concrete_fields}
    due_on = None if in_hand else until
    return AnnualReport(**told | {"state": state, "state_since": since, "due_on": due_on})


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def frozen(values: dict[str, Any], kind: str) -> dict[str, Any]:
    asked = {field.code for field in book().fields_of(kind)}
    return {code: value for code, value in values.items() if code in asked}


def figures(random: Random, one: Organisation) -> dict[str, Any]:
    """Invented figures in which everything adds up."""
    staff = random.randrange(3, 40) if one.kind == "MF" else random.randrange(1, 9)
    young, middle = staff // 3, staff // 3
    elder = (staff - young - middle) // 2
    members = one.member_count or 60
    fees = members * 10_000 if one.kind == "ST" else 0
    gifts = random.randrange(0, 60_000) * 100
    earned = staff * random.randrange(20_000, 60_000) * 100
    income = fees + gifts + earned
    cost = income * random.randrange(80, 104) // 100
    manage = cost * random.randrange(8, 20) // 100
    begin = random.randrange(40_000, 600_000) * 100
    end = begin + income - cost
    debts = random.randrange(0, 30_000) * 100
    wages = cost * 6 // 10
    return HAND | {
        "phone": one.contact_phone, "premises_area": one.premises_area or 80, "branches": 0,
        "leaders": 3, "leaders_female": random.randrange(0, 3), "council": 5, "officials_leading": 0,
        "council_meetings": random.randrange(1, 5), "general_meetings": 1,
        "members_total": members, "members_unit": members // 5, "members_person": members - members // 5,
        "staff": staff, "staff_female": staff // 2, "staff_party": staff // 6, "edu_college": staff // 3,
        "edu_bachelor": staff // 3, "worker": staff // 8, "worker_assistant": staff // 9,
        "age_35": young, "age_45": middle, "age_55": elder, "age_over": staff - young - middle - elder,
        "volunteers": random.randrange(5, 120), "party_has": staff > 20, "party_members": staff // 6,  # noqa: PLR2004
        "projects": random.randrange(1, 6), "events": random.randrange(3, 60), "benefit_spent": cost // 5,
        "current_end": end + debts, "assets_end": end + debts, "debt_short_end": debts, "debts_end": debts,
        "net_begin": begin, "net_end": end, "net_free_end": end, "net_bound_end": 0, "income": income,
        "income_donation": gifts, "income_fee": fees, "income_service": earned, "cost": cost,
        "cost_business": cost - manage, "cost_manage": manage, "net_change": income - cost,
        "spent": cost, "spent_wages": wages, "spent_other": cost - wages, "surplus": income - cost,
        "donation_cash": gifts, "donation_kind": 0, "summary": SUMMARY * 7, "plan": PLAN,
    }  # fmt: skip


def own(scene: Scene, body: Organisation, last: int) -> None:
    """The body whose keeper can be looked over the shoulder: two closed years, one in, one half done."""
    by = actor_for(scene.accounts["zuzhi-qiuwen"])
    body = Organisation.objects.select_related("node", "official_class").get(pk=body.pk)
    net = 12_000_000
    for year in sorted({CLOSED_YEAR - 1, CLOSED_YEAR, last}):
        state = "submitted" if year == last > CLOSED_YEAR else "closed"
        if state == "closed":
            decide(scene, body, year)
        values = live(houses_of([body], year)[0], body.kind) | chained(scene.random, body, net)
        row_of(scene, body, year, deadlines(year)[body.kind], state, values).save()
        net = values["net_end"]
    half_done(body, last + 1, by=by, now=scene.now)


def chained(random: Random, body: Organisation, net: int) -> dict[str, Any]:
    """Figures that begin where the year before ended."""
    told = figures(random, body)
    shift = net - told["net_begin"]
    names = ("net_begin", "net_end", "net_free_end", "assets_end", "current_end")
    return told | {name: told[name] + shift for name in names}


def decide(scene: Scene, body: Organisation, year: int) -> None:
    """The official result of a closed year, where no list has brought it yet."""
    OfficialFact.objects.get_or_create(
        organisation=body, kind=OfficialFact.Kind.INSPECTION, year=year, withdrawn_at=None,
        defaults={"result": "合格", "authority": "未央区民政局", "source": "样例", "recorded_at": scene.now,
                  "starts_on": date(year + 1, 6, 20)},
    )  # fmt: skip


def half_done(body: Organisation, year: int, *, by: Actor, now: datetime) -> None:
    """One begun: the staff and the work told, the money not yet, one figure at odds."""
    report = prepare(organisation=body, year=year, by=by, now=now)
    told: dict[str, dict[str, Any]] = {
        "governance": {"council_meetings": 0, "leaders": 3, "council": 5, "officials_leading": 0},
        "staff": {"staff": 14, "staff_female": 9, "edu_college": 5, "edu_bachelor": 7, "age_35": 7,
                  "age_45": 4, "age_55": 2, "age_over": 0, "volunteers": 86},
        "work": {"projects": 4, "events": 37,
                 "events_table": [["重阳敬老", "公益活动", f"{year}-10-18", "方新社区", "", ""]]},
    }  # fmt: skip
    for code, values in told.items():
        save_section(pk=report.pk, code=code, version=0, values=values, by=by, now=now)
    reason = "理事分散各地，改为通讯表决（样例）"
    explain(pk=report.pk, code="no_meeting", reason=reason, by=by, now=now)
