"""What a figure's page and its drill-down ask: an indicator, a place, a period, a part."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet

from changle.core.indicators import CATALOGUE, Indicator, NoSuchFigure, indicator, rows
from changle.core.periods import BadPeriod, Period
from changle.core.reach import Actor
from changle.core.sheets import Column
from changle.ground.registry.models import Identity
from changle.ground.territory.models import Node
from changle.ground.territory.roles import Permission


PAGE = 50
ANY_DAY = date(2021, 1, 1)  # asked of an indicator only to learn what its rows are


@dataclass(frozen=True)
class Asked:
    """One question as it stands in an address."""

    indicator: Indicator
    node: Node
    period: Period
    by: str = ""
    key: str = ""
    across: str = ""  # a second cut, where a table crosses two
    part: str = ""

    @property
    def path(self) -> str:
        return self.node.path or ""

    def query(self, **changes: str) -> str:
        told = {
            "code": self.indicator.code,
            "node": str(self.node.pk),
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "by": self.by,
            "key": self.key,
            "across": self.across,
            "part": self.part,
        }
        return urlencode({name: text for name, text in (told | changes).items() if text != ""})

    def rows(self, today: date) -> QuerySet[Any]:
        return rows(
            self.indicator.code, path=self.path, period=self.period, today=today, by=self.by,
            key=self.key, across=self.across, part=self.part,
        )  # fmt: skip


# A department, an organisation has no figures of its own: nothing lies in it.
WITH_FIGURES = (Node.Kind.DISTRICT, Node.Kind.STREET, Node.Kind.COMMUNITY, Node.Kind.CENTRE)


def places(actor: Actor) -> "QuerySet[Node]":
    """The places whose figures a person may read."""
    return actor.rows(Node, Permission.FIGURE_VIEW).filter(kind__in=WITH_FIGURES)


def widest_place(actor: Actor) -> Node | None:
    """The place a person's figures begin with: the highest one they may read."""
    paths = actor.reach.get(Permission.FIGURE_VIEW, ())
    found = Node.objects.filter(path__in=paths, kind__in=WITH_FIGURES)
    return found.order_by("path").first()


def place_of(actor: Actor, text: str) -> Node | None:
    """The place named by its id, or the widest one; None: not within reach."""
    if not text:
        return widest_place(actor)
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004  of a bigint
        return None
    return places(actor).filter(pk=int(text)).first()


def above(actor: Actor, node: Node) -> Node | None:
    """The place next above whose figures they may read too."""
    return places(actor).filter(pk=node.parent_id).first() if node.parent_id else None


def period_of(params: dict[str, str], today: date) -> Period:
    """`from` and `to` (half open), or `period` such as 2021-Q3; else the year of today."""
    if params.get("period"):
        return Period.parse(params["period"])
    if params.get("from") and params.get("to"):
        return Period.parse(f"{params['from']}..{params['to']}")
    return Period.year(today.year)


def asked(actor: Actor, params: dict[str, str], today: date) -> Asked | None:
    """The question of an address; None where it makes no sense or reaches too far."""
    try:
        chosen = indicator(params.get("code", ""))
        period = period_of(params, today)
        for name in ("by", "across"):
            if params.get(name):
                chosen.cut(params[name])
    except (NoSuchFigure, BadPeriod):
        return None
    if params.get("across") and not params.get("by"):
        return None
    node = place_of(actor, params.get("node", ""))
    if node is None:
        return None
    told = {name: params.get(name, "") for name in ("by", "key", "across", "part")}
    return Asked(chosen, node, period, **told)


def counted(chosen: Indicator) -> Indicator:
    """The indicator whose rows are shown: of a rate, its numerator."""
    return CATALOGUE[chosen.above] if chosen.kind == "rate" else chosen


def printed(chosen: Indicator, found: QuerySet[Any]) -> QuerySet[Any]:
    """The rows with what their line prints: name, the record to open, and what it adds."""
    shown = counted(chosen)
    extra = {"row_label": F(shown.label), "row_subject": F(shown.subject)}
    if shown.measure:
        extra["row_adds"] = F(shown.measure)
    if shown.dated:
        extra["row_on"] = F(shown.dated)
    annotated: QuerySet[Any] = found.annotate(**extra).order_by("pk")
    return annotated


def page_of(found: QuerySet[Any], after: str) -> tuple[list[Any], str]:
    """Rows after a key, and the key to go on from."""
    if after.isascii() and after.isdigit() and len(after) <= 15:  # noqa: PLR2004  of a bigint
        found = found.filter(pk__gt=int(after))
    page = list(found[: PAGE + 1])
    return page[:PAGE], str(page[PAGE - 1].pk) if len(page) > PAGE else ""


EXPORT = [
    Column("label", "名称", "text", 40),
    Column("kind", "类型", "text", 20),
    Column("code", "代码或备案编号", "code", 24),
    Column("street", "街道", "text", 14),
    Column("community", "社区", "text", 18),
    Column("starts_on", "起", "date", 12),
    Column("ends_on", "止（不含）", "date", 12),
    Column("adds", "计入", "int", 8),
]
DATED = [
    Column("label", "名称", "text", 40), Column("on", "日期", "date", 12),
    Column("adds", "计入", "int", 8),
]  # fmt: skip
PLACES = [Column("label", "名称", "text", 30), Column("adds", "计入", "int", 8)]


def of_identities(chosen: Indicator) -> bool:
    """Whether the rows are bodies as they stood at a time, and so have a code, a place and a span."""
    records = counted(chosen).records
    return records is not None and issubclass(records(ANY_DAY, ANY_DAY).model, Identity)


def export_columns(chosen: Indicator) -> list[Column]:
    if of_identities(chosen):
        return EXPORT
    return DATED if counted(chosen).dated else PLACES


def export_rows(chosen: Indicator, found: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """The same rows as the page, as lines of a table."""
    if not of_identities(chosen):
        for row in printed(chosen, found).iterator(1000):
            adds, on = getattr(row, "row_adds", 1) or 0, getattr(row, "row_on", None)
            yield {"label": row.row_label, "on": on, "adds": adds}
        return
    for row in printed(chosen, found).select_related("street", "community").iterator(1000):
        yield {
            "label": row.row_label,
            "kind": row.get_kind_display(),
            "code": row.code,
            "street": str(row.street or ""),
            "community": str(row.community or ""),
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "adds": getattr(row, "row_adds", 1) or 0,
        }
