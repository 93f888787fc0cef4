"""Figures as the API tells them: each value with the address of exactly its rows."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Value

from changle.core.addresses import row_url
from changle.core.indicators import CATALOGUE, Indicator, parts, rows, value
from changle.core.periods import Period
from changle.ground.territory.models import Node


STEM = "/api/v1/indicators"
# Where the records behind a figure are told by the API itself; others have but their page.
BY_API = {"registry:organisation": "/api/v1/organisations", "territory:node": "/api/v1/nodes"}


def catalogue() -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": one.name,
            "definition": one.definition,
            "unit": one.unit,
            "kind": one.kind,
            "by": [cut.name for cut in one.cuts],
            "url": f"{STEM}/{one.code}",
        }
        for _code, one in sorted(CATALOGUE.items())
    ]


def page_of(at: str | None, opens: str, subject: int | None) -> str:
    """Where a record is told; nowhere for who has none, such as a booking of no body."""
    if subject is None:
        return ""
    return f"{at}/{subject}" if at else row_url(opens, subject)


class Asked:
    """One indicator at one place over one half-open period, on one day."""

    def __init__(self, indicator: Indicator, node: Node, period: Period, today: Any) -> None:
        self.indicator, self.node = indicator, node
        self.span: dict[str, Any] = {"path": node.path or "", "period": period, "today": today}
        self.period = period

    def rows_url(self, **part: str) -> str:
        told = {"node": self.node.pk, "from": self.period.start, "to": self.period.end, **part}
        return f"{STEM}/{self.indicator.code}/rows?{urlencode(told)}"

    def told(self, by: str) -> dict[str, Any]:
        figure = value(self.indicator.code, **self.span)
        return {
            "code": self.indicator.code,
            "name": self.indicator.name,
            "definition": self.indicator.definition,
            "unit": self.indicator.unit,
            "value": figure.value,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "as_of": figure.as_of.isoformat(),
            "rows_url": self.rows_url(),
            "by": [
                {
                    "key": part.key,
                    "label": part.label,
                    "value": part.value,
                    "rows_url": self.rows_url(by=by, key=part.key),
                }
                for part in (parts(self.indicator.code, by, **self.span) if by else [])
            ],
        }

    def rows(self, *, by: str, key: str, after: int, most: int) -> list[tuple[int, dict[str, Any]]]:
        """The records that add up to the value, each with the key of its row."""
        found = rows(self.indicator.code, **self.span, by=by, key=key).filter(pk__gt=after)
        counted = self.indicator
        if counted.records is None:
            counted = CATALOGUE[counted.above]
        told = found.annotate(
            row_subject=F(counted.subject or "pk"),
            row_name=F(counted.label),
            row_value=F(counted.measure) if counted.measure else Value(1),
        )
        at = BY_API.get(counted.opens)
        return [
            (
                pk,
                {
                    "id": subject,
                    "name": name,
                    "value": count or 0,
                    "url": page_of(at, counted.opens, subject),
                },
            )
            for pk, subject, name, count in told.values_list(
                "pk", "row_subject", "row_name", "row_value"
            )[:most]
        ]
