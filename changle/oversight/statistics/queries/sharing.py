"""The four commons of a place: what was shared, by whom, for how long; each number leads to its rows.

Rooms, resources, activities and brands, as 辛家庙 names them. A sense is told as soon as the
records that it counts have indicators; nothing is typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote_plus

from changle.core.indicators import CATALOGUE, Figure, parts, standing, value
from changle.core.periods import Period
from changle.ground.territory.models import Node
from changle.oversight.statistics.queries.words import spoken


MOST = 8  # lines of a list; the rest stand on the figure's own page


@dataclass(frozen=True)
class Listing:
    """A figure by one of its cuts."""

    heading: str
    code: str
    cut: str


@dataclass(frozen=True)
class Sense:
    """One of the four: the figures that tell it, and by whom and of what."""

    name: str
    icon: str
    about: str
    codes: tuple[str, ...]
    listings: tuple[Listing, ...]


SENSES = (
    Sense(
        "场地共用", "armchair", "房间、展厅和多功能厅按预约共用，时长从约定开始到实际离场。",
        ("venue.uses", "venue.used_minutes", "venue.utilisation", "venue.no_show_rate"),
        (
            Listing("谁用了场地", "venue.used_minutes", "organisation"),
            Listing("用了哪些场地", "venue.used_minutes", "space"),
            Listing("做什么用", "venue.uses", "purpose"),
        ),
    ),
    Sense(
        "资源共享", "share", "物资借用、专家和车辆、工位入驻、供需对接和实物捐赠。",
        ("loans.count", "loans.items", "venue.thing_uses", "venue.person_uses",
         "venue.person_minutes", "venue.vehicle_uses",
         "leases.desks_taken", "leases.occupancy", "leases.organisations_in", "exchange.uses",
         "exchange.use_hours", "exchange.donations", "exchange.donation_value"),
        (
            Listing("谁借用了物资", "loans.items", "organisation"),
            Listing("借用了什么", "loans.items", "thing"),
            Listing("专家为谁服务", "venue.person_minutes", "organisation"),
            Listing("谁在入驻", "leases.desk_days", "organisation"),
            Listing("谁提供了资源", "exchange.use_hours", "organisation"),
            Listing("共建单位提供了资源", "exchange.use_hours", "partner"),
        ),
    ),
    Sense(
        "活动共办", "users", "两家以上组织共同主办、承办、协办的活动，一场只计一次。",
        ("activities.cohosted_sessions", "activities.cohosted_person_times"),
        (Listing("谁参与了共办", "activities.cohosted_sessions", "organisation"),),
    ),
    Sense(
        "品牌共创", "star", "共同培育和认定的服务品牌。",
        ("brands.recognised", "brands.cultivating"), (),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One number as printed, with what the rows behind it are asked by."""

    label: str
    text: str
    unit: str
    query: str
    hint: str = ""
    is_rate: bool = False  # it leads to what is divided by what
    share: int = 0  # percent of the longest of its list


@dataclass(frozen=True)
class Part:
    sense: Sense
    figures: list[Told]
    listings: list[tuple[str, list[Told], str]]  # heading, lines, what the whole figure is asked by


def four_commons(*, node: Node, period: Period, today: date) -> list[Part]:
    """Each sense that has figures, in their order."""
    asking: dict[str, Any] = {
        "path": node.path or "", "period": period, "today": today, "stamp": standing(),
    }  # fmt: skip
    stem = f"node={node.pk}&from={period.start}&to={period.end}"
    found = []
    for sense in SENSES:
        figures = [figure(code, stem, asking) for code in sense.codes if code in CATALOGUE]
        if figures:
            found.append(Part(sense, figures, list(listed(sense.listings, stem, asking))))
    return found


def figure(code: str, stem: str, asking: dict[str, Any]) -> Told:
    one: Figure = value(code, **asking)
    about = one.indicator
    query = f"code={code}&{stem}"
    return Told(
        about.name, spoken(one.value), about.unit, query, about.definition,
        is_rate=about.kind == "rate",
    )  # fmt: skip


def listed(
    listings: Iterable[Listing], stem: str, asking: dict[str, Any]
) -> Iterable[tuple[str, list[Told], str]]:
    for one in listings:
        about = CATALOGUE.get(one.code)
        if about is None:
            continue
        told = sorted(parts(one.code, one.cut, **asking), key=lambda part: -part.value)
        most = told[0].value if told else 0
        lines = [
            Told(
                part.label, spoken(part.value), about.unit,
                f"code={one.code}&{stem}&by={one.cut}&key={quote_plus(part.key)}",
                share=round(part.value * 100 / most) if most else 0,
            )
            for part in told[:MOST]
        ]  # fmt: skip
        yield one.heading, lines, f"code={one.code}&{stem}"
