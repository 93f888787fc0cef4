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
    widest_place,
)
from changle.oversight.statistics.queries.lines import Line
from changle.oversight.statistics.queries.reports import Filled, TableOf, fill
from changle.oversight.statistics.queries.sharing import SENSES, four_commons
from changle.oversight.statistics.queries.tables import TABLES


__all__ = [
    "SENSES",
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
    "four_commons",
    "page_of",
    "period_of",
    "place_of",
    "places",
    "printed",
    "widest_place",
]
