from changle.oversight.statistics.queries.asking import (
    Asked,
    above,
    asked,
    counted,
    export_columns,
    export_rows,
    page_of,
    period_of,
    place_of,
    places,
    printed,
    sheet_of,
    widest_place,
)
from changle.oversight.statistics.queries.lines import Line
from changle.oversight.statistics.queries.reports import TABLES, Filled, TableOf, fill


__all__ = [
    "TABLES",
    "Asked",
    "Filled",
    "Line",
    "TableOf",
    "above",
    "asked",
    "counted",
    "export_columns",
    "export_rows",
    "fill",
    "page_of",
    "period_of",
    "place_of",
    "places",
    "printed",
    "sheet_of",
    "widest_place",
]
