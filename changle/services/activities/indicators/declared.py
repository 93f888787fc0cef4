"""What activities add up to. A session belongs to the day on which it begins, here."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.services.activities.indicators.sums import KEPT_BY, told
from changle.services.activities.models import Attendance, Cohost, Correction, Rule, Session


COUNTING = Session.COUNTING
STREET = Cut(name="street", label="街道", key="street_id", text="street__name",
             order="street__sort", none="区级和线上")  # fmt: skip
COMMUNITY = Cut(name="community", label="社区", key="community_id", text="community__name",
                order="community__sort", none="未落到社区")  # fmt: skip
MONTH = Cut(name="month", label="月份", key="month")
FIELD = Cut(name="field", label="服务领域", key="activity__field_id", text="activity__field__name",
            order="activity__field__sort")  # fmt: skip
THEME = Cut(name="theme", label="主题", key="activity__theme_id", text="activity__theme__name",
            order="activity__theme__sort")  # fmt: skip
METHOD = Cut(name="method", label="方式", key="activity__method_id",
             text="activity__method__name", order="activity__method__sort")  # fmt: skip
SERIES = Cut(name="series", label="系列", key="activity__series_id",
             text="activity__series__name", none="不属于系列")  # fmt: skip
# Each side's own list: a session held together stands in the list of each, so that these parts
# add up to more than the whole.
ORGANISATION = Cut(name="organisation", label="组织（含重复）", key="side__organisation_id",
                   text="side__organisation__name", none="社区、街道和中心", additive=False)  # fmt: skip
ROLE = Cut(name="role", label="联办角色（含重复）", key="side__role",
           labels=dict(Cohost.Role.choices), additive=False)  # fmt: skip
CUTS = (STREET, COMMUNITY, MONTH, FIELD, THEME, METHOD, SERIES, ORGANISATION, ROLE)


# Who supports (支持) lends its name or money; the others hold it together.
TOGETHER = (Cohost.Role.HOST, Cohost.Role.COHOST)


def here(path: str) -> Q:
    """Held in the place, or by a side whose own place lies in it: once, however many sides."""
    return held_in(path, "place__path__under", "activity_id__in")


def here_of_attendance(path: str) -> Q:
    return held_in(path, "session__place__path__under", "session__activity_id__in")


def held_in(path: str, place: str, activity: str) -> Q:
    """The sides are found once for the place, not once a session."""
    if path.count(".") == 1:  # the whole tree
        return Q((place, path))
    sides = Cohost.objects.filter(state="accepted", node__path__under=path)
    return Q((place, path)) | Q((activity, sides.values("activity_id")))


def with_sides(rows: "QuerySet[Session]") -> "QuerySet[Session]":
    """For the cuts by side; where nothing asks for it, no join is made."""
    agreed = Q(activity__cohosts__state="accepted")
    return rows.annotate(side=FilteredRelation("activity__cohosts", condition=agreed))


def held(first: date, after: date) -> "QuerySet[Session]":
    return with_sides(Session.objects.filter(on__gte=first, on__lt=after, state__in=COUNTING))


def held_together(first: date, after: date) -> "QuerySet[Session]":
    """Those of activities in which another side beside the lead has agreed to its share."""
    others = Cohost.objects.filter(
        activity=OuterRef("activity_id"), state="accepted", role__in=TOGETHER
    )
    return held(first, after).filter(Exists(others))


def in_time(first: date, after: date) -> "QuerySet[Session]":
    return held(first, after).filter(in_time=True)


def over(first: date, after: date) -> "QuerySet[Session]":
    return with_sides(Session.objects.filter(on__gte=first, on__lt=after, state__in=Session.PAST))


def called_off(first: date, after: date) -> "QuerySet[Session]":
    rows = Session.objects.filter(on__gte=first, on__lt=after, state="cancelled")
    return with_sides(rows)


def attended(first: date, after: date) -> "QuerySet[Attendance]":
    """Attendances of people known by their key, at sessions that count; struck ones left out."""
    rows = Attendance.objects.filter(
        session__on__gte=first, session__on__lt=after, session__state__in=COUNTING,
        role=Attendance.Role.SERVED, participant__isnull=False,
    )  # fmt: skip
    minutes = Rule.objects.values_list("online_minutes", flat=True).first()
    long = Q(minutes__gte=10 if minutes is None else minutes)
    struck = Correction.objects.filter(strikes=OuterRef("pk"))
    rows = rows.filter(Q(session__is_online=False) | long).filter(~Exists(struck))
    agreed = Q(session__activity__cohosts__state="accepted")
    side = FilteredRelation("session__activity__cohosts", condition=agreed)
    return rows.annotate(side=side, served=F("session__title"))


def of_people(cut: Cut) -> Cut:
    """The same cut of attendances; somebody may come to several parts, which never add up."""
    if cut.key.startswith("side__"):
        return cut
    text, order = (f"session__{name}" if name else "" for name in (cut.text, cut.order))
    return Cut(
        name=cut.name, label=cut.label, key=f"session__{cut.key}", text=text, order=order,
        none=cut.none, additive=False,
    )  # fmt: skip


PLACED: dict[str, Any] = {
    "place": "place__path",
    "within": here,
    "label": "title",
    "subject": "pk",
    "opens": "activities:session",
    "dated": "on",
    "cuts": CUTS,
}
SUMMED: dict[str, Any] = {"kept_by": KEPT_BY, "sums": told}

declare(
    Indicator(
        code="activities.sessions", name="活动场次", unit="场", kind="flow",
        definition="期间开始、已经核实的活动场次。一场是一次连续的聚集：一个地点（或一个线上会议）、"
        "有起止时间、有到场记录和佐证；系列 8 次算 8 场，一天两地算 2 场，午休 2 小时以内不拆开；取消和作废不计。"
        "联办的一场在包含任何一方所在地的合计里都只算 1 场；按组织、按角色分组时各方各列一次（含重复）。",
        records=held, **PLACED, **SUMMED,
    ),
    Indicator(
        code="activities.activities", name="活动项数", unit="项", kind="flow",
        definition="期间至少有一场已核实场次的活动；一项活动有多场，只算一项。与场次分别报告，不相加。",
        records=held, distinct="activity_id", place="place__path", within=here,
        label="activity__title", subject="activity_id", opens="activities:activity", dated="on",
        **SUMMED,
        cuts=tuple(
            Cut(name=cut.name, label=cut.label, key=cut.key, text=cut.text, labels=cut.labels,
                order=cut.order, none=cut.none, additive=False)
            for cut in CUTS
        ),
    ),
    Indicator(
        code="activities.person_times", name="服务人次", unit="人次", kind="flow",
        definition="期间已核实场次的到场人次之和，每人每场最多算一次，含匿名人次；"
        "志愿者、工作人员、演出人员和收看直播的不算；线上参加须满 10 分钟。核实后的更正计入。",
        records=held, measure="person_times", **PLACED, **SUMMED,
    ),
    Indicator(
        code="activities.cohosted_sessions", name="联办场次", unit="场", kind="flow",
        definition="活动场次中，除牵头单位外还有主办或承办、协办单位确认了分工的；一场只计一次，"
        "按组织分组时各方各列一次（含重复）。",
        records=held_together, **PLACED,
    ),
    Indicator(
        code="activities.cohosted_person_times", name="联办服务人次", unit="人次", kind="flow",
        definition="联办场次的服务人次之和，一场只计一次。",
        records=held_together, measure="person_times", **PLACED,
    ),
    Indicator(
        code="activities.anonymous_person_times", name="匿名人次", unit="人次", kind="flow",
        definition="服务人次中没有实名的部分：人数清点减去已实名签到的，以及纸质名单上没有联系方式的。不计入服务人数。",
        records=held, measure="anonymous_times", **PLACED, **SUMMED,
    ),
    Indicator(
        code="activities.persons", name="服务人数", unit="人", kind="flow",
        definition="期间到场的不同自然人，按加密标识去重，全期只算一次；匿名人次不计，也绝不由人次折算。"
        "各部分有重复，不能相加。",
        records=attended, distinct="participant_id", place="session__place__path",
        within=here_of_attendance, label="served", subject="session_id",
        opens="activities:session", dated="session__on",
        **SUMMED,
        cuts=tuple(of_people(cut) for cut in CUTS),
    ),
    Indicator(
        code="activities.verified_in_time", name="按期核实场次", unit="场", kind="flow",
        definition="期间开始、在规定工作日内核实的场次。", records=in_time, **PLACED, **SUMMED,
    ),
    Indicator(
        code="activities.sessions_over", name="已结束场次", unit="场", kind="flow",
        definition="期间开始、已经结束的场次，不论是否核实；取消和作废不计。", records=over, **PLACED,
    ),
    Indicator(
        code="activities.timeliness", name="核实及时率", unit="%", kind="rate",
        definition="按期核实场次 ÷ 已结束场次。",
        above="activities.verified_in_time", below="activities.sessions_over",
    ),
    Indicator(
        code="activities.cancelled", name="取消场次", unit="场", kind="flow",
        definition="期间原定开始而取消的场次。", records=called_off, **PLACED,
    ),
    Indicator(
        code="activities.per_session", name="场均人次", unit="人次/场", kind="rate",
        definition="服务人次 ÷ 活动场次。",
        above="activities.person_times", below="activities.sessions",
    ),
)  # fmt: skip
