"""A plan is handed in, judged by somebody else, and published."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changle.core.money import yuan
from changle.core.reach import Actor
from changle.ground.matters.models import Matter
from changle.ground.matters.queries import licence_rules
from changle.ground.matters.queries.days import below
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission
from changle.services.activities.actions.planning import ActivityRefused
from changle.services.activities.actions.telling import tell_hosts
from changle.services.activities.lifecycle import ACTIVITY, SESSION
from changle.services.activities.models import Activity, Rule, Session
from changle.services.activities.queries.plans import consent_text, rule


Risk = Activity.Risk
REPORTED = ("submitted", "acknowledged", "guided")
NOTED = ("acknowledged", "guided")


def first_day(activity: Activity) -> date | None:
    rows = Session.objects.filter(activity=activity, state__in=Session.AHEAD)
    return rows.order_by("on").values_list("on", flat=True).first()


def most_people(activity: Activity) -> int:
    """The largest session, as expected or as there are seats."""
    seats = Session.objects.filter(activity=activity, state__in=Session.AHEAD)
    told = seats.values_list("capacity", flat=True)
    return max([activity.expected, *(one for one in told if one)])


def lead_days(activity: Activity, by_rule: Rule) -> int:
    return {
        Risk.LOW: by_rule.lead_days_low,
        Risk.MEDIUM: by_rule.lead_days_medium,
        Risk.HIGH: by_rule.lead_days_high,
    }[Risk(activity.risk)]


def objections(activity: Activity, today: date) -> list[str]:
    """What the rules say against handing in a plan; empty: nothing."""
    by_rule, first, told = rule(), first_day(activity), []
    if first is None:
        return ["没有待举办的场次。"]
    days = lead_days(activity, by_rule)
    if today > first - timedelta(days=days):
        told.append(f"{activity.get_risk_display()}风险活动须提前 {days} 天申报，首场在 {first}。")
    if activity.risk != Risk.LOW and not activity.safety_plan.strip():
        told.append("中、高风险活动须有安全预案。")
    if activity.for_minors:
        told += of_minors(activity, first, by_rule)
    return told + of_matters(activity, REPORTED)


def of_minors(activity: Activity, first: date, by_rule: Rule) -> list[str]:
    """Law on the Protection of Minors (2020), art. 62: staff are checked every year."""
    on = activity.checked_on
    months = by_rule.check_months
    if on is None:
        return ["面向未成年人的活动须先查询从业人员违法犯罪记录并填写查询日期。"]
    if (first.year - on.year) * 12 + first.month - on.month >= months + (first.day < on.day):
        return [f"从业人员违法犯罪查询（{on}）到首场已超过 {months} 个月，请重新查询。"]
    return []


def of_matters(activity: Activity, enough: tuple[str, ...]) -> list[str]:
    """The major-activity test: by kind and size a report must be there, and a licence.

    A report handed in is enough to submit; to approve, it must have been taken note of.
    """
    people, kind = most_people(activity), activity.matter_type
    licence = next((one for one in licence_rules() if people >= one.from_people), None)
    must = kind is not None and not below(kind, people, activity.budget_fen or 0)
    if not (must or licence):
        return []
    matter: Matter | None = activity.matter
    told = []
    if matter is None or matter.state not in enough:
        size = f"每场 {people} 人"
        money = f"、{yuan(activity.budget_fen)} 元" if activity.budget_fen else ""
        name = f"“{kind}”" if kind is not None else "大型活动"
        word = "已知悉的" if enough == NOTED else "已提交的"
        told.append(f"属于须报告的{name}（{size}{money}），须有{word}重大事项报告。")
    if licence and enough == NOTED and not (matter and matter.licence_number):
        told.append(f"每场达到 {licence.from_people} 人，须有{licence.authority}的安全许可编号。")
    return told


@transaction.atomic
def submit(*, pk: int, by: Actor, now: datetime) -> Activity:
    activity = ACTIVITY.fire(pk, "submit", by=by, now=now)
    if not by.holds_at(Permission.ACTIVITY_EDIT, str(activity.lead.path)):
        raise ActivityRefused("由主办单位提交申报。")
    activity.submitted_at, activity.submitted_by_id = now, by.user_id or None
    activity.save(update_fields=["submitted_at", "submitted_by"])
    if told := objections(activity, timezone.localdate(now)):
        raise ActivityRefused("".join(told))
    return activity


def above_only(by: Actor, needs: str, node: Node) -> bool:
    """Whether a permission over a side comes from above it, and not from being that side."""
    return any(
        str(node.path).startswith(path) and path != node.path for path in by.reach.get(needs, ())
    )


def of_another(activity: Activity, by: Actor, needs: str) -> bool:
    """Who judges is neither the person who planned or handed it in, nor the lead itself.

    The operator of a centre stands above the centre's node, but judges nothing of its own: there
    the right to review is needed, which operators do not have.
    """
    if by.user_id and by.user_id in {activity.planned_by_id, activity.submitted_by_id}:
        return False
    lead = activity.lead
    if lead.kind == Node.Kind.CENTRE:
        return above_only(by, Permission.ACTIVITY_REVIEW, lead)
    place = str(activity.place.path)
    if str(lead.path).startswith(tuple(by.reach.get(needs, ())) or ("-",)):
        return above_only(by, needs, lead)
    return by.holds_at(needs, place)


@transaction.atomic
def approve(*, pk: int, by: Actor, now: datetime, note: str = "") -> Activity:
    """By the community or street of the place; of high risk by the street or above."""
    found = by.rows(Activity, Permission.ACTIVITY_REVIEW).get(pk=pk)
    told = of_matters(found, NOTED)
    if told:
        raise ActivityRefused("".join(told))
    activity = ACTIVITY.fire(pk, "approve", by=by, now=now, note=note)
    check_reviewer(activity, by)
    if activity.risk == Risk.HIGH and not by.holds_at(
        Permission.ACTIVITY_REVIEW, str(street_of(activity.place))
    ):
        raise ActivityRefused("高风险活动须由街道或区审批。")
    return answered(activity, note, by)


@transaction.atomic
def send_back(*, pk: int, reason: str, by: Actor, now: datetime) -> Activity:
    activity = ACTIVITY.fire(pk, "return", by=by, now=now, note=reason)
    check_reviewer(activity, by)
    return answered(activity, reason, by)


def answered(activity: Activity, note: str, by: Actor) -> Activity:
    activity.answer, activity.reviewed_by_id = note[:300], by.user_id or None
    activity.save(update_fields=["answer", "reviewed_by"])
    return activity


def check_reviewer(activity: Activity, by: Actor) -> None:
    if not of_another(activity, by, Permission.ACTIVITY_REVIEW):
        raise ActivityRefused("不能审批自己策划或主办的活动。")


def street_of(place: Node) -> str:
    """The path of the street in which a place lies; its own where it lies in none."""
    steps = str(place.path).rstrip(".").split(".")
    above = Node.objects.filter(pk__in=[int(step) for step in steps], kind=Node.Kind.STREET)
    return str(above.values_list("path", flat=True).first() or place.path)


@transaction.atomic
def publish(*, pk: int, by: Actor, now: datetime) -> Activity:
    """From now on people may sign up; what they agree to is the text in force today."""
    activity = ACTIVITY.fire(pk, "publish", by=by, now=now)
    activity.published_at = now
    activity.terms = consent_text("sign_up", timezone.localdate(now))
    activity.save(update_fields=["published_at", "terms"])
    planned = Session.objects.filter(activity=pk, state=Session.State.PLANNED, starts_at__gt=now)
    for session in planned.order_by("pk").values_list("pk", flat=True):
        SESSION.fire(session, "open", by=by, now=now)
    tell_hosts(activity, f"“{activity}”已发布，可以报名", by=by, now=now)
    return activity
