"""What people read of filings."""

from changle.ground.filing.queries.certificates import Certificate, certificate, certificate_of
from changle.ground.filing.queries.filings import (
    Difference,
    Filters,
    differences,
    facts_of,
    filing_seen,
    listed,
    mine,
    mine_one,
    open_communities,
    turns_of,
    waiting_review,
)
from changle.ground.filing.queries.judging import Doubtful, judged, twins_of
from changle.ground.filing.queries.lapsing import (
    ACTIVITY_SOURCES,
    lapses_seen,
    silent_bodies,
)
from changle.ground.registry.queries import Lookalike


__all__ = [
    "ACTIVITY_SOURCES",
    "Certificate",
    "Difference",
    "Doubtful",
    "Filters",
    "Lookalike",
    "certificate",
    "certificate_of",
    "differences",
    "facts_of",
    "filing_seen",
    "judged",
    "lapses_seen",
    "listed",
    "mine",
    "mine_one",
    "open_communities",
    "silent_bodies",
    "turns_of",
    "twins_of",
    "waiting_review",
]
