"""What the pages of figures and of tables have in common: periods to choose, files to take away."""

from datetime import date
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from changle.core.access import Request
from changle.core.periods import BadPeriod, Period
from changle.core.sheets import Column, write_xlsx
from changle.oversight.statistics.queries import (
    period_of,
)


AnswerT = TypeVar("AnswerT", bound=HttpResponseBase)
FIRST_YEAR = 2021  # the first whose figures are offered
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Choice = tuple[str, str, bool]  # code, label, whether it is the one asked for


def chosen(request: Request) -> Period:
    try:
        return period_of(request.GET.dict(), timezone.localdate())
    except BadPeriod:
        raise Http404 from None


def spans(period: Period, today: date) -> list[tuple[str, list[Choice]]]:
    """The periods to choose from: years, then halves, quarters and months of the year shown."""
    year = period.start.year
    groups = {
        "年": [Period.year(each) for each in range(today.year, FIRST_YEAR - 1, -1)],
        f"{year}年半年": [Period.half(year, each) for each in (1, 2)],
        f"{year}年季度": [Period.quarter(year, each) for each in (1, 2, 3, 4)],
        f"{year}年月份": Period.year(year).months(),
    }
    if period not in {each for group in groups.values() for each in group}:
        groups = {"所选": [period]} | groups
    return [
        (label, [(e.code, e.label, e == period) for e in group if e.start <= today or e == period])
        for label, group in groups.items()
    ]


def sheet(
    columns: list[Column], lines: Any, facts: list[tuple[str, str]], name: str
) -> HttpResponse:
    file = BytesIO()
    write_xlsx(columns, lines, file, facts=facts)
    return named(HttpResponse(file.getvalue(), content_type=XLSX), name)


def named(answer: AnswerT, name: str) -> AnswerT:
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
