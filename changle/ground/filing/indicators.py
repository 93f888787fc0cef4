"""What the district counts of its applications for filing."""

from datetime import date

from django.db.models import Q, QuerySet

from changle.core.indicators import Cut, Indicator, declare
from changle.ground.filing.models import Filing, FilingTurn, LapseProposal


KINDS = Cut(name="kind", label="事项", key="kind", labels=dict(Filing.Kind.choices))
STREET = Cut(name="street", label="街道", key="community__parent_id", text="community__parent__name",
             order="community__parent__sort", none="未落到街道")  # fmt: skip
COMMUNITY = Cut(name="community", label="社区", key="community_id", text="community__name",
                order="community__sort")  # fmt: skip
CATEGORY = Cut(name="category", label="备案类别", key="category_id", text="category__name",
               order="category__sort")  # fmt: skip
DESK = Cut(name="desk", label="经办", key="desk", labels=dict(FilingTurn.Desk.choices))


def under(prefix: str, cut: Cut) -> Cut:
    """The same cut of rows that hang on an application, or on a body."""
    return Cut(
        name=cut.name, label=cut.label, key=f"{prefix}__{cut.key}", text=f"{prefix}__{cut.text}",
        order=f"{prefix}__{cut.order}", none=cut.none,
    )  # fmt: skip


def received(first: date, after: date) -> "QuerySet[Filing]":
    return Filing.objects.filter(submitted_on__gte=first, submitted_on__lt=after)


def returned(first: date, after: date) -> "QuerySet[Filing]":
    return received(first, after).filter(returned_count__gt=0)


def in_hand(day: date, _after: date) -> "QuerySet[Filing]":
    lasting = Q(closed_on__isnull=True) | Q(closed_on__gt=day)
    return Filing.objects.filter(lasting, submitted_on__lte=day)


def completed(first: date, after: date) -> "QuerySet[Filing]":
    return Filing.objects.filter(filed_on__gte=first, filed_on__lt=after)


def turns(first: date, after: date) -> "QuerySet[FilingTurn]":
    decided = [FilingTurn.Outcome.AGREED, FilingTurn.Outcome.RETURNED, FilingTurn.Outcome.FILED]
    return FilingTurn.objects.filter(
        ended_on__gte=first, ended_on__lt=after, outcome__in=decided, due_on__isnull=False
    )


def turns_on_time(first: date, after: date) -> "QuerySet[FilingTurn]":
    return turns(first, after).filter(on_time=True)


def proposals(first: date, after: date) -> "QuerySet[LapseProposal]":
    return LapseProposal.objects.filter(found_on__gte=first, found_on__lt=after)


CUTS = (STREET, COMMUNITY, CATEGORY, KINDS)
TURNS = (DESK, under("filing", STREET), under("filing", COMMUNITY), under("filing", CATEGORY))
PLACED = {"place": "community__path", "label": "name", "subject": "organisation_id"}
TURN = {"place": "filing__community__path", "label": "filing__name",
        "subject": "filing__organisation_id"}  # fmt: skip
BODY = {"place": "organisation__node__path", "label": "organisation__name",
        "subject": "organisation_id"}  # fmt: skip
OF_BODY = (
    Cut(name="street", label="街道", key="organisation__street_id", text="organisation__street__name",
        order="organisation__street__sort", none="未落到街道"),
    Cut(name="community", label="社区", key="organisation__community_id",
        text="organisation__community__name", order="organisation__community__sort"),
    Cut(name="category", label="备案类别", key="organisation__category_id",
        text="organisation__category__name", order="organisation__category__sort"),
)  # fmt: skip

declare(
    Indicator(
        code="filing.received", name="收到备案申请", unit="份", kind="flow",
        definition="期间首次提交的备案申请，含变更和注销；退回后重新提交的不重复计。",
        records=received, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="filing.in_hand", name="在办备案申请", unit="份", kind="stock",
        definition="期末已提交、尚未办结、撤回或终止的备案申请，含退回后待发起人修改的。",
        records=in_hand, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="filing.returned", name="曾被退回的备案申请", unit="份", kind="flow",
        definition="期间首次提交的备案申请中，至少被社区或街道退回过一次的。",
        records=returned, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="filing.completed", name="办结备案申请", unit="份", kind="flow",
        definition="期间办结的备案申请，含变更和注销。", records=completed, cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="filing.days", name="备案办理总天数", unit="天", kind="flow",
        definition="期间办结的备案申请，从首次提交到办结的自然日之和，含退回修改的时间。",
        records=completed, measure="days_taken", cuts=CUTS, **PLACED,
    ),
    Indicator(
        code="filing.average_days", name="平均办理天数", unit="天", kind="rate",
        definition="备案办理总天数 ÷ 办结备案申请数。", above="filing.days", below="filing.completed",
    ),
    Indicator(
        code="filing.turns", name="备案办理环节", unit="次", kind="flow",
        definition="期间社区提出意见、街道作出审核（含退回）的次数；撤回和终止的不计。",
        records=turns, cuts=TURNS, **TURN,
    ),
    Indicator(
        code="filing.turns_on_time", name="按期办理环节", unit="次", kind="flow",
        definition="期间在期限当日或之前办出的社区意见和街道审核；期限按工作日历计算。",
        records=turns_on_time, cuts=TURNS, **TURN,
    ),
    Indicator(
        code="filing.on_time", name="备案按期办理率", unit="%", kind="rate",
        definition="按期办理环节 ÷ 备案办理环节。", above="filing.turns_on_time", below="filing.turns",
    ),
    Indicator(
        code="filing.lapse_proposals", name="长期未活动提示", unit="家", kind="flow",
        definition="期间因长期没有经核实的活动而提请街道认定的备案组织。",
        records=proposals, cuts=OF_BODY, **BODY,
    ),
)  # fmt: skip
