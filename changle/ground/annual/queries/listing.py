"""The reports of a year as a list: who must, who has, how far; filtered, paged by key, taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from changle.core.reach import Actor
from changle.core.sheets import Column
from changle.ground.annual.models import FIRST_YEAR, LAST_YEAR, AnnualReport
from changle.ground.registry.models import Organisation
from changle.ground.registry.queries import key_of, search
from changle.ground.territory.roles import Permission


PAGE = 50
LONGEST = 100
AT_A_TIME = 1000
State = AnnualReport.State
MISSING, LATE, IN_TIME = "missing", "late", "in_time"
GROUPS = [
    (MISSING, "未提交"),
    (LATE, "逾期提交"),
    (IN_TIME, "按时提交"),
    *State.choices,
]
TONES = {
    "preparing": "near", "checked": "near", "submitted": "near", "accepted": "good", "returned": "",
    "closed": "good", "excused": "calm",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What is asked of the list; the names are those of the address."""

    year: int
    q: str = ""
    state: str = ""  # a state, or one of the groups
    kind: str = ""
    street: int | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any], *, year: int) -> "Filters":
        """From the address; what cannot be meant is left out."""
        text = {
            name: str(told.get(name, "")).replace("\x00", "").strip()[:LONGEST]
            for name in cls.__dataclass_fields__
        }
        asked = key_of(text["year"]) or year
        return cls(
            year=asked if FIRST_YEAR <= asked <= LAST_YEAR else year,
            q=text["q"],
            state=text["state"] if text["state"] in dict(GROUPS) else "",
            kind=text["kind"] if text["kind"] in Organisation.REGISTERED else "",
            street=key_of(text["street"]),
        )

    def asked(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}


def state_is(group: str) -> Q:
    """The reports under a state, or under a group of states."""
    if group == MISSING:
        return Q(state__in=(*AnnualReport.OPEN, State.CHECKED))
    if group in {LATE, IN_TIME}:
        late = Q(submitted_on__gt=F("report_by"))
        return Q(state__in=AnnualReport.REPORTED) & (late if group == LATE else ~late)
    return Q(state=group) if group else Q()


def listed(
    actor: Actor, filters: Filters, *, needs: str = Permission.ANNUAL_VIEW
) -> "QuerySet[AnnualReport]":
    rows = actor.rows(AnnualReport, needs).filter(state_is(filters.state), year=filters.year)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.street:
        rows = rows.filter(organisation__street=filters.street)
    if filters.q:
        bodies = search(Organisation.objects.all(), filters.q)
        rows = rows.filter(organisation__in=bodies.values("pk"))
    rows = rows.select_related("organisation__node", "organisation__street")
    return rows.order_by("organisation__pinyin", "pk")


def page_of(rows: "QuerySet[AnnualReport]", after: str) -> tuple[list[AnnualReport], str]:
    """The rows behind a key, and the key of the next page; a key that makes no sense is the beginning."""
    number, _, pinyin = after.replace("\x00", "").partition("-")
    last = key_of(number)
    if last is not None:
        beyond = Q(organisation__pinyin__gt=pinyin) | Q(organisation__pinyin=pinyin, pk__gt=last)
        rows = rows.filter(beyond)
    found = list(rows[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    end = found[PAGE - 1]
    return found[:PAGE], f"{end.pk}-{end.organisation.pinyin}"


def lines(rows: list[AnnualReport], stem: str, today: date) -> list[dict[str, Any]]:
    return [
        {
            "pk": row.pk,
            "href": f"{stem}{row.pk}/",
            "name": row.organisation.name,
            "kind": row.kind,
            "kind_label": row.get_kind_display(),
            "street": row.organisation.street.name if row.organisation.street else "",
            "state": row.state_label(),
            "is_submitted": row.state == State.SUBMITTED,
            "tone": TONES[row.state],
            "progress": row.progress,
            "filled": f"{row.filled_count}/{row.asked_count}",
            "report_by": row.report_by,
            "submitted_on": row.submitted_on,
            "late": late_days(row, today),
        }
        for row in rows
    ]


def late_days(row: AnnualReport, today: date) -> int:
    """Days past the deadline: of those not in, up to today; of those in, up to the day they came."""
    if row.state == State.EXCUSED:
        return 0
    until = row.submitted_on if row.state in AnnualReport.REPORTED else today
    return max(0, ((until or today) - row.report_by).days)


def tally(actor: Actor, year: int) -> dict[str, int]:
    """How many must, have, have in time; one query."""
    late = Q(submitted_on__gt=F("report_by"))
    reported = Q(state__in=AnnualReport.REPORTED)
    rows = actor.rows(AnnualReport, Permission.ANNUAL_VIEW).filter(year=year)
    told = rows.aggregate(
        due=Count("pk", filter=~Q(state=State.EXCUSED)),
        reported=Count("pk", filter=reported),
        in_time=Count("pk", filter=reported & ~late),
        late=Count("pk", filter=reported & late),
        missing=Count("pk", filter=state_is(MISSING)),
        waiting=Count("pk", filter=Q(state=State.SUBMITTED)),
        excused=Count("pk", filter=Q(state=State.EXCUSED)),
    )
    return {name: int(count) for name, count in told.items()}


def years_seen(actor: Actor, this_year: int) -> list[int]:
    rows = (
        actor.rows(AnnualReport, Permission.ANNUAL_VIEW).order_by().values_list("year", flat=True)
    )
    return sorted({*rows.distinct(), this_year - 1, this_year}, reverse=True)


EXPORT_COLUMNS = [
    Column("name", "名称", "text", 36),
    Column("uscc", "统一社会信用代码", "code", 22),
    Column("kind", "类型", "text", 26),
    Column("street", "街道", "text", 14),
    Column("year", "报告年度", "int", 8),
    Column("state", "状态", "text", 10),
    Column("report_by", "截止日期", "date", 12),
    Column("submitted_on", "上报日期", "date", 12),
    Column("late_reason", "逾期原因", "text", 30),
    Column("receipt", "回执号", "code", 18),
    Column("filled_count", "必填已填", "int", 8),
    Column("asked_count", "必填", "int", 8),
    Column("typed_count", "手工填写项数", "int", 10),
    Column("income_fen", "本年收入合计（元）", "money", 16),
    Column("expense_fen", "本年费用合计（元）", "money", 16),
    Column("net_fen", "年末净资产（元）", "money", 16),
    Column("staff_count", "年末从业人数", "int", 10),
]


def export_rows(rows: "QuerySet[AnnualReport]") -> Iterator[dict[str, Any]]:
    plain = {"year", "report_by", "submitted_on", "late_reason", "receipt", "filled_count", "asked_count",
             "typed_count", "income_fen", "expense_fen", "net_fen", "staff_count"}  # fmt: skip
    for row in rows.iterator(chunk_size=AT_A_TIME):
        one = row.organisation
        yield {
            "name": one.name,
            "uscc": one.uscc,
            "kind": row.get_kind_display(),
            "street": one.street.name if one.street else "",
            "state": row.state_label(),
        } | {name: getattr(row, name) for name in plain}
