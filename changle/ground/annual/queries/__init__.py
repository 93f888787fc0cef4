"""What people read of annual reports, and what the forms above ask of them."""

from changle.ground.annual.queries.fields import Field, Section, book, fields, section
from changle.ground.annual.queries.judging import Finding, filled, judge
from changle.ground.annual.queries.ledgers import LEDGERS, Ledger, ledger_rows
from changle.ground.annual.queries.reading import (
    Cell,
    Part,
    Reading,
    entries_since,
    has_prepared,
    history_of,
    masks,
    official_result,
    official_results,
    read,
    report_seen,
    reports_of,
    scans_of,
    standing,
    words,
)
from changle.ground.annual.queries.seasons import (
    KINDS,
    deadline_notes,
    deadlines,
    obliged,
    takes_part,
    unopened,
)
from changle.ground.annual.queries.sources import blank, house_of, houses_of, live


__all__ = [
    "KINDS",
    "LEDGERS",
    "Cell",
    "Field",
    "Finding",
    "Ledger",
    "Part",
    "Reading",
    "Section",
    "blank",
    "book",
    "deadline_notes",
    "deadlines",
    "entries_since",
    "fields",
    "filled",
    "has_prepared",
    "history_of",
    "house_of",
    "houses_of",
    "judge",
    "ledger_rows",
    "live",
    "masks",
    "obliged",
    "official_result",
    "official_results",
    "read",
    "report_seen",
    "reports_of",
    "scans_of",
    "section",
    "standing",
    "takes_part",
    "unopened",
    "words",
]
